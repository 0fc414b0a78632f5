"""The frames of a run, and which of them are kept within a number of bytes."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from dreamlab.images import Picture


@dataclass(frozen=True)
class Frame:
    """A picture of a run.

    Parameters
    ----------
    octave : int
        Octave, from 0.
    iteration : int
        The last step before the picture, from 0 in each octave; -1 without steps.
    ends_octave : bool
        True for an octave's result, with lost detail restored; false for a picture between steps.
    picture : Picture
        The picture.
    exact : numpy.ndarray or None
        The picture as it was computed, float32 (height, width, 3), which may exceed [-1, 1] a
        little: kept of the results of all octaves but the last, as long as there is room, for
        dreams that go on from them.
    """

    octave: int
    iteration: int
    ends_octave: bool
    picture: Picture
    exact: np.ndarray | None = field(default=None, repr=False, compare=False)

    @property
    def nbytes(self) -> int:
        """Bytes that it holds."""
        return self.picture.nbytes + self.exact_nbytes

    @property
    def exact_nbytes(self) -> int:
        """Bytes of `exact`."""
        return 0 if self.exact is None else self.exact.nbytes

    def rounded(self) -> "Frame":
        """Return it without `exact`."""
        return self if self.exact is None else replace(self, exact=None)

    @property
    def pixels(self) -> np.ndarray:
        """Pixels of the picture, uint8 (height, width, 3)."""
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


def rounded(frames: Sequence[Frame], max_bytes: float) -> list[Frame]:
    """Return frames, the first of them without `Frame.exact` until all have at most `max_bytes`."""
    total, kept = sum(frame.nbytes for frame in frames), list(frames)
    for place, frame in enumerate(frames):
        if total <= max_bytes:
            break
        total -= frame.exact_nbytes
        kept[place] = frame.rounded()
    return kept


def surplus(frames: Sequence[Frame], max_bytes: float) -> set[int]:
    """Return the indices of the frames to drop, so that the rest has at most `max_bytes`.

    Every second frame between octaves is dropped first, repeatedly, then the smallest octaves. The
    last frame always stays.
    """
    places = list(range(len(frames)))
    total = sum(frame.picture.nbytes for frame in frames)
    while total > max_bytes and len(places) > 1:
        between = [place for place in places[:-1] if not frames[place].ends_octave]
        removal = set(between[::2] or places[:1])
        total -= sum(frames[place].picture.nbytes for place in removal)
        places = [place for place in places if place not in removal]
    return set(range(len(frames))) - set(places)
