"""What is kept of single steps: a picture, or a row of the loss table."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dreamlab.images import png

if TYPE_CHECKING:  # the engine imports TensorFlow; a recording is read where there is none
    pass


@dataclass(frozen=True)
class Frame:
    """A picture kept from a run.

    Parameters
    ----------
    octave : int
        Octave it belongs to, from 0.
    iteration : int
        Step of the octave after which it was taken, from 0; -1 where no step was taken.
    ends_octave : bool
        True for an octave's result, lost detail put back; false for a picture between steps.
    pixels : numpy.ndarray
        uint8, shape (height, width, 3).
    """

    octave: int
    iteration: int
    ends_octave: bool
    pixels: np.ndarray

    @property
    def height(self) -> int:
        """Height in pixels."""
        return self.pixels.shape[0]

    @property
    def width(self) -> int:
        """Width in pixels."""
        return self.pixels.shape[1]

    def _repr_png_(self) -> bytes:
        return png(self.pixels)


@dataclass(frozen=True)
class LossPoint:
    """The loss at one step: a row of the loss table.

    Parameters
    ----------
    octave, height, width, iteration : int
        Where in the run; octave and iteration count from 0.
    loss : float
        The whole loss, looked at before the step was applied.
    losses : dict of str to float
        Each layer's share of it; they add up to `loss`.
    """

    octave: int
    height: int
    width: int
    iteration: int
    loss: float
    losses: dict[str, float]
