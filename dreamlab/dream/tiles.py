"""Cuts a picture into tiles whose gradients add up to that of the whole picture, exactly.

The loss is a sum over positions of feature maps, so its gradient is the sum over any partition of
those positions. Each tile owns some positions. Its crop is widened by the receptive field, so that
their activations are those of the whole picture, and begins at a multiple of the network's stride,
so that the positions stay aligned.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dreamlab.dream.objective import inner_window
from dreamlab.images.shape import Shape
from dreamlab.models.field import ReceptiveField


@dataclass(frozen=True)
class Tile:
    """A crop of the picture, and the part of its feature maps that counts in the loss.

    Parameters
    ----------
    top, bottom, left, right : int
        The crop, in pixels of the picture; bottom and right are exclusive.
    windows : numpy.ndarray
        int32, shape (layers, 4): the first row of each layer's feature map that counts, the row
        after the last, and the same for columns.
    """

    top: int
    bottom: int
    left: int
    right: int
    windows: np.ndarray


def whole_picture(shape: Shape, maps: Sequence[Shape]) -> Tile:
    """Return the tile that is the whole picture."""
    windows = np.array([inner_window(*size) for size in maps], np.int32)
    return Tile(0, shape[0], 0, shape[1], windows)


def exact_tiles(
    shape: Shape, sides: Shape, receptive_fields: Sequence[ReceptiveField], maps: Sequence[Shape]
) -> list[Tile]:
    """Cut a picture into tiles whose gradients add up to that of the whole picture.

    Parameters
    ----------
    shape : Shape
        Height and width of the picture, in pixels.
    sides : Shape
        Largest height and width that a tile owns, in pixels, before it is widened; rounded up to
        the stride. A tile at the picture's border is widened on one side only and owns more.
    receptive_fields : sequence of ReceptiveField
        Receptive fields of the layers in the loss; all must be local.
    maps : sequence of Shape
        Rows and columns of each layer's feature map of the whole picture.

    Returns
    -------
    list of Tile
        The tiles, row by row; a single tile if the picture is no larger than `sides`.
    """
    inner = [inner_window(*size) for size in maps]
    rows = _spans(shape[0], sides[0], receptive_fields, [window[:2] for window in inner])
    columns = _spans(shape[1], sides[1], receptive_fields, [window[2:] for window in inner])
    return [
        Tile(top, bottom, left, right, np.hstack([down, across]).astype(np.int32))
        for top, bottom, down in rows
        for left, right, across in columns
    ]


def separate_tiles(
    shape: Shape, sides: Shape, multiple: int = 1
) -> list[tuple[int, int, int, int]]:
    """Cut a picture into independent tiles that cover it.

    Networks in which a position sees the whole picture need them: no tiles give their gradient
    exactly. A random roll of the picture before each step keeps seams from staying in one place,
    as in TensorFlow's DeepDream tutorial,
    https://www.tensorflow.org/tutorials/generative/deepdream.

    Parameters
    ----------
    shape : Shape
        Height and width of the picture, in pixels.
    sides : Shape
        Largest height and width of a tile, in pixels.
    multiple : int
        What the sides of each tile must divide by; those of the picture do.

    Returns
    -------
    list of tuple of int
        Top, bottom, left and right of each tile, in pixels; all tiles have about the same size.
    """
    rows, columns = (
        [
            int(place) // multiple * multiple
            for place in np.linspace(0, length, math.ceil(length / side) + 1)
        ]
        for length, side in zip(shape, sides, strict=True)
    )
    return [
        (top, bottom, left, right)
        for top, bottom in itertools.pairwise(rows)
        for left, right in itertools.pairwise(columns)
    ]


def _spans(
    length: int,
    side: int,
    receptive_fields: Sequence[ReceptiveField],
    inner: Sequence[tuple[int, int]],
) -> list[tuple[int, int, np.ndarray]]:
    """Return begin and end of each crop along one axis, and each layer's window in it."""
    stride = math.lcm(*(field.grid for field in receptive_fields))
    # Strided "same" padding depends on the size modulo the stride, so crops keep the picture's.
    rest = length % stride
    before = math.ceil(max(0, *(field.left for field in receptive_fields)) / stride) * stride
    after = max(0, *(field.right - field.stride for field in receptive_fields))
    after = rest + math.ceil((after - rest) / stride) * stride
    # All crops have one size, which TensorFlow prepares once. A tile at a border needs a margin on
    # one side only, so it owns more. Count and size are the smallest that `side` allows.
    margin = before + after
    count = max(1, math.ceil((length - margin) / (math.ceil(side / stride) * stride)))
    size = math.ceil((length + (count - 1) * margin) / count)
    size += (rest - size) % stride
    spans, last = [], 0
    while last < length:
        first = last
        begin = max(0, min(first - before, length - size))
        end = min(begin + size, length)
        last = length if end == length else end - after
        windows = []
        for field, (low, high) in zip(receptive_fields, inner, strict=True):
            high = high if last >= length else min(high, last // field.stride)
            # An unpadded map ends before the picture does, so a last tile may own none of it.
            low = min(max(low, first // field.stride), high)
            shift = begin // field.stride
            windows.append((low - shift, high - shift))
        spans.append((begin, end, np.array(windows)))
    return spans
