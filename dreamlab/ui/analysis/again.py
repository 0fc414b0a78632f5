"""Results that a link asks for: kept ones, or worked out anew; never of a visitor's picture."""

from collections.abc import Sequence

import streamlit as st

from dreamlab.errors import DreamError
from dreamlab.images import Picture
from dreamlab.jobs import Backend
from dreamlab.tasks.analysis_task import AnalysisTask
from dreamlab.ui.analysis import panel, place
from dreamlab.ui.analysis.base import Look
from dreamlab.ui.analysis.look import looks_of
from dreamlab.ui.analysis.plan import plan
from dreamlab.ui.inputs import dream_button
from dreamlab.ui.inputs.plan import PlannedDream
from dreamlab.ui.session import keys, queries
from dreamlab.ui.session.queries import DreamView
from dreamlab.ui.session.url_state import DREAMT, FOUND
from dreamlab.ui.session.visitors import Batch, Visit

#: The value of both parameters.
_YES = "1"

#: Further values of the first: in which number format was dreamt, and how convolutions were
#: computed. Where that is left open each machine takes the fastest, whose pictures are others.
_HOW = {
    "winograd": ("float32", "winograd"),
    "direct": ("float32", "direct"),
    "bfloat16": ("bfloat16", "direct"),
}
_OPEN = ("precision", "convolution")


def settle(backend: Backend, visit: Visit) -> None:
    """Have dreams that a link asks for computed as those it was made of; call it in the first run.

    Call it before the controls of the settings are drawn.
    """
    how = _HOW.get(st.query_params.get(DREAMT, ""))
    if how is None or _is_upload() or _has_dreams(backend, visit):
        return
    for key, value in zip(map(keys.common, _OPEN), how, strict=True):
        if st.session_state[key] == "auto":
            st.session_state[key] = value


def restore(
    backend: Backend, visit: Visit, planned: list[PlannedDream], picture: Picture | None
) -> None:
    """Send off what the address says has been dreamt or found; call it in the first run.

    Whoever has run the same, a short while ago or at the moment, gets or follows the same results.
    """
    told = st.query_params
    if picture is None or _is_upload():
        return
    if (
        told.get(DREAMT) in (_YES, *_HOW)
        and _are_public(planned)
        and not _has_dreams(backend, visit)
    ):
        dream_button.send_off(backend, visit, planned, picture.name)
    if told.get(FOUND) == _YES:
        for look, task in _tasks(picture):
            run = visit.analyses.get(look.place)
            if run is None or queries.findings(backend, run) is None:
                panel.submit(backend, visit, look, task)


def address(
    backend: Backend, visit: Visit, planned: list[PlannedDream], picture: Picture | None
) -> dict[str, str]:
    """Return the parameter of a link that asks for the results of the place; none without any."""
    if picture is None or _is_upload():
        return {}
    if st.session_state[place.PART] == place.COMPARE:
        for batch in reversed(visit.batches) if _are_public(planned) else ():
            if _is_of(backend, batch, planned, picture):
                return {DREAMT: _how(queries.dreams(backend, batch))}
        return {}
    tasks = _tasks(picture)
    runs = [visit.analyses.get(look.place) for look, _ in tasks]
    found = all(
        run is not None and run.is_same(task) and _stands(backend, run.job)
        for run, (_, task) in zip(runs, tasks, strict=True)
    )
    return {FOUND: _YES} if found and tasks else {}


def is_public(planned: list[PlannedDream], picture: Picture | None) -> bool:
    """Return whether results of the place, once they are there, can be behind a link."""
    if picture is None or _is_upload():
        return False
    if st.session_state[place.PART] == place.COMPARE:
        return _are_public(planned)
    return bool(_tasks(picture))


def _is_upload() -> bool:
    return st.session_state["source"] == "upload"


def _are_public(planned: Sequence[PlannedDream]) -> bool:
    """Return whether dreams are ready, and anybody's: of no picture or network of a visitor's."""
    return all(
        dream.task is not None and not dream.check.problem and dream.task.key is not None
        for dream in planned
    )


def _has_dreams(backend: Backend, visit: Visit) -> bool:
    views = [view for batch in visit.batches for view in queries.dreams(backend, batch)]
    return any(view.status.active or view.recording is not None for view in views)


def _is_of(
    backend: Backend, batch: Batch, planned: Sequence[PlannedDream], picture: Picture
) -> bool:
    """Return whether a batch is of these dreams of this picture, and all are done or on the way."""
    wanted = [(dream.draft.name, dream.draft.model, dream.draft.config) for dream in planned]
    if [(run.name, run.model, run.config) for run in batch.runs] != wanted:
        return False
    began = queries.original(queries.dreams(backend, batch))
    same = began is not None and began.digest == picture.digest
    return same and all(_stands(backend, run.job) for run in batch.runs)


def _how(views: Sequence[DreamView]) -> str:
    """Return the word for how dreams were computed, where their settings leave it open."""
    left_open = any(getattr(view.run.config, name) == "auto" for view in views for name in _OPEN)
    made = {
        None
        if view.recording is None
        else tuple(getattr(view.recording.provenance, name) for name in _OPEN)
        for view in views
    }
    words = [word for word, how in _HOW.items() if made == {how}]
    return words[0] if left_open and words else _YES


def _stands(backend: Backend, job: str) -> bool:
    status = queries.status(backend, job)
    return (status.active and not status.stopping) or status.state == "done"


def _tasks(picture: Picture) -> list[tuple[Look, AnalysisTask]]:
    """Return the tasks of the open analysis; none if it is not ready, or not anybody's."""
    name = place.analysis()
    try:
        tasks = [(look, plan(picture, look)) for look in looks_of(name)] if name else []
    except DreamError:  # it is told where the button is
        return []
    return tasks if all(task.key is not None for _, task in tasks) else []
