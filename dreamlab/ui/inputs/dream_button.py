"""The one button: send all variants off, or stop them."""

import streamlit as st

from dreamlab.comparison.preflight import Check, check
from dreamlab.errors import DreamError
from dreamlab.images import Picture
from dreamlab.jobs import Backend
from dreamlab.tasks.dream_task import DreamTask
from dreamlab.ui import style
from dreamlab.ui.session import presence, state
from dreamlab.ui.session.queries import active
from dreamlab.ui.session.state import Draft
from dreamlab.ui.session.visitors import Batch, Run, Visit
from dreamlab.ui.wording import duration
from dreamlab.zoo import LayerInfo


def requests(drafts: list[Draft], picture: Picture | None) -> list[DreamTask | None]:
    """Return what each variant would send off, None for one that cannot run."""
    if picture is None:
        return [None] * len(drafts)
    common, now = state.common(), st.session_state
    return [
        None
        if draft.variant is None
        else DreamTask(picture, draft.variant.config(common), now["model"], now["every"])
        for draft in drafts
    ]


def checks(
    drafts: list[Draft],
    wanted: list[DreamTask | None],
    picture: Picture | None,
    layers: tuple[LayerInfo, ...],
) -> list[Check]:
    """Return what the preflight finds of each variant."""
    if picture is None:
        return [Check(problem=draft.problem or "waits for a picture") for draft in drafts]
    return [
        Check(problem=draft.problem)
        if request is None
        else check(*picture.shape, request.config, request.model, layers)
        for draft, request in zip(drafts, wanted, strict=True)
    ]


def estimates(
    backend: Backend, wanted: list[DreamTask | None], found: list[Check]
) -> list[float | None]:
    """Return the seconds each variant is expected to take; None where that is not known."""
    return [
        None if request is None or one.problem else backend.estimate(request)
        for request, one in zip(wanted, found, strict=True)
    ]


def show(
    backend: Backend,
    visit: Visit,
    drafts: list[Draft],
    wanted: list[DreamTask | None],
    found: list[Check],
    seconds: list[float | None],
    picture: Picture | None,
) -> None:
    """Draw the button with what stands in its way, or with what it will take."""
    busy = bool(visit.batches) and active(backend, visit.batches[-1])
    blocked = any(one.problem for one in found)
    with st.container(horizontal=True, vertical_alignment="center", key="run"):
        if busy:
            st.button(
                "Cancel all",
                icon=":material/stop_circle:",
                key="cancel_all",
                on_click=_cancel,
                args=(backend, visit.batches[-1]),
            )
            style.note("What is done so far is kept.")
            return
        st.button(
            "Dream",
            type="primary",
            icon=":material/auto_awesome:",
            key="dream",
            disabled=blocked,
            on_click=send_off,
            args=(backend, visit, drafts, wanted, picture),
        )
        if blocked:
            reason = "the picture" if picture is None else "the variants marked above"
            style.note(f"Cannot run yet: put {reason} right first.", bad=True)
        else:
            calm = _calm(backend)
            st.fragment(_outlook, run_every=None if calm else 2)(backend, found, seconds, calm)


def trouble(backend: Backend) -> None:
    """Say what keeps all dreams from going on, if anything does."""
    problem = backend.problem
    if problem:
        style.note(f"{problem[0].upper()}{problem[1:]}.", bad=True)


def _calm(backend: Backend) -> bool:
    return backend.ready() and backend.problem is None


def _outlook(backend: Backend, found: list[Check], seconds: list[float | None], calm: bool) -> None:
    if not calm and _calm(backend):
        st.rerun()  # times are known now, and there is nothing to wait for
    loading = not backend.ready() and backend.problem is None
    style.note(_summary(found, seconds, loading))
    trouble(backend)


def _summary(found: list[Check], seconds: list[float | None], loading: bool) -> str:
    count = len(found)
    octaves = sum(len(one.shapes) for one in found)
    text = f"{count} variant{'s' * (count > 1)}, {octaves} octave{'s' * (octaves > 1)} in all"
    known = [value for value in seconds if value is not None]
    if len(known) < len(seconds):
        text += " · the time is known after the first dream"
    else:
        text += f" · about {duration(sum(known))}"
    return f"{text} · the network is still loading" if loading else text


def send_off(
    backend: Backend,
    visit: Visit,
    drafts: list[Draft],
    wanted: list[DreamTask],
    picture: Picture,
) -> None:
    """Queue all variants as one batch; those that are refused are told of by a notice."""
    if visit.batches and active(backend, visit.batches[-1]):
        return  # a second click on a button that was still to go
    runs = []
    for draft, request in zip(drafts, wanted, strict=True):
        try:
            job = backend.submit(visit.owner, request)
        except DreamError as error:
            state.notify(f"{draft.name} was not sent off: {error}.")
            continue
        runs.append(Run(job, draft.name, draft.colour, request.config))
    if runs:
        for job in visit.keep(tuple(runs), picture.name):
            backend.forget(job)
        presence.remember(backend, visit)
    for key in ("batch", "large", "across"):
        st.session_state.pop(key, None)


def _cancel(backend: Backend, batch: Batch) -> None:
    for run in batch.runs:
        backend.cancel(run.job)
