"""The one scrubber that moves all pictures together, through octaves and steps."""

import math

import streamlit as st

from dreamlab.results.recording import Recording
from dreamlab.results.run_data import Frame
from dreamlab.ui.session.queries import DreamView
from dreamlab.ui.session.visitors import Batch

#: Octave and step, both from 0; an octave's result comes after all of its steps.
Place = tuple[float, float]

#: Before the first octave, and after the last.
ORIGINAL: Place = (-1, 0)
END: Place = (math.inf, math.inf)


def show(batch: Batch, views: list[DreamView]) -> Place | None:
    """Draw the scrubber and return its place, or None while there is nothing to move through."""
    steps = places([view.recording for view in views if view.recording is not None])
    if len(steps) < 2:
        return None
    index = st.select_slider(
        "Octave, for all pictures",
        range(len(steps)),  # not the places themselves: a pair would ask for a slider of ranges
        value=len(steps) - 1,
        format_func=lambda index: _place_name(steps[index]),
        key=f"place.{batch.number}",
        help="Moves all pictures together, from the original to the last octave.",
    )
    return steps[index]


def place(frame: Frame) -> Place:
    """Return where a frame is on the scrubber: its octave and step, an octave's result last."""
    return frame.octave, math.inf if frame.ends_octave else frame.iteration


def places(recordings: list[Recording]) -> list[Place]:
    """Return all places of the scrubber, in order, the original first."""
    positions = {place(frame) for recording in recordings for frame in recording.frames}
    return [ORIGINAL, *sorted(positions)]


def frame_at(recording: Recording, where: Place) -> int | None:
    """Return the index of the last frame at a place or before it; None is the original."""
    reached = [index for index, frame in enumerate(recording.frames) if place(frame) <= where]
    return reached[-1] if reached else None


def _place_name(where: Place) -> str:
    octave, step = where
    if where == ORIGINAL:
        return "Original"
    name = f"Octave {octave + 1:.0f}"
    return name if step == math.inf else f"{name}, step {step + 1:.0f}"
