"""What the analyses of a set of pictures share: what they ask of it, and how they see it."""

from collections.abc import Sequence

import numpy as np

from dreamlab.errors import DreamError, listed, shown
from dreamlab.images.picture_set import SIDE, PictureSet
from dreamlab.images.pixels import from_pixels
from dreamlab.images.squares import middle_square

#: Most networks of a run beside the first: a chart of more curves says little.
MOST_FURTHER = 3


def scaled(pixels: np.ndarray, side: int) -> np.ndarray:
    """Return a picture of a set at another side: float32, shape (side, side, 3), in [-1, 1]."""
    return from_pixels(pixels) if side == SIDE else middle_square(pixels, side)


def check_classes(pictures: PictureSet) -> None:
    """Raise `DreamError` unless a set has two classes or more, of two pictures or more each."""
    counts = pictures.counts
    if len(counts) < 2:
        only = f"all {len(pictures)} pictures are of one class" if counts else "there are none"
        raise DreamError(
            f"classes are told apart, and {only}: give a folder for each class, at least two"
        )
    single = [name for name, count in counts.items() if count < 2]
    if single:
        raise DreamError(
            f"a picture is told by the others of its class, and {listed(single)} has a single "
            "one: give each class two pictures or more"
        )


def told_apart(networks: Sequence[str]) -> None:
    """Raise `DreamError` if two networks of a run have the same name."""
    for name in networks:
        if networks.count(name) > 1:
            raise DreamError(f"two networks are called {shown(name)}; give one, or rename a file")
