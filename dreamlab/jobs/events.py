"""What a worker tells the page of a run."""

from dataclasses import dataclass, field

import numpy as np

from dreamlab.analysis import Findings, Item
from dreamlab.config.provenance import Provenance
from dreamlab.jobs.protocol import Ended, Result
from dreamlab.results.run_data import Frame, LossPoint


@dataclass(frozen=True)
class Checkpoint:
    """What a run needs to go on in another process after the last octave that ended.

    Parameters
    ----------
    octave : int
        The octave to go on with, from 1.
    picture : numpy.ndarray
        The result of the octave before it, float32 (H, W, 3), not rounded to bytes.
    seconds : float
        How long the octaves that ended took.
    losses : tuple of LossPoint
        Their losses; empty where a worker tells of it, as they were told before.
    frames : tuple of Frame
        Their results; empty in the same way.
    """

    octave: int
    picture: np.ndarray = field(repr=False)
    seconds: float
    losses: tuple[LossPoint, ...] = ()
    frames: tuple[Frame, ...] = ()


@dataclass(frozen=True)
class Seen:
    """How much of a run its follower has already: what comes after it is news.

    Parameters
    ----------
    losses : int
        Number of losses.
    octaves : int
        The first octave whose result is not known.
    previews : int
        Number of the latest preview.
    checkpoint : int
        Octave of the latest checkpoint.
    items : int
        Number of an analysis's items.
    """

    losses: int = 0
    octaves: int = 0
    previews: int = 0
    checkpoint: int = 0
    items: int = 0


@dataclass(frozen=True)
class Progress:
    """News of a run; by default those of a run that has done nothing yet.

    Parameters
    ----------
    octave, iteration, height, width, fraction
        The step it is at, as in `dreamlab.jobs.protocol.Status`.
    seconds : float
        How long it has run.
    losses : tuple of LossPoint
        The losses not seen yet.
    frames : tuple of Frame
        The octaves' results not seen yet.
    preview : bytes or None
        A picture as JPEG, if there is a newer one.
    previews : int
        Its number.
    provenance : Provenance or None
        How the pictures are made; None before the first step.
    checkpoint : Checkpoint or None
        Where the run could go on elsewhere, if there is a newer one.
    doing : str
        What an analysis is at, in a few words.
    items : tuple of Item
        What it found that was not seen yet.
    loading : bool
        Whether it still waits for its network.
    """

    octave: int = 0
    iteration: int = 0
    height: int = 0
    width: int = 0
    fraction: float = 0.0
    seconds: float = 0.0
    losses: tuple[LossPoint, ...] = ()
    frames: tuple[Frame, ...] = ()
    preview: bytes | None = None
    previews: int = 0
    provenance: Provenance | None = None
    checkpoint: Checkpoint | None = None
    doing: str = ""
    items: tuple[Item, ...] = ()
    loading: bool = False


@dataclass(frozen=True)
class Outcome:
    """How a run ended.

    Parameters
    ----------
    state : str
        ``done``, ``cancelled`` or ``failed``.
    result : Result, Findings or None
        All or part of it; None if not even the first step was reached.
    seconds : float
        How long it ran.
    warnings : tuple of str
        What the engine warned of, a sentence each.
    error : str or None
        Why it failed, in one sentence.
    last : Progress or None
        The step it ended at and the last preview, without losses and frames.
    """

    state: Ended
    result: Result | Findings | None
    seconds: float
    warnings: tuple[str, ...] = ()
    error: str | None = None
    last: Progress | None = None


@dataclass(frozen=True)
class Warmth:
    """What a worker says once its network is loaded and has dreamt.

    Parameters
    ----------
    seconds : float
        Seconds a step took, the graph built already.
    work : float
        Multiplications of that step: pixels times the deepest layer's operations.
    precision : str
        What ``auto`` came to.
    """

    seconds: float
    work: float
    precision: str
