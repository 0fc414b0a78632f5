"""The transform of tiles on the way out, with bias, ReLU and pooling."""

import numpy as np

from dreamlab.kernels.compiled import compiled
from dreamlab.kernels.marks import MARKED, NONE, POOLED, gather_marks
from dreamlab.kernels.winograd import FAST, TILE, YIELD, tile_grid, times_a

#: Values of memory that the way back takes for each channel; a flag takes a quarter of one.
BACK = YIELD * TILE + 2 * YIELD + 1


@compiled(fastmath=FAST)
def finish_tiles(
    m: np.ndarray,
    size: tuple[int, int],
    pad: int,
    bias: np.ndarray,
    finish: int,
    y: np.ndarray,
    y_marks: np.ndarray,
    begin: int,
    count: int,
    start: int,
    stop: int,
    memory: np.ndarray,
    check: np.ndarray,
) -> None:
    """Transform the products of some tiles back, into some channels of y."""
    width = m.shape[2]
    half = memory[: YIELD * TILE * width].reshape((YIELD, TILE, width))
    memory = memory[YIELD * TILE * width :]
    rows = memory[: 2 * YIELD * width].reshape((2, YIELD, width))
    flags = memory[2 * YIELD * width :].view(np.uint8)[:width]
    flags[:] = 0
    down, across = tile_grid(size, pad)
    size_out = (size[0] + 2 * pad - 2, size[1] + 2 * pad - 2)
    for place in range(count):
        picture, within = divmod(begin + place, down * across)
        row, column = divmod(within, across)
        _transform_output(
            m,
            place,
            size_out,
            YIELD * row,
            YIELD * column,
            bias[start:stop],
            finish,
            y,
            y_marks,
            picture,
            start,
            half,
            rows,
            check,
            flags,
        )


@compiled(fastmath=FAST)
def _transform_output(
    m: np.ndarray,
    place: int,
    size: tuple[int, int],
    top: int,
    left: int,
    bias: np.ndarray,
    finish: int,
    y: np.ndarray,
    marks: np.ndarray,
    picture: int,
    start: int,
    half: np.ndarray,
    rows: np.ndarray,
    check: np.ndarray,
    flags: np.ndarray,
) -> None:
    """Transform m[:, place] back to 4 x 4 positions; add values that are not finite to check.

    Parameters
    ----------
    m : numpy.ndarray
        float32, shape (36, tiles, channels or more).
    place : int
        The tile's number in m.
    size : (int, int)
        Rows and columns of the convolution's output.
    top, left : int
        The tile's first position in it.
    bias : numpy.ndarray
        float32, shape (channels,).
    finish : int
        What becomes of the output: `PLAIN` nothing, `MARKED` ReLU, `POOLED` ReLU and 2 x 2 pooling.
    y : numpy.ndarray
        float32, shape (N, rows, columns, all channels), rows and columns halved if pooled; written.
    marks : numpy.ndarray
        uint8, written unless the output is plain: a bit for each value of y that ReLU lets through,
        or a byte, which of the four it is, `NONE` if none of them is above 0.
    picture, start : int
        Where in y: the picture, and the first of the channels.
    half, rows, check : numpy.ndarray
        float32, shape (4, 6, channels), (2, 4, channels) and (channels,): memory, and the sum.
    flags : numpy.ndarray
        uint8, shape (channels, or more up to a multiple of eight,): memory, 0 at first.
    """
    channels, stop = bias.size, start + bias.size
    height, width = size
    zero = np.float32(0)
    for j in range(TILE):
        for c in range(channels):
            half[0, j, c], half[1, j, c], half[2, j, c], half[3, j, c] = times_a(
                m[j, place, c],
                m[6 + j, place, c],
                m[12 + j, place, c],
                m[18 + j, place, c],
                m[24 + j, place, c],
                m[30 + j, place, c],
            )
    for i in range(min(YIELD, height - top)):
        row = rows[i % 2]
        for c in range(channels):
            a, b, d, e = times_a(
                half[i, 0, c],
                half[i, 1, c],
                half[i, 2, c],
                half[i, 3, c],
                half[i, 4, c],
                half[i, 5, c],
            )
            # Zero times a value is zero if the value is finite.
            check[c] += zero * a + zero * b + (zero * d + zero * e)
            row[0, c] = a + bias[c]
            row[1, c] = b + bias[c]
            row[2, c] = d + bias[c]
            row[3, c] = e + bias[c]
        if finish == POOLED:
            if i % 2:
                down, right = (top + i) // 2, left // 2
                for j in range(min(YIELD, width - left) // 2):
                    to = y[picture, down, right + j, start:stop]
                    mark = marks[picture, down, right + j, start:stop]
                    _pool(rows[0, 2 * j], rows[0, 2 * j + 1], row[2 * j], row[2 * j + 1], to, mark)
            continue
        for j in range(min(YIELD, width - left)):
            to, values = y[picture, top + i, left + j, start:stop], row[j]
            if finish == MARKED:
                for c in range(channels):
                    value = max(values[c], zero)
                    to[c] = value
                    flags[c] = value > zero
                mark = marks[picture, top + i, left + j, start // 8 : (stop + 7) // 8]
                gather_marks(flags, mark)
            else:
                for c in range(channels):
                    to[c] = values[c]


@compiled(fastmath=FAST, inline="always")
def _pool(
    a: np.ndarray, b: np.ndarray, c: np.ndarray, d: np.ndarray, to: np.ndarray, mark: np.ndarray
) -> None:
    """Write the largest of four values of each channel, or 0, and which one it is."""
    zero = np.float32(0)
    for channel in range(to.size):
        best = max(max(a[channel], b[channel]), max(c[channel], d[channel]))
        place = 2 if c[channel] == best else 3
        place = 1 if b[channel] == best else place
        place = 0 if a[channel] == best else place
        to[channel] = max(best, zero)
        mark[channel] = place if best > zero else NONE
