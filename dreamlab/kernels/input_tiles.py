"""The transform of tiles on the way in: of feature maps, or of gradients that ReLU still cuts."""

import numpy as np

from dreamlab.kernels.compiled import compiled
from dreamlab.kernels.marks import MARKED, POOLED, spread_marks
from dreamlab.kernels.winograd import FAST, PLACES, TILE, YIELD, tile_grid, times_b


@compiled(fastmath=FAST)
def transform_tiles(
    x: np.ndarray,
    marks: np.ndarray,
    source: int,
    size: tuple[int, int],
    pad: int,
    v: np.ndarray,
    place: int,
    first: int,
    last: int,
    memory: np.ndarray,
) -> None:
    """Transform some tiles into v, shape (36, tiles, channels), from a place on."""
    channels = v.shape[2]
    tile_size = PLACES * channels
    tile = memory[:tile_size].reshape((TILE, TILE * channels))
    half = memory[tile_size : 2 * tile_size].reshape((TILE, TILE * channels))
    flags = memory[2 * tile_size : 2 * tile_size + flag_words(channels)].view(np.uint8)
    down, across = tile_grid(size, pad)
    for number in range(first, last):
        picture, within = divmod(number, down * across)
        row, column = divmod(within, across)
        # Without marks there is a single picture of them, which nobody looks at.
        marked = marks[picture if source else 0]
        _transform_input(
            x[picture],
            marked,
            source,
            size,
            pad,
            YIELD * row,
            YIELD * column,
            v,
            place + number - first,
            tile,
            half,
            flags,
        )


@compiled(fastmath=FAST)
def _transform_input(
    x: np.ndarray,
    marks: np.ndarray,
    source: int,
    size: tuple[int, int],
    pad: int,
    top: int,
    left: int,
    v: np.ndarray,
    place: int,
    tile: np.ndarray,
    half: np.ndarray,
    flags: np.ndarray,
) -> None:
    """Transform the tile whose first position is (top, left) of the output, into v[:, place].

    A row of x, of the tile and of its half-way state are in a single axis, positions and channels:
    long loops cost less.

    Parameters
    ----------
    x : numpy.ndarray
        float32, shape (rows, columns * channels), contiguous.
    marks : numpy.ndarray
        uint8, shape (rows, columns * bytes), looked at unless the source is `PLAIN`: a bit for each
        value of x as `dreamlab.kernels.marks` has them, or a byte where the source is `POOLED`.
    source : int
        What the feature map is: `PLAIN` x itself, `MARKED` x where it is marked and else 0,
        `POOLED` what 2 x 2 pooling gave x for, 0 but at the place that the mark names.
    size : (int, int)
        Rows and columns of the feature map.
    pad, top, left : int
        Rows and columns of zeros around the map, and the tile's first position.
    v : numpy.ndarray
        float32, shape (36, tiles, channels); written.
    place : int
        The tile's number in v.
    tile, half : numpy.ndarray
        float32, shape (6, 6 * channels): memory.
    flags : numpy.ndarray
        uint8, shape (channels, or more up to a multiple of eight,): memory.
    """
    channels = v.shape[2]
    zero = np.float32(0)
    height, width = size
    start = max(0, pad - left) * channels
    stop = max(start, min(TILE, width + pad - left) * channels)
    first = max(0, left - pad)
    for i in range(TILE):
        y, to = top + i - pad, tile[i]
        if not 0 <= y < height:
            to[:] = zero
            continue
        # Slices, as an index that might be negative keeps a loop from becoming vectors.
        inside = to[start:stop]
        to[:start] = zero
        to[stop:] = zero
        if source == POOLED:
            _unpool_row(x, marks, y, first, inside, channels)
            continue
        values = x[y, first * channels : first * channels + stop - start]
        if source == MARKED:
            size_of = flags.size // 8
            for column in range(inside.size // channels):
                at = (first + column) * size_of
                spread_marks(marks[y, at : at + size_of], flags)
                to = inside[column * channels : (column + 1) * channels]
                value = values[column * channels : (column + 1) * channels]
                for c in range(channels):
                    to[c] = value[c] if flags[c] else zero
        else:
            for c in range(inside.size):
                inside[c] = values[c]
    for c in range(TILE * channels):
        (half[0, c], half[1, c], half[2, c], half[3, c], half[4, c], half[5, c]) = times_b(
            tile[0, c], tile[1, c], tile[2, c], tile[3, c], tile[4, c], tile[5, c]
        )
    for i in range(TILE):
        row = half[i].reshape((TILE, channels))
        for c in range(channels):
            (
                v[6 * i, place, c],
                v[6 * i + 1, place, c],
                v[6 * i + 2, place, c],
                v[6 * i + 3, place, c],
                v[6 * i + 4, place, c],
                v[6 * i + 5, place, c],
            ) = times_b(row[0, c], row[1, c], row[2, c], row[3, c], row[4, c], row[5, c])


@compiled(fastmath=FAST)
def _unpool_row(
    x: np.ndarray, marks: np.ndarray, y: int, first: int, into: np.ndarray, channels: int
) -> None:
    """Write some positions of row y of the map that was pooled to x, from the first on."""
    zero = np.float32(0)
    row, columns = y // 2, x.shape[1] // channels
    for number in range(into.size // channels):
        to = into[number * channels : (number + 1) * channels]
        column = (first + number) // 2
        if row >= x.shape[0] or column >= columns:  # an odd last row or column is not pooled
            to[:] = zero
            continue
        values = x[row, column * channels : (column + 1) * channels]
        places = marks[row, column * channels : (column + 1) * channels]
        place = np.uint8(2 * (y % 2) + (first + number) % 2)
        for c in range(channels):
            to[c] = values[c] if places[c] == place else zero


@compiled(inline="always")
def tile_memory(channels: int) -> int:
    """Return the number of values that `transform_tiles` needs as memory."""
    return 2 * PLACES * channels + flag_words(channels)


@compiled(inline="always")
def flag_words(channels: int) -> int:
    """Return the number of values that flags for some channels take, whole words of eight."""
    return -(-channels // 8) * 2
