"""The scrubber, which moves all pictures through octaves and steps together."""

import math

import streamlit as st

from dreamlab.results.frame import Frame
from dreamlab.results.recording import Recording
from dreamlab.ui.session.queries import DreamView
from dreamlab.ui.session.visitors import Batch

#: Octave and step, both from 0; an octave's result comes after its steps.
Place = tuple[float, float]

#: The places before the first octave and after the last octave.
ORIGINAL: Place = (-1, 0)
END: Place = (math.inf, math.inf)


def show(batch: Batch, views: list[DreamView]) -> Place | None:
    """Draw the scrubber and return its place; None if there are no frames."""
    steps = places([view.recording for view in views if view.recording is not None])
    if len(steps) < 2:
        return None
    index = st.select_slider(
        "Octave, for all pictures",
        range(len(steps)),  # not the places: Streamlit would take a pair for a range
        value=len(steps) - 1,
        format_func=lambda index: _place_name(steps[index]),
        key=f"place.{batch.number}",
        help="Moves all pictures together, from the original to the last octave.",
    )
    return steps[index]


def place(frame: Frame) -> Place:
    """Return the place of a frame: octave and step; an octave's result comes last."""
    return frame.octave, math.inf if frame.ends_octave else frame.iteration


def places(recordings: list[Recording]) -> list[Place]:
    """Return all places of the scrubber in order, starting with the original."""
    positions = {place(frame) for recording in recordings for frame in recording.frames}
    return [ORIGINAL, *sorted(positions)]


def frame_at(recording: Recording, where: Place) -> int | None:
    """Return the index of the last frame at or before a place; None for the original."""
    reached = [index for index, frame in enumerate(recording.frames) if place(frame) <= where]
    return reached[-1] if reached else None


def _place_name(where: Place) -> str:
    octave, step = where
    if where == ORIGINAL:
        return "Original"
    name = f"Octave {octave + 1:.0f}"
    return name if step == math.inf else f"{name}, step {step + 1:.0f}"
