"""The task that a click on *Run* submits, by the current values of the session."""

from typing import Any

import streamlit as st

from dreamlab.analysis import named
from dreamlab.errors import DreamError
from dreamlab.images import Picture, PictureSet
from dreamlab.layers import is_offered, known_layers
from dreamlab.tasks.analysis_task import AnalysisTask
from dreamlab.ui.analysis.controls import Controls
from dreamlab.ui.analysis.look import Look
from dreamlab.ui.inputs import picture_set
from dreamlab.ui.inputs.picture import current
from dreamlab.ui.session import keys

#: What an analysis is given.
Given = Picture | PictureSet | None


def plan(given: Given, look: Look) -> AnalysisTask:
    """Return the task of a look.

    Raises
    ------
    DreamError
        If the analysis cannot run.
    """
    analysis = named(look.analysis)
    settings = analysis.settings.from_dict(controls(look).read())
    # Without a folder of pictures it takes crops of the samples.
    picture = given if isinstance(given, Picture) and not analysis.several else None
    pictures = given if isinstance(given, PictureSet) else None
    if picture is None and analysis.needs_picture:
        raise DreamError("there is no picture; choose one in the sidebar")
    task = AnalysisTask(picture, look.analysis, settings, look.model, pictures)
    task.cost()
    return task


def given_for(name: str) -> Given:
    """Return the chosen picture, or pictures; None if there is none and the analysis needs none.

    Raises
    ------
    DreamError
        If the analysis needs a picture and there is none.
    """
    if named(name).of_set:
        return picture_set.current()
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
