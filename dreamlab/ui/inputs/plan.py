"""The dreams that a click on *Dream* submits, with their preflight and expected time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import streamlit as st

from dreamlab.comparison.preflight import Check, check
from dreamlab.config.base import specs
from dreamlab.config.beside import PICTURE, check_given
from dreamlab.config.guide import GuideSettings
from dreamlab.errors import DreamError
from dreamlab.jobs import Backend
from dreamlab.layers import known_layers
from dreamlab.tasks.dream_task import DreamTask
from dreamlab.ui.inputs import going_on, guide, look
from dreamlab.ui.inputs.chosen import Given
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
    of : str
        Name of its picture, where there are several; else empty.
    """

    draft: Draft
    task: DreamTask | None
    check: Check
    seconds: float | None = None
    of: str = ""


def plan(backend: Backend, drafts: list[Draft], pictures: Sequence[Given]) -> list[PlannedDream]:
    """Return the dreams of each picture, one a variant, by the current values of the session.

    Without a picture there is one a variant, which waits for it. What goes on from a dream has a
    picture already, and is dreamt once.
    """
    each: Sequence[Given | None] = pictures or [None]
    return [
        _planned(backend, draft, picture)
        for place, picture in enumerate(each)
        for draft in drafts
        if place == 0 or draft.start is None
    ]


def by_variant(planned: Sequence[PlannedDream]) -> list[PlannedDream]:
    """Return one dream a variant, which tells of those of all pictures.

    It is the dream of the first picture, or of that which cannot run or will differ from its
    settings; its time is that of all.
    """
    variants: dict[int, list[PlannedDream]] = {}
    for dream in planned:
        variants.setdefault(dream.draft.id, []).append(dream)
    return [_told(dreams) for dreams in variants.values()]


def _told(dreams: Sequence[PlannedDream]) -> PlannedDream:
    told = max(dreams, key=lambda dream: (bool(dream.check.problem), bool(dream.check.warning)))
    known = [dream.seconds for dream in dreams if dream.seconds is not None]
    seconds = sum(known) if len(known) == len(dreams) else None
    said = told.check
    if told.of:
        problem, warning = (
            f"{told.of}: {text}" if text else "" for text in (said.problem, said.warning)
        )
        said = replace(said, problem=problem, warning=warning)
    return replace(told, check=said, seconds=seconds)


def _planned(backend: Backend, draft: Draft, given: Given | None) -> PlannedDream:
    start, picture = draft.start, None if given is None else given.picture
    public = st.session_state["source"] != "upload"
    if start is not None:  # what it goes on from may be of another picture, and nobody else's
        public = public and start.original == picture
        picture = start.original
    if draft.config is None or picture is None:
        return PlannedDream(draft, None, Check(problem=draft.problem or "waits for a picture"))
    config = draft.config
    of_guide = {name: getattr(config, name) for name in _NO_GUIDE}
    if config.guide == "none" and of_guide != _NO_GUIDE:
        config = config.replace(**_NO_GUIDE)  # the page draws no setting of a guide then
    try:
        own = guide.given(backend) if config.guide == PICTURE else None
        mask = look.mask() if config.mask == PICTURE else None
        check_given("mask", config.mask, given=mask is not None)
    except DreamError as error:
        return PlannedDream(draft, None, Check(problem=str(error)))
    every, of = st.session_state["every"], "" if given is None or start is not None else given.of
    public = public and own is None and mask is None
    task = DreamTask(picture, config, draft.model, every, public, guide=own, mask=mask)
    task = replace(task, parent=None if given is None else given.parent)
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
    return PlannedDream(draft, task, preflight, seconds, of)
