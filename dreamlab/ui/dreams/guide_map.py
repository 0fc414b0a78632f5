"""Which part of its guide each dream used where."""

import streamlit as st

from dreamlab.images import Picture
from dreamlab.results.guide_map import HEADINGS, IN_WORDS, GuideMap, row
from dreamlab.results.naming import with_network
from dreamlab.ui import style
from dreamlab.ui.session.queries import DreamView


def is_used(views: list[DreamView]) -> bool:
    """Return whether any dream has a guide."""
    return any(view.run.config.guide != "none" for view in views)


def show(views: list[DreamView]) -> None:
    """Draw for each dream with a guide a sentence, the two pictures of a layer, and figures."""
    drawn = False
    for view in views:
        found = None if view.recording is None else view.recording.guide
        if found is not None:
            _one(view, found)
            drawn = True
        elif view.run.config.guide != "none":
            style.note(f"{view.run.name}: {_why_none(view)}.")
    if drawn:
        style.note(IN_WORDS)


def _why_none(view: DreamView) -> str:
    if view.status.active:
        return "what it used of its guide is known when it ends"
    return "its guide had no effect, or it ended before that was looked at"


def _one(view: DreamView, found: GuideMap) -> None:
    run, recording = view.run, view.recording
    assert recording is not None
    with style.edged(run.colour, f"guide-{run.job}"):
        style.name(with_network(run.name, run.model))
        style.said(found.sentence)
        layers = {layer.layer: layer for layer in found.layers}
        chosen = list(layers)[-1]
        if len(layers) > 1:
            chosen = st.segmented_control(
                "Layer",
                list(layers),
                default=chosen,
                required=True,
                key=f"guide.layer.{run.job}",
                label_visibility="collapsed",
            )
        pictures = _drawn(run.job, chosen, found, recording.final.picture)
        for column, picture in zip(st.columns(2), pictures, strict=True):
            with column:
                st.image(picture.png, width="stretch", alt=picture.name)
                style.note(f"{picture.name}.")
        rows = [row(layer) for layer in found.layers]
        columns = dict(zip(HEADINGS, zip(*rows, strict=True), strict=True))
        st.table(columns, hide_index=True, border="horizontal")


# Cached as a resource, which Streamlit does not copy: a picture is encoded once.
@st.cache_resource(scope="session", max_entries=12, show_spinner=False)
def _drawn(job: str, name: str, _map: GuideMap, _dreamt: Picture) -> tuple[Picture, Picture]:
    layer = next(each for each in _map.layers if each.layer == name)
    return _map.of_guide(layer), _map.of_dream(layer, _dreamt)
