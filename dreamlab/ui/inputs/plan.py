"""The dreams that a click on *Dream* submits, with their preflight and expected time."""

from dataclasses import dataclass, replace

import streamlit as st

from dreamlab.comparison.preflight import Check, check
from dreamlab.config.base import specs
from dreamlab.config.beside import PICTURE, check_given
from dreamlab.config.guide import GuideSettings
from dreamlab.errors import DreamError
from dreamlab.images import Picture
from dreamlab.jobs import Backend
from dreamlab.layers import known_layers
from dreamlab.tasks.dream_task import DreamTask
from dreamlab.ui.inputs import going_on, guide, look
from dreamlab.ui.session.state import Draft

_NO_GUIDE = {name: spec.default for name, spec in specs(GuideSettings).items()}


@dataclass(frozen=True)
class PlannedDream:
    """A dream that the page is ready to submit.

    Parameters
    ----------
    draft : Draft
        The variant.
    task : DreamTask or None
        The task; None for an invalid variant or without a picture.
    check : Check
        Result of the preflight.
    seconds : float or None
        Expected time, in seconds; None if unknown.
    """

    draft: Draft
    task: DreamTask | None
    check: Check
    seconds: float | None = None


def plan(backend: Backend, drafts: list[Draft], picture: Picture | None) -> list[PlannedDream]:
    """Return the dream of each variant, by the current values of the session."""
    return [_planned(backend, draft, picture) for draft in drafts]


def _planned(backend: Backend, draft: Draft, picture: Picture | None) -> PlannedDream:
    start = draft.start
    if start is not None:
        picture = start.original
    if draft.config is None or picture is None:
        return PlannedDream(draft, None, Check(problem=draft.problem or "waits for a picture"))
    config = draft.config
    if config.guide == "none":  # the page draws no setting of a guide then
        config = config.replace(**_NO_GUIDE)
    try:
        own = guide.given(backend) if config.guide == PICTURE else None
        mask = look.mask() if config.mask == PICTURE else None
        check_given("mask", config.mask, given=mask is not None)
    except DreamError as error:
        return PlannedDream(draft, None, Check(problem=str(error)))
    every, public = st.session_state["every"], st.session_state["source"] != "upload"
    task = DreamTask(picture, config, draft.model, every, public, guide=own, mask=mask)
    layers = known_layers(task.model)
    preflight = check(*picture.shape, config, task.model, layers, full=picture.full)
    if start is not None and not preflight.problem:
        point = start.found(backend)
        branch = replace(task, start=point, parent=point.parent)
        preflight = going_on.checked(preflight, branch)
        task = task if preflight.problem else branch
    seconds = None
    if not preflight.problem:
        try:
            seconds = backend.estimate(task)
        except DreamError as error:
            preflight = Check(problem=str(error))
    return PlannedDream(draft, task, preflight, seconds)
