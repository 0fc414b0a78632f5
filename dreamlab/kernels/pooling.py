"""Max-pooling and its gradient, on all cores."""

from collections.abc import Callable

import numpy as np

from dreamlab.kernels.compiled import compiled
from dreamlab.kernels.cores import aligned, cores, cuts, share

#: Channels of a piece of work at least: two cache lines.
_CHANNELS = 32


def max_pool_halving(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pool 2 x 2 positions without overlap or padding.

    Parameters
    ----------
    x : numpy.ndarray
        float32 or bfloat16, shape (N, H, W, channels).

    Returns
    -------
    y : numpy.ndarray
        Of x's type, shape (N, H // 2, W // 2, channels): the maxima.
    places : numpy.ndarray
        uint8, of y's shape: which of the four it was, in the order of reading, the first of a tie.
    """
    x = np.ascontiguousarray(x)
    number, height, width, channels = x.shape
    y = aligned((number, height // 2, width // 2, channels), x.dtype)
    places = aligned(y.shape, np.uint8)
    bits, into = _as_bits(x), _as_bits(y)
    work = _halve if bits.dtype == np.float32 else _halve_bfloat16
    _in_runs(work, [(bits[i], into[i], places[i]) for i in range(number)], y.shape[1])
    return y, places


def max_pool_halving_gradient(
    upstream: np.ndarray, places: np.ndarray, size: tuple[int, int]
) -> np.ndarray:
    """Return the gradient of `max_pool_halving` for its input.

    Parameters
    ----------
    upstream : numpy.ndarray
        The gradient for y, of its type and shape.
    places : numpy.ndarray
        What `max_pool_halving` returned beside y.
    size : (int, int)
        Rows and columns of the input.

    Returns
    -------
    numpy.ndarray
        Of y's type, shape (N, rows, columns, channels).
    """
    upstream, places = np.ascontiguousarray(upstream), np.ascontiguousarray(places)
    number, rows, columns, channels = upstream.shape
    result = aligned((number, int(size[0]), int(size[1]), channels), upstream.dtype)
    bits, into = _as_bits(upstream), _as_bits(result)
    into[:, 2 * rows :] = 0
    into[:, :, 2 * columns :] = 0
    _in_runs(_unhalve, [(bits[i], places[i], into[i]) for i in range(number)], rows)
    return result


def _as_bits(values: np.ndarray) -> np.ndarray:
    """Return an array that Numba knows: bfloat16, which it does not, as whole numbers."""
    return values if values.dtype == np.float32 else values.view(np.int16)


def _in_runs(work: Callable[..., None], pictures: list[tuple[np.ndarray, ...]], rows: int) -> None:
    """Share some work on pictures over the cores, in runs of rows."""
    share(work, [(*picture, *run) for picture in pictures for run in cuts(rows, 4 * cores())])


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
    result[:] = 0
    channels = x.shape[3]
    share(
        _pooled,
        [
            (
                maps,
                gradient,
                into,
                *size,
                *strides,
                *before,
                first,
                min(first + _CHANNELS, channels),
            )
            for maps, gradient, into in zip(x, upstream, result, strict=True)
            for first in range(0, channels, _CHANNELS)
        ],
    )
    return result


@compiled()
def _halve(x: np.ndarray, y: np.ndarray, places: np.ndarray, first: int, last: int) -> None:
    """Pool 2 x 2 positions without overlap, in some rows of the output."""
    for row in range(first, last):
        for column in range(y.shape[1]):
            a_of, b_of = x[2 * row, 2 * column], x[2 * row, 2 * column + 1]
            c_of, d_of = x[2 * row + 1, 2 * column], x[2 * row + 1, 2 * column + 1]
            to, place_to = y[row, column], places[row, column]
            for channel in range(y.shape[2]):
                # A number wins over NaN, as in TensorFlow.
                best, place = a_of[channel], np.uint8(0)
                if b_of[channel] > best or best != best:
                    best, place = b_of[channel], np.uint8(1)
                if c_of[channel] > best or best != best:
                    best, place = c_of[channel], np.uint8(2)
                if d_of[channel] > best or best != best:
                    best, place = d_of[channel], np.uint8(3)
                to[channel], place_to[channel] = best, place


@compiled(inline="always")
def _order(bits: np.int16) -> np.int16:
    """Return a whole number that is ordered as the bfloat16 number with some bits; NaN is least."""
    size = bits & np.int16(0x7FFF)
    if size > np.int16(0x7F80):
        return np.int16(-0x8000)
    return size if bits >= 0 else np.int16(-size)


@compiled()
def _halve_bfloat16(
    x: np.ndarray, y: np.ndarray, places: np.ndarray, first: int, last: int
) -> None:
    """Pool as `_halve` does, for bfloat16 numbers as their bits."""
    for row in range(first, last):
        for column in range(y.shape[1]):
            a_of, b_of = x[2 * row, 2 * column], x[2 * row, 2 * column + 1]
            c_of, d_of = x[2 * row + 1, 2 * column], x[2 * row + 1, 2 * column + 1]
            to, place_to = y[row, column], places[row, column]
            for channel in range(y.shape[2]):
                best, place, most = a_of[channel], np.uint8(0), _order(a_of[channel])
                if _order(b_of[channel]) > most:
                    best, place, most = b_of[channel], np.uint8(1), _order(b_of[channel])
                if _order(c_of[channel]) > most:
                    best, place, most = c_of[channel], np.uint8(2), _order(c_of[channel])
                if _order(d_of[channel]) > most:
                    best, place = d_of[channel], np.uint8(3)
                to[channel], place_to[channel] = best, place


@compiled()
def _unhalve(
    upstream: np.ndarray, places: np.ndarray, into: np.ndarray, first: int, last: int
) -> None:
    """Write the gradient of `_halve` for its input, from some rows of the output."""
    zero = upstream.dtype.type(0)
    for row in range(first, last):
        for i in range(2):
            for column in range(upstream.shape[1]):
                gradient, place_of = upstream[row, column], places[row, column]
                for j in range(2):
                    to, place = into[2 * row + i, 2 * column + j], np.uint8(2 * i + j)
                    for channel in range(upstream.shape[2]):
                        to[channel] = gradient[channel] if place_of[channel] == place else zero


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
