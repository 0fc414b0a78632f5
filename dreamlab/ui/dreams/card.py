"""The card of one dream, and the same dream opened large."""

import streamlit as st

from dreamlab.images import data_url, jpeg
from dreamlab.jobs import Backend, Result, Status
from dreamlab.ui import style
from dreamlab.ui.dreams import before_after
from dreamlab.ui.dreams.scrubber import END, ORIGINAL, Place, frame_at
from dreamlab.ui.session.visitors import Batch, Run
from dreamlab.ui.wording import duration


def show(
    backend: Backend,
    one: Run,
    state: Status,
    result: Result | None,
    where: Place | None,
    original: bytes | None,
) -> None:
    """Draw one variant of a batch: its picture at a place of the scrubber, and how it went."""
    index = None if result is None else frame_at(result.recording, where or END)
    picture: bytes | str | None
    dreamt = True
    if result is not None and index is not None:
        picture = result.pictures[index]
    elif state.preview is not None and where is None:
        # Streamlit drops a picture's file once the next one is shown, which a slow browser has
        # yet to ask for: a picture that lasts a second goes along with the page.
        picture = data_url(state.preview)
    else:  # a stand-in is dimmed, so that nobody takes it for a dream
        picture, dreamt = original, where == ORIGINAL
    with st.container(key=f"{'shown' if dreamt else 'dim'}-{one.job}"):
        if picture is not None:
            st.image(picture, width="stretch", alt=_alt(one, state))
        if not state.active and result is not None and result.pictures:
            st.button(
                "Before and after",
                key=f"large-{one.job}",
                icon=":material/compare:",
                type="tertiary",
                width="stretch",
                on_click=_open,
                args=(one.job,),
            )
    style.name(one.name, _layers(one))
    if state.state == "queued":
        style.note(waiting(state))
    elif state.state == "running":
        st.progress(min(max(state.fraction, 0.0), 1.0))
        style.note(progress(state))
    elif state.state == "failed":
        st.text(f"⚠ {state.error or 'The dream failed; try it again.'}")
    else:
        style.note(_outcome(state, result, index))
    if state.notice and state.notice != backend.problem:  # that is said once, above all cards
        style.note(state.notice, bad=True)
    for warning in state.warnings:
        style.note(warning, bad=True)
    if state.active:
        st.button(
            "Stopping…" if state.stopping else "Cancel",
            key=f"cancel.{one.job}",
            icon=":material/stop_circle:",
            type="tertiary",
            disabled=state.stopping,
            on_click=backend.cancel,
            args=(one.job,),
        )


def waiting(state: Status) -> str:
    """Say where a queued job stands in line, and how long that is expected to take."""
    text = f"Waiting, number {state.place} in line" if state.place else "Waiting"
    if state.expected_wait is None:
        return text
    return f"{text} · starts in about {duration(state.expected_wait)}"


def progress(state: Status) -> str:
    """Say where a running job is: octave, step, loss and the time left."""
    parts = [f"Octave {state.octave + 1} of {state.octaves}"] if state.octaves else ["Starting"]
    if state.iterations and state.octaves:
        parts.append(f"step {state.iteration + 1} of {state.iterations}")
    if state.losses:
        parts.append(f"loss {state.losses[-1].loss:.4g}")
    if state.seconds_left is not None:
        parts.append(f"{duration(state.seconds_left)} left")
    return " · ".join(parts)


def _outcome(state: Status, result: Result | None, index: int | None) -> str:
    if result is None or not result.recording.frames:
        return "Stopped before the first step."
    frame = result.recording.frames[-1 if index is None else index]
    parts = [f"{frame.width} × {frame.height} px" if index is not None else "Original"]
    if state.losses:
        parts.append(f"loss {state.losses[0].loss:.4g} → {state.losses[-1].loss:.4g}")
    if state.seconds is not None:
        parts.append(duration(state.seconds))
    if state.state == "cancelled":
        parts.insert(0, f"Stopped in octave {result.recording.frames[-1].octave + 1}")
    return " · ".join(parts)


def _layers(one: Run) -> str:
    weights = [f"{name} × {weight:g}" for name, weight in one.config.layers.items()]
    return weights[0] if len(weights) == 1 else f"{len(weights)} layers"


def _alt(one: Run, state: Status) -> str:
    share = "" if state.state == "done" else f", {state.state}"
    return f"The dream {one.name}: {', '.join(one.config.layers)} excited{share}"


def _open(job: str) -> None:
    st.session_state["large"] = job


def _close() -> None:
    st.session_state.pop("large", None)


def large(
    batch: Batch,
    results: list[Result | None],
    where: Place | None,
) -> None:
    """Draw the picture that was opened large, at the place of the scrubber."""
    for one, result in zip(batch.runs, results, strict=True):
        if one.job != st.session_state.get("large") or result is None:
            continue
        index = frame_at(result.recording, where or END)
        frame = result.recording.frames[-1 if index is None else index]
        height, width = result.recording.original.shape[:2]
        with style.edged(one.colour, "large"):
            with st.container(horizontal=True, vertical_alignment="center"):
                style.name(one.name, _layers(one))
                st.button(
                    "Close", icon=":material/close:", type="tertiary", key="close", on_click=_close
                )
            before_after.show(
                jpeg(result.recording.original, quality=92),
                jpeg(frame.pixels, quality=92),
                ratio=width / height,
                name=one.name,
                alt=batch.alt,
                key=f"wipe.{one.job}",
            )
