"""The gradient of max-pooling, on all cores."""

import numpy as np

from dreamlab.kernels.compiled import compiled
from dreamlab.kernels.cores import aligned, cores, share

#: Channels of a piece of work at least: two cache lines.
_CHANNELS = 32


def max_pool_gradient(
    x: np.ndarray,
    upstream: np.ndarray,
    size: tuple[int, int],
    strides: tuple[int, int],
    before: tuple[int, int],
) -> np.ndarray:
    """Return the gradient of max-pooling for its input; the first maximum of a tie gets it all.

    It equals TensorFlow's to the last bit: the sums of windows that overlap are in its order.

    Parameters
    ----------
    x : numpy.ndarray
        The input, float32, shape (N, H, W, channels).
    upstream : numpy.ndarray
        The gradient for the output, float32, shape (N, rows, columns, channels).
    size, strides : (int, int)
        Rows and columns of the window, and of the way to the next.
    before : (int, int)
        Rows above the input and columns left of it that windows reach into; they never count.

    Returns
    -------
    numpy.ndarray
        float32, shape (N, H, W, channels).
    """
    x, upstream = np.ascontiguousarray(x), np.ascontiguousarray(upstream)
    result = aligned(x.shape)
    plain = (
        (*size, *strides, *before) == (2, 2, 2, 2, 0, 0)
        and 2 * upstream.shape[1] <= x.shape[1]
        and 2 * upstream.shape[2] <= x.shape[2]
    )
    for maps, gradient, into in zip(x, upstream, result, strict=True):
        if plain:
            rows = gradient.shape[0]
            pieces = min(rows, 4 * cores())
            ends = [rows * number // pieces for number in range(pieces + 1)] if pieces else []
            share(
                _halved,
                [
                    (maps, gradient, into, first, last)
                    for first, last in zip(ends, ends[1:], strict=False)
                ],
            )
            into[2 * rows :] = 0
            into[:, 2 * gradient.shape[1] :] = 0
        else:
            into[:] = 0
            channels = maps.shape[2]
            share(
                _pooled,
                [
                    (maps, gradient, into, *size, *strides, *before, first, last)
                    for first in range(0, channels, _CHANNELS)
                    for last in [min(first + _CHANNELS, channels)]
                ],
            )
    return result


@compiled()
def _halved(x: np.ndarray, upstream: np.ndarray, into: np.ndarray, first: int, last: int) -> None:
    """Pool 2 x 2 positions without overlap, in some rows of the output."""
    zero = np.float32(0)
    for row in range(first, last):
        for column in range(upstream.shape[1]):
            a_to, b_to = into[2 * row, 2 * column], into[2 * row, 2 * column + 1]
            c_to, d_to = into[2 * row + 1, 2 * column], into[2 * row + 1, 2 * column + 1]
            a_of, b_of = x[2 * row, 2 * column], x[2 * row, 2 * column + 1]
            c_of, d_of = x[2 * row + 1, 2 * column], x[2 * row + 1, 2 * column + 1]
            gradient = upstream[row, column]
            for channel in range(x.shape[2]):
                a, b, c, d = a_of[channel], b_of[channel], c_of[channel], d_of[channel]
                best = max(max(a, b), max(c, d))
                is_a = a == best
                is_b = (b == best) & ~is_a
                is_c = (c == best) & ~(is_a | is_b)
                is_d = (d == best) & ~(is_a | is_b | is_c)
                value = gradient[channel]
                a_to[channel] = value if is_a else zero
                b_to[channel] = value if is_b else zero
                c_to[channel] = value if is_c else zero
                d_to[channel] = value if is_d else zero


@compiled()
def _pooled(
    x: np.ndarray,
    upstream: np.ndarray,
    into: np.ndarray,
    height: int,
    width: int,
    down: int,
    right: int,
    above: int,
    before: int,
    first: int,
    last: int,
) -> None:
    """Pool windows of any size, in some channels; windows are taken in TensorFlow's order."""
    for row in range(upstream.shape[0]):
        top, bottom = max(0, row * down - above), min(x.shape[0], row * down - above + height)
        for column in range(upstream.shape[1]):
            left = max(0, column * right - before)
            end = min(x.shape[1], column * right - before + width)
            for channel in range(first, last):
                best, at_row, at_column = x[top, left, channel], top, left
                for i in range(top, bottom):
                    for j in range(left, end):
                        if x[i, j, channel] > best:
                            best, at_row, at_column = x[i, j, channel], i, j
                into[at_row, at_column, channel] += upstream[row, column, channel]
