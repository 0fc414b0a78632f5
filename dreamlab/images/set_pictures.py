"""Decodes the pictures of a set, each to its middle square."""

import math
from typing import NamedTuple

import numpy as np

from dreamlab.images import files
from dreamlab.images.load import Loaded, read_image
from dreamlab.images.picture_set import SIDE
from dreamlab.images.pixels import to_pixels
from dreamlab.images.squares import middle_square

#: Most memory that decoding a picture may take, in bytes.
_MEMORY = 200e6

#: Longest side to which a picture is scaled down at first, in pixels. It leaves enough of pictures
#: up to twice as long as wide; a JPEG costs a third of what it does at twice this side.
_LONGEST = 2 * SIDE


class Square(NamedTuple):
    """The middle square of a picture.

    Parameters
    ----------
    pixels : numpy.ndarray
        uint8, shape (224, 224, 3).
    enlarged : bool
        Whether the picture's shorter side is below 224 px.
    notes : tuple of str
        What is missing or changed in the picture, in a sentence each.
    """

    pixels: np.ndarray
    enlarged: bool
    notes: tuple[str, ...]


def read_square(data: bytes, name: str) -> Square:
    """Decode a picture's middle square, scaled to 224 px.

    Parameters
    ----------
    data : bytes
        The file.
    name : str
        Its name in sentences.

    Raises
    ------
    DreamError
        If it is no picture that can be read, or decoding it takes over 200 MB.
    """
    loaded = _loaded(data, name, _LONGEST)
    shorter, longer = sorted(loaded.full)
    if min(loaded.image.shape[:2]) < SIDE <= shorter:
        loaded = _loaded(data, name, math.ceil(SIDE * longer / shorter))
    pixels = to_pixels(middle_square(to_pixels(loaded.image), SIDE))
    return Square(pixels, shorter < SIDE, loaded.notes)


def _loaded(data: bytes, name: str, longest: int) -> Loaded:
    return read_image(files.named(data, name), max_side=longest, max_memory=_MEMORY)
