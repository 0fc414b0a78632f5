"""What the networks with a head call their pictures, before and after each octave."""

import streamlit as st

from dreamlab.classes import class_names, with_classes
from dreamlab.errors import listed
from dreamlab.results.naming import with_network
from dreamlab.results.predictions import CROPS_IN_WORDS, HEADINGS, row
from dreamlab.ui import style
from dreamlab.ui.session.queries import DreamView
from dreamlab.zoo import label


def show(views: list[DreamView]) -> None:
    """Draw a table for each dream of a network with a head; say why there is none for others."""
    for view in views:
        if view.predictions:
            rows = [row(prediction) for prediction in view.predictions]
            with style.edged(view.run.colour, f"classes-{view.run.job}"):
                style.name(with_network(view.run.name, view.run.model))
                st.table(
                    dict(zip(HEADINGS, zip(*rows, strict=True), strict=True)),
                    hide_index=True,
                    border="horizontal",
                )
        elif class_names(view.run.model):
            coming = "its classes come with its first step"
            ended = "it ended before it was asked for its classes"
            style.note(f"{view.run.name}: {coming if view.status.active else ended}.")
    if any(view.predictions for view in views):
        style.note(CROPS_IN_WORDS)
    if sentence := why_none([view.run.model for view in views]):
        style.note(sentence)


def why_none(models: list[str]) -> str:
    """Return why some networks call their dreams nothing, and the way out; empty if all do."""
    without = [label(model) for model in dict.fromkeys(models) if not class_names(model)]
    if not without:
        return ""
    others = " or ".join(label(model) for model in with_classes())
    return (
        f"No classes are known of {listed(without)}: choose {others} for a variant to see what a "
        "network calls its dream."
    )
