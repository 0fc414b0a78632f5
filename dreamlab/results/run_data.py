"""What a run leaves: its frames, its losses, and how it was made."""

from dataclasses import dataclass

import numpy as np

from dreamlab.config.provenance import Provenance
from dreamlab.errors import DreamError
from dreamlab.images import Picture

_EMPTY = "the recording is empty; record a run before exporting it"


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
    picture : Picture
        The picture.
    """

    octave: int
    iteration: int
    ends_octave: bool
    picture: Picture

    @property
    def pixels(self) -> np.ndarray:
        """Its pixels, uint8 (height, width, 3)."""
        return self.picture.pixels

    @property
    def height(self) -> int:
        """Height in pixels."""
        return self.picture.shape.height

    @property
    def width(self) -> int:
        """Width in pixels."""
        return self.picture.shape.width

    def _repr_png_(self) -> bytes:
        return self.picture.png


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


class RunData:
    """Losses and frames of one run.

    Attributes
    ----------
    frames : list of Frame
        The frames kept, in order. The last one is the run's result, or as far as it came.
    losses : list of LossPoint
        One row a step.
    seconds : float
        How long the run took, in seconds.
    finished : bool
        Whether the run came to its end.
    """

    def __init__(self) -> None:
        self._provenance: Provenance | None = None
        self._original: Picture | None = None
        self.frames: list[Frame] = []
        self.losses: list[LossPoint] = []
        self.seconds = 0.0
        self.finished = False

    @property
    def empty(self) -> bool:
        """Whether no step has been recorded yet."""
        return self._provenance is None

    @property
    def provenance(self) -> Provenance:
        """How the run was made.

        Raises
        ------
        DreamError
            If nothing has been recorded.
        """
        if self._provenance is None:
            raise DreamError(_EMPTY)
        return self._provenance

    @provenance.setter
    def provenance(self, provenance: Provenance) -> None:
        self._provenance = provenance

    @property
    def original(self) -> Picture:
        """The picture the run began from.

        Raises
        ------
        DreamError
            If nothing has been recorded.
        """
        if self._original is None:
            raise DreamError(_EMPTY)
        return self._original

    @original.setter
    def original(self, picture: Picture) -> None:
        self._original = picture

    @property
    def octave_frames(self) -> list[Frame]:
        """One frame an octave, in order; the last may be of an octave that was cut short."""
        return [frame for frame in self.frames if frame.ends_octave or frame is self.frames[-1]]

    @property
    def final(self) -> Frame:
        """The last frame: the run's result, or as far as it came.

        Raises
        ------
        DreamError
            If nothing has been recorded.
        """
        if not self.frames:
            raise DreamError(_EMPTY)
        return self.frames[-1]

    @property
    def nbytes(self) -> int:
        """Bytes of all pictures kept, the original included."""
        original = 0 if self._original is None else self._original.nbytes
        return original + sum(frame.picture.nbytes for frame in self.frames)
