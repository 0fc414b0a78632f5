"""The task that a click on *Run* submits, by the current values of the session."""

from typing import Any

import streamlit as st

from dreamlab.analysis import named
from dreamlab.errors import DreamError
from dreamlab.images import Picture
from dreamlab.layers import is_offered, known_layers
from dreamlab.tasks.analysis_task import AnalysisTask
from dreamlab.ui.analysis.base import Panel
from dreamlab.ui.analysis.controls import Controls
from dreamlab.ui.inputs.picture import current
from dreamlab.ui.session import keys


def plan(picture: Picture | None, name: str, panel: Panel) -> AnalysisTask:
    """Return the task of an analysis.

    Raises
    ------
    DreamError
        If the analysis cannot run.
    """
    analysis = named(name)
    settings = analysis.settings.from_dict(controls(name, panel).read())
    if picture is None and analysis.needs_picture:
        raise DreamError("it waits for a picture; choose one in the sidebar")
    task = AnalysisTask(picture, name, settings, st.session_state["model"])
    task.cost()
    return task


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


def controls(name: str, panel: Panel) -> Controls:
    """Return the controls of an analysis for the chosen network."""
    model = st.session_state["model"]
    layers = [layer.name for layer in known_layers(model) if is_offered(model, layer.name)]
    prefix = f"{name}.set.{model}"
    return Controls(named(name).settings, prefix, layers, _fixed(panel), panel.has_effect)


def _fixed(panel: Panel) -> dict[str, Any]:
    """Return the settings from the sidebar and from the panel's own controls."""
    shared = ("precision", "preprocessing")
    return {field: st.session_state[keys.common(field)] for field in shared} | dict(panel.values())
