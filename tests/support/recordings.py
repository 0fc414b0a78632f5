"""Runs that nobody dreamt, whose pictures are told apart by their colours."""

import numpy as np

from dreamlab.config import DreamConfig
from dreamlab.config.provenance import Provenance
from dreamlab.images import Picture
from dreamlab.results.frame import Frame
from dreamlab.results.recording import LossPoint, Recording

CONFIG = DreamConfig(layers={"deep": 1.5, "a<b>&\"c'": -0.25}, octaves=3, seed=7)
PROVENANCE = Provenance(CONFIG, "tiny", "ab12", "float32")
RED, GREEN, BLUE, WHITE, GREY = (
    (255, 0, 0),
    (0, 255, 0),
    (0, 0, 255),
    (255, 255, 255),
    (90, 90, 90),
)


def flat(colour: tuple[int, int, int], height: int, width: int) -> Picture:
    """A picture of one colour."""
    return Picture(np.full((height, width, 3), colour, np.uint8))


def recorded(colours=(GREEN, BLUE, WHITE), between=()) -> Recording:
    """A run whose original is red and whose octaves have one colour each."""
    recording = Recording()
    recording.provenance = PROVENANCE
    recording.original = flat(RED, 40, 60)
    sizes = [(20, 30), (28, 42), (40, 60)]
    for octave, (colour, size) in enumerate(zip(colours, sizes, strict=False)):
        for iteration, shade in enumerate(between):
            recording.frames.append(Frame(octave, iteration, False, flat(shade, *size)))
        recording.frames.append(Frame(octave, 9, True, flat(colour, *size)))
        losses = {"a<b>&\"c'": -0.1 - octave, "deep": 0.1 + 0.2}
        recording.losses.append(LossPoint(octave, *size, 9, sum(losses.values()), losses))
    recording.finished = True
    return recording
