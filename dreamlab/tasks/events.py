"""What happens in a run: its results are worked out from these events, in order."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from dreamlab.analysis import Item
from dreamlab.config.provenance import Provenance
from dreamlab.images import Picture
from dreamlab.results.frame import Frame
from dreamlab.results.guide_map import GuideMap
from dreamlab.results.predictions import Prediction
from dreamlab.results.run_data import LossPoint


@dataclass(frozen=True)
class Loaded:
    """The network is loaded, and the run begins.

    Parameters
    ----------
    model, weights : str
        Name of the network, and SHA-256 of its weights or ``"random"``.
    original : Picture or None
        The picture as the run begins from it.
    input_range : str
        What the network is fed, for an analysis; a dream's `Provenance` has it.
    """

    model: str
    weights: str
    original: Picture | None = None
    input_range: str = ""


@dataclass(frozen=True)
class Place:
    """Where a run is.

    Parameters
    ----------
    fraction : float
        Share of the work that is done, 0 to 1.
    doing : str
        What it does, in a few words.
    """

    fraction: float
    doing: str


@dataclass(frozen=True)
class Preview:
    """The latest picture of a run, as JPEG."""

    jpeg: bytes = field(repr=False)


@dataclass(frozen=True)
class Checkpoint:
    """What another process needs to resume a dream.

    Parameters
    ----------
    octave : int
        The octave to resume with, from 0.
    picture : numpy.ndarray
        The result of the octave before it, or where the octave was left; float32 (H, W, 3), not
        rounded to bytes.
    seconds : float
        How long all that is done took.
    moved : bool
        Whether a step changed the picture so far.
    iteration : int
        The step of the octave to resume with, from 0.
    pixel_steps : int
        Pixels times steps of all that is done.
    precision, convolution : str
        What it was computed in, as `dreamlab.config.provenance.Provenance` has it.
    """

    octave: int
    picture: np.ndarray = field(repr=False)
    seconds: float
    moved: bool = True
    iteration: int = 0
    pixel_steps: int = 0
    precision: str = "auto"
    convolution: str = "auto"


@dataclass(frozen=True)
class Timed:
    """A measurement of the machine's speed.

    Parameters
    ----------
    work : float
        Multiplications.
    seconds : float
        How long they took.
    precision : str
        The number format they were done in.
    """

    work: float
    seconds: float
    precision: str


@dataclass(frozen=True)
class Warned:
    """A warning of the engine, in one sentence."""

    sentence: str


Event = (
    Loaded
    | Place
    | Preview
    | Checkpoint
    | Timed
    | Warned
    | Provenance
    | LossPoint
    | Prediction
    | GuideMap
    | Frame
    | Item
)


def resumed_seconds(events: Iterable[Event]) -> float:
    """Return the seconds of an earlier run's steps that a run which resumes does not do again."""
    return sum(event.seconds for event in events if isinstance(event, Checkpoint))


def nbytes(event: Event) -> int:
    """Return the bytes of an event's pictures and arrays."""
    if isinstance(event, Preview):
        return len(event.jpeg)
    if isinstance(event, Item | GuideMap):
        return event.nbytes
    if isinstance(event, Frame):
        return event.nbytes
    return event.picture.nbytes if isinstance(event, Checkpoint) else 0
