"""What a click on *Dream* would send off, and what is known of it before."""

from dataclasses import dataclass

import streamlit as st

from dreamlab.comparison.preflight import Check, check
from dreamlab.images import Picture
from dreamlab.jobs import Backend
from dreamlab.tasks.dream_task import DreamTask
from dreamlab.ui.session.state import Draft
from dreamlab.zoo import LayerInfo, known_layers


@dataclass(frozen=True)
class PlannedDream:
    """A dream that the page would send off.

    Parameters
    ----------
    draft : Draft
        Its variant.
    task : DreamTask or None
        What is sent off; None for a variant that cannot be, or where there is no picture.
    check : Check
        What the preflight found.
    seconds : float or None
        How long it is expected to take; None where that is not known.
    """

    draft: Draft
    task: DreamTask | None
    check: Check
    seconds: float | None = None


def plan(backend: Backend, drafts: list[Draft], picture: Picture | None) -> list[PlannedDream]:
    """Return the dream of each variant, from what the session holds now."""
    layers = known_layers(st.session_state["model"])
    return [_planned(backend, draft, picture, layers) for draft in drafts]


def _planned(
    backend: Backend, draft: Draft, picture: Picture | None, layers: tuple[LayerInfo, ...]
) -> PlannedDream:
    if draft.config is None or picture is None:
        return PlannedDream(draft, None, Check(problem=draft.problem or "waits for a picture"))
    now = st.session_state
    task = DreamTask(picture, draft.config, now["model"], now["every"])
    preflight = check(*picture.shape, draft.config, task.model, layers)
    seconds = None if preflight.problem else backend.estimate(task)
    return PlannedDream(draft, task, preflight, seconds)
