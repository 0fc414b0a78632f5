"""Turns and scales a picture about its middle, and takes gradients back through that.

Beyond its border a picture goes on as its mirror image about the outermost pixels.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from dreamlab.images.shape import Shape

#: Side of the blocks that are worked through, in pixels, so that what a block takes stays small.
_SIDE = 256


class _Block(NamedTuple):
    """A block of a warped picture, and where its pixels come from.

    Parameters
    ----------
    here, there : tuple of slice
        The block, and the part of the picture that it is taken from.
    shape : Shape
        Height and width of that part.
    taps : list of (numpy.ndarray, numpy.ndarray)
        Four times the pixels of the part, by their number in it, and float32 weights; both of
        shape (pixels of the block,).
    """

    here: tuple[slice, slice]
    there: tuple[slice, slice]
    shape: Shape
    taps: list[tuple[np.ndarray, np.ndarray]]


def affine(turn: float, zoom: float) -> np.ndarray:
    """Return the matrix of a turn, clockwise in radians, and a change of scale: float64, (2, 2)."""
    cosine, sine = np.cos(turn) / zoom, np.sin(turn) / zoom
    return np.array([[cosine, -sine], [sine, cosine]])


def warped(image: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Return a picture sampled bilinearly where a matrix says.

    Parameters
    ----------
    image : numpy.ndarray
        float32, shape (H, W, C).
    matrix : numpy.ndarray
        float64, shape (2, 2): the pixel at (row, column) from the middle is taken from
        ``matrix @ (row, column)`` from the middle.

    Returns
    -------
    numpy.ndarray
        float32, shape (H, W, C).
    """
    found = np.empty_like(image)
    for block in _blocks(Shape.of(image), matrix):
        part = image[block.there].reshape(block.shape.area, -1)
        total = sum(weight[:, None] * part[place] for place, weight in block.taps)
        found[block.here] = np.asarray(total).reshape(found[block.here].shape)
    return found


def warped_back(gradient: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Return the gradient with respect to a picture, from that with respect to the warped one.

    It is the adjoint of `warped`, which is linear in the picture.

    Parameters
    ----------
    gradient : numpy.ndarray
        float32, shape (H, W, C).
    matrix : numpy.ndarray
        As for `warped`.

    Returns
    -------
    numpy.ndarray
        float32, shape (H, W, C).
    """
    found = np.zeros_like(gradient)
    for block in _blocks(Shape.of(gradient), matrix):
        upstream = gradient[block.here].reshape(-1, gradient.shape[2])
        places = np.concatenate([place for place, _ in block.taps])
        for channel in range(gradient.shape[2]):
            parts = np.concatenate([weight * upstream[:, channel] for _, weight in block.taps])
            sums = np.bincount(places, parts, block.shape.area)
            found[block.there][..., channel] += sums.reshape(block.shape)
    return found


def _blocks(shape: Shape, matrix: np.ndarray) -> Iterator[_Block]:
    middle = (np.array(shape)[:, None] - 1) / 2
    for top in range(0, shape.height, _SIDE):
        for left in range(0, shape.width, _SIDE):
            bottom, right = min(top + _SIDE, shape.height), min(left + _SIDE, shape.width)
            pixels = np.mgrid[top:bottom, left:right].reshape(2, -1)
            places = matrix @ (pixels - middle) + middle
            rows, columns = (_folded(*along) for along in zip(places, shape, strict=True))
            low = np.floor(rows).astype(np.intp), np.floor(columns).astype(np.intp)
            high = (
                np.minimum(low[0] + 1, shape.height - 1),
                np.minimum(low[1] + 1, shape.width - 1),
            )
            first = low[0].min(), low[1].min()
            there = tuple(
                slice(begin, end.max() + 1) for begin, end in zip(first, high, strict=True)
            )
            part = Shape(*(along.stop - along.start for along in there))
            down = (rows - low[0]).astype(np.float32)
            across = (columns - low[1]).astype(np.float32)
            taps = [
                ((row - first[0]) * part.width + column - first[1], vertical * horizontal)
                for row, vertical in ((low[0], 1 - down), (high[0], down))
                for column, horizontal in ((low[1], 1 - across), (high[1], across))
            ]
            yield _Block((slice(top, bottom), slice(left, right)), (there[0], there[1]), part, taps)


def _folded(places: np.ndarray, length: int) -> np.ndarray:
    """Return places along a side, mirrored at its ends into 0 to length - 1."""
    last = length - 1
    if not last:
        return np.zeros_like(places)
    return last - np.abs(np.mod(places, 2 * last) - last)
