"""The task that a click on *Run* submits, by the current values of the session, or on *Resume*."""

import dataclasses
from contextlib import suppress
from typing import Any

import streamlit as st

from dreamlab.analysis import Findings, named
from dreamlab.errors import DreamError
from dreamlab.images import Picture
from dreamlab.layers import is_offered, known_layers
from dreamlab.tasks.analysis_task import AnalysisTask
from dreamlab.ui.analysis.base import Look
from dreamlab.ui.analysis.controls import Controls
from dreamlab.ui.inputs import picture_set
from dreamlab.ui.inputs.chosen import current
from dreamlab.ui.session import keys
from dreamlab.ui.session.visitors import AnalysisRun


def plan(picture: Picture | None, look: Look) -> AnalysisTask:
    """Return the task of a look.

    Raises
    ------
    DreamError
        If the analysis cannot run.
    """
    analysis = named(look.analysis)
    settings = analysis.settings.from_dict(controls(look).read())
    if analysis.several or analysis.of_set:  # of several pictures it takes crops of the samples
        picture = None
    pictures = picture_set.current() if analysis.of_set else None
    if picture is None and analysis.needs_picture:
        raise DreamError("there is no picture; choose one in the sidebar")
    public = picture is not None and st.session_state["source"] != "upload"
    task = AnalysisTask(picture, look.analysis, settings, look.model, pictures, public)
    task.cost()
    return task


def rest_of(run: AnalysisRun, findings: Findings) -> AnalysisTask | None:
    """Return the task that goes on where a run stopped; None if there is none.

    A set of pictures is not kept with what was found: it is to be there still.
    """
    if findings.complete:
        return None
    if not named(findings.analysis).of_set:
        return dataclasses.replace(run.task, picture=findings.original)
    with suppress(DreamError):
        rest = dataclasses.replace(run.task, pictures=picture_set.current())
        return rest if run.is_same(rest) else None
    return None


def picture_for(name: str) -> Picture | None:
    """Return the chosen picture; None if there is none and the analysis needs none.

    Raises
    ------
    DreamError
        If the analysis needs a picture and there is none.
    """
    try:
        return current()
    except DreamError:
        if named(name).needs_picture:
            raise
        return None


def controls(look: Look) -> Controls:
    """Return the controls of a look."""
    model, panel = look.model, look.panel
    layers = [layer.name for layer in known_layers(model) if is_offered(model, layer.name)]
    settings, prefix = named(look.analysis).settings, f"{look.key}.set"
    return Controls(settings, prefix, layers, _fixed(look), panel.has_effect)


def _fixed(look: Look) -> dict[str, Any]:
    """Return the settings from the sidebar and from the panel's own controls."""
    # What a network is right for is asked of it as it was trained.
    shared = ("precision",) if named(look.analysis).of_set else ("precision", "preprocessing")
    own = look.panel.values(look.model)
    return {field: st.session_state[keys.common(field)] for field in shared} | dict(own)
