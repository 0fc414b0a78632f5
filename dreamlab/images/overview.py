"""A set of pictures in one picture."""

import numpy as np

from dreamlab.images.picture import Picture
from dreamlab.images.picture_set import PictureSet
from dreamlab.images.pixels import resize_pixels

#: Side of a small picture and the white between two of them, in pixels; most of them in a row.
_SIDE, _GAP, _ACROSS = 72, 4, 12


def overview(pictures: PictureSet, *, across: int = _ACROSS) -> Picture:
    """Return the pictures small, each class in a row of its own, the first ones of many.

    Parameters
    ----------
    pictures : PictureSet
        The pictures. Without classes they stand in rows one after the other.
    across : int
        Most pictures in a row.

    Returns
    -------
    Picture
        A row a class.
    """
    numbers = pictures.numbers
    if pictures.classes:
        rows = [np.flatnonzero(numbers == number) for number in range(len(pictures.classes))]
    else:
        rows = np.split(np.arange(len(pictures)), range(across, len(pictures), across))
    width = min(across, max(map(len, rows)))
    canvas = np.full((len(rows), _SIDE + _GAP, width, _SIDE + _GAP, 3), 255, np.uint8)
    for down, row in enumerate(rows):
        for along, place in enumerate(row[:width]):
            small = resize_pixels(pictures.pixels[place], _SIDE, _SIDE)
            canvas[down, :_SIDE, along, :_SIDE] = small
    flat = canvas.reshape(len(rows) * (_SIDE + _GAP), width * (_SIDE + _GAP), 3)
    return Picture(flat[:-_GAP, :-_GAP], "The pictures, a row for each class")
