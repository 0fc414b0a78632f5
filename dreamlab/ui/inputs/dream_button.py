"""The button *Dream*, which submits all variants, and *Cancel all*."""

import streamlit as st

from dreamlab.errors import DreamError, listed
from dreamlab.images import Picture
from dreamlab.jobs import Backend
from dreamlab.tasks.wording import duration
from dreamlab.ui import style
from dreamlab.ui.inputs.chosen import chosen
from dreamlab.ui.inputs.plan import PlannedDream, plan
from dreamlab.ui.session import presence, queries, state
from dreamlab.ui.session.visitors import Batch, Run, Visit


def show(
    backend: Backend, visit: Visit, planned: list[PlannedDream], picture: Picture | None
) -> None:
    """Draw the button, with the problem that blocks it or with the expected time."""
    busy = _running(backend, visit)
    blocked = any(dream.check.problem for dream in planned)
    with st.container(horizontal=True, vertical_alignment="center", key="run"):
        if busy is not None:
            st.button(
                "Cancel all",
                icon=":material/stop_circle:",
                key="cancel_all",
                on_click=_cancel,
                args=(backend, busy),
            )
            style.note("What is done so far is kept.")
            return
        st.button(
            "Dream",
            type="primary",
            icon=":material/auto_awesome:",
            key="dream",
            shortcut="Mod+Enter",
            help="Ctrl+Enter does it too, from any field; on a Mac ⌘+Enter.",
            disabled=blocked,
            on_click=_dream,
            args=(backend, visit),
        )
        if blocked:
            reason = "the picture" if picture is None else "the variants marked above"
            style.note(f"Cannot run yet: put {reason} right first.", bad=True)
        else:
            calm = _calm(backend)
            st.fragment(_outlook, run_every=None if calm else 2)(backend, planned, calm)


def _running(backend: Backend, visit: Visit) -> Batch | None:
    """Return the latest batch that waits or runs, if there is one."""
    return next((one for one in reversed(visit.batches) if queries.active(backend, one)), None)


def trouble(backend: Backend) -> None:
    """Show the problem that stops all dreams, if there is one."""
    problem = backend.problem
    if problem:
        style.note(f"{problem[0].upper()}{problem[1:]}.", bad=True)


def _calm(backend: Backend) -> bool:
    return backend.ready() and backend.problem is None


def _outlook(backend: Backend, planned: list[PlannedDream], calm: bool) -> None:
    if not calm and _calm(backend):
        st.rerun()  # the worker is ready: draw the estimates
    loading = not backend.ready() and backend.problem is None
    style.note(_summary(planned, loading))
    trouble(backend)


def _summary(planned: list[PlannedDream], loading: bool) -> str:
    count, pictures = len(planned), len({dream.of for dream in planned if dream.of})
    octaves = sum(len(dream.check.shapes) for dream in planned)
    each = len({dream.draft.id for dream in planned if dream.of})
    variants = each or count
    text = f"{pictures} pictures × " if pictures else ""
    text += f"{variants} variant{'s' * (variants > 1)}"
    if each and (on := count - pictures * each):
        text += f" and {on} that go{'es' * (on == 1)} on"
    text += f", {octaves} octave{'s' * (octaves > 1)} in all"
    seconds = [dream.seconds for dream in planned if dream.seconds is not None]
    if len(seconds) < count:
        text += " · the time is known after the first dream"
    else:
        text += f" · about {duration(sum(seconds))}"
    return f"{text} · the network is still loading" if loading else text


def send_off(backend: Backend, visit: Visit, planned: list[PlannedDream], alt: str) -> None:
    """Submit all dreams as one batch; a notice names those that cannot run.

    Parameters
    ----------
    backend : Backend
        The backend that runs them.
    visit : Visit
        The visit they belong to.
    planned : list of PlannedDream
        The dreams.
    alt : str
        Description of the original picture.
    """
    if _running(backend, visit) is not None:
        return  # a second click, before the page has replaced the button
    runs = []
    refused: dict[str, list[str]] = {}
    for dream in planned:
        try:
            runs.append(_submit(backend, visit, dream))
        except DreamError as error:
            name = f"{dream.draft.name} of {dream.of}" if dream.of else dream.draft.name
            refused.setdefault(str(error), []).append(name)
    for why, names in refused.items():
        state.notify(f"{listed(names)} {'were' if names[1:] else 'was'} not sent off: {why}.")
    if runs:
        drafts = {dream.draft.id: dream.draft for dream in planned}  # one for all pictures
        comparison = state.comparison(list(drafts.values()))
        presence.keep(backend, visit, tuple(runs), alt, comparison)
    for key in ("batch", "large", "across"):
        st.session_state.pop(key, None)


def _submit(backend: Backend, visit: Visit, dream: PlannedDream) -> Run:
    if dream.task is None or dream.check.problem:
        raise DreamError(dream.check.problem)
    address = presence.address(backend.settings)
    job = backend.submit(visit.owner, dream.task, address=address)
    draft, task = dream.draft, dream.task
    start = None if draft.start is None else draft.start.place
    return Run(job, draft.name, draft.colour, task.config, task.model, start, dream.of)


def _dream(backend: Backend, visit: Visit) -> None:
    """Submit the current values of the session, which may be newer than the drawn button."""
    try:
        pictures = chosen().given
    except DreamError as error:
        state.notify(f"Nothing was sent off: {error}.")
        return
    planned = plan(backend, state.drafts(), pictures)
    send_off(backend, visit, planned, pictures[0].picture.name)


def _cancel(backend: Backend, batch: Batch) -> None:
    for run in batch.runs:
        queries.cancel(backend, run.job)
