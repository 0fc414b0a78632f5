"""The card of a dream, and the large view of a dream."""

import streamlit as st

from dreamlab.classes import layer_label
from dreamlab.images import Picture, data_url
from dreamlab.jobs import Backend, Status
from dreamlab.results.naming import with_network
from dreamlab.tasks.wording import duration
from dreamlab.ui import style
from dreamlab.ui.dreams import before_after
from dreamlab.ui.dreams.scrubber import END, ORIGINAL, Place, frame_at
from dreamlab.ui.inputs import going_on
from dreamlab.ui.session import queries
from dreamlab.ui.session.queries import DreamView
from dreamlab.ui.session.visitors import Run
from dreamlab.zoo import label


def show(backend: Backend, view: DreamView, where: Place | None, original: Picture | None) -> None:
    """Draw a dream: its picture at the scrubber's place, its status and its buttons."""
    run, status, recording = view.run, view.status, view.recording
    index = None if recording is None else frame_at(recording, where or END)
    picture: bytes | str | None
    dreamt = True
    if recording is not None and index is not None:
        picture = recording.frames[index].picture.jpeg
    elif status.preview is not None and where is None:
        # Streamlit drops a picture's file when the next picture replaces it, maybe before a slow
        # browser has fetched it: send a picture that lasts a second within the page.
        picture = data_url(status.preview)
    else:  # dim the placeholder, so that nobody takes it for a dream
        picture, dreamt = None if original is None else original.jpeg, where == ORIGINAL
    with st.container(key=f"{'shown' if dreamt else 'dim'}-{run.job}"):
        if picture is not None:
            st.image(picture, width="stretch", alt=alt(view))
        if recording is not None:
            st.button(
                "Before and after",
                key=f"large-{run.job}",
                icon=":material/compare:",
                type="tertiary",
                width="stretch",
                on_click=_open,
                args=(run.job,),
            )
    style.name(run.name, layers(run))
    if status.state == "running" or status.state == "queued" and status.fraction:
        st.progress(min(max(status.fraction, 0.0), 1.0))
    if status.state == "queued":
        style.note(waiting(status))
    elif status.state == "running":
        style.note(progress(view))
    elif status.state == "failed":
        style.error(status.error or "The dream failed; try it again.")
    else:
        style.note(_outcome(view, index))
    if run.start is not None:
        style.note(f"Goes on from {run.start.words}")
    if recording is not None:
        shown = None if index is None else recording.frames[index]
        if words := recording.called_in_words(shown):
            style.note(words)
    notice(backend, status)
    for warning in status.warnings:
        style.note(warning)
    if recording is not None and index is not None:
        going_on.button(run, recording, recording.frames[index])
    if status.active:
        cancel_button(backend, view, "cancel")


def cancel_button(backend: Backend, view: DreamView, key: str) -> None:
    """Draw the button that stops a dream; `key` begins its key."""
    st.button(
        "Stopping…" if view.status.stopping else "Cancel",
        key=f"{key}.{view.run.job}",
        icon=":material/stop_circle:",
        type="tertiary",
        disabled=view.status.stopping,
        on_click=queries.cancel,
        args=(backend, view.run.job),
    )


def notice(backend: Backend, status: Status) -> None:
    """Say what holds a job up, if it is not what holds up all: that is said above them."""
    if status.notice and status.notice != backend.problem:
        style.note(status.notice, bad=True)


def waiting(status: Status) -> str:
    """Return a queued job's place in line and its expected wait, as a sentence."""
    text = f"Waiting, number {status.place} in line" if status.place else "Waiting"
    if status.expected_wait is None:
        return text
    begins = "starts" if status.seconds is None else "goes on"
    return f"{text} · {begins} in about {duration(status.expected_wait)}"


def progress(view: DreamView) -> str:
    """Return a running dream's octave, step, loss and remaining time, as a line."""
    parts = [view.status.doing or "Starting"]
    if view.losses:
        parts.append(f"loss {view.losses[-1].loss:.4g}")
    if view.status.seconds_left is not None:
        parts.append(f"{duration(view.status.seconds_left)} left")
    return " · ".join(parts)


def _outcome(view: DreamView, index: int | None) -> str:
    status, recording, losses = view.status, view.recording, view.losses
    if recording is None:
        return "Stopped before the first step."
    frame = recording.frames[-1 if index is None else index]
    parts = [f"{frame.width} × {frame.height} px" if index is not None else "Original"]
    if losses:
        parts.append(f"loss {losses[0].loss:.4g} → {losses[-1].loss:.4g}")
    if status.seconds is not None:
        parts.append(duration(status.seconds))
    if status.state == "cancelled":
        parts.insert(0, f"Stopped in octave {recording.frames[-1].octave + 1}")
    return " · ".join(parts)


def layers(run: Run) -> str:
    """Return the layers of a dream, with its network where the name does not say it."""
    weights = [
        f"{layer_label(run.model, name, run.config.channels.get(name, ()))} × {weight:g}"
        for name, weight in run.config.layers.items()
    ]
    said = weights[0] if len(weights) == 1 else f"{len(weights)} layers"
    named = with_network(run.name, run.model) == run.name
    return said if named else f"{label(run.model)} · {said}"


def alt(view: DreamView) -> str:
    """Return the description of a dream's picture."""
    share = "" if view.status.state == "done" else f", {view.status.state}"
    name = with_network(view.run.told, view.run.model)
    return f"The dream {name}: {', '.join(view.run.config.layers)} excited{share}"


def _open(job: str) -> None:
    st.session_state["large"] = job


def _close() -> None:
    st.session_state.pop("large", None)


def large(views: list[DreamView], where: Place | None) -> None:
    """Draw the large view, if a dream is open in it, at the scrubber's place."""
    for view in views:
        run, recording = view.run, view.recording
        if run.job != st.session_state.get("large") or recording is None:
            continue
        index = frame_at(recording, where or END)
        frame = recording.frames[-1 if index is None else index]
        height, width = recording.original.shape
        with style.edged(run.colour, "large"):
            with st.container(horizontal=True, vertical_alignment="center"):
                style.name(run.told, layers(run))
                st.button(
                    "Close", icon=":material/close:", type="tertiary", key="close", on_click=_close
                )
            name = with_network(run.name, run.model)
            before_after.show(
                recording.original.jpeg,
                frame.picture.jpeg,
                ratio=width / height,
                name=name,
                alts=(recording.original.name, f"The dream {name}"),
                key=f"wipe.{run.job}",
            )
