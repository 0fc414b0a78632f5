"""What a dream gives for each step, and what an interrupted one goes on from."""

from dataclasses import dataclass, field

import numpy as np

from dreamlab.config.provenance import Provenance
from dreamlab.errors import DreamError
from dreamlab.images import png, to_pixels


class OctaveDropped(UserWarning):
    """Some octaves are smaller than the network can take and were left out."""


class InexactTiles(UserWarning):
    """The picture is worked through in tiles whose gradients only come near the whole one's."""


@dataclass(frozen=True)
class Start:
    """What a step began from.

    Parameters
    ----------
    picture : numpy.ndarray
        float32, shape (height, width, 3): where the loss and the gradient were looked at.
    shift : (int, int)
        Rows and columns by which it was rolled for that.
    memory_budget : float
        Bytes that working out the gradient might take, where the tiles are ``"auto"``.
    """

    picture: np.ndarray = field(repr=False)
    shift: tuple[int, int]
    memory_budget: float


@dataclass(frozen=True)
class Step:
    """One step of a dream.

    Parameters
    ----------
    octave : int
        Octave it belongs to, from 0, the smallest.
    octaves : int
        How many octaves the run has.
    height, width : int
        Size of the octave, in pixels.
    iteration : int
        Step within the octave, from 0. An octave in which no step is taken (no iterations asked
        for, or the first loss above ``max_loss``) gives one `Step` with -1 here, NaN as its loss
        and no `losses`.
    fraction : float
        Share of the run's work that is done, in (0, 1].
    loss : float
        The loss, looked at before the step was applied.
    losses : dict of str to float
        Each layer's share of the loss; they add up to it.
    ends_octave : bool
        Whether it is its octave's last: then its picture has the lost detail put back.
    original : numpy.ndarray
        The picture the run began from, float32 (H, W, 3) in [-1, 1].
    provenance : Provenance
        How the run is made.
    """

    octave: int
    octaves: int
    height: int
    width: int
    iteration: int
    fraction: float
    loss: float
    losses: dict[str, float]
    ends_octave: bool
    original: np.ndarray = field(repr=False)
    provenance: Provenance = field(repr=False)
    _held: list = field(repr=False)

    @property
    def image(self) -> np.ndarray:
        """The picture after the step, float32 (height, width, 3); may pass [-1, 1] a little.

        It is there until the next step is asked for, so that a list of steps does not keep all
        the pictures of a run in memory.

        Raises
        ------
        DreamError
            If the run has gone on.
        """
        if not self._held:
            raise DreamError("this step's picture is gone: take it before the next step")
        return np.asarray(self._held[0])

    def _repr_png_(self) -> bytes | None:
        return png(to_pixels(np.asarray(self._held[0]))) if self._held else None

    @property
    def start(self) -> Start:
        """What the step began from; it is there as long as the picture, if the run keeps it.

        Raises
        ------
        DreamError
            If the run has gone on, keeps no starts, or no step was taken.
        """
        if len(self._held) < 2:
            raise DreamError("what this step began from is not kept: have the dream keep starts")
        return self._held[1]


@dataclass(frozen=True)
class Resume:
    """Where an interrupted run goes on.

    Parameters
    ----------
    octave : int
        The octave to go on with, from 0.
    picture : numpy.ndarray
        The result of the octave before it, float32 (H, W, 3): the image of its last step.
    """

    octave: int
    picture: np.ndarray
