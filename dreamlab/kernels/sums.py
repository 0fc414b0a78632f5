"""Sums of feature maps, and of squares of a part of them with their gradient, on all cores."""

import weakref

import numpy as np

from dreamlab.kernels.compiled import compiled
from dreamlab.kernels.cores import aligned, cores, cuts, share
from dreamlab.kernels.winograd import FAST


def square_sums(x: np.ndarray, window: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Sum the squares of a window of feature maps, in double precision.

    Parameters
    ----------
    x : numpy.ndarray
        float32, shape (N, H, W, channels).
    window : numpy.ndarray
        int, shape (4,): the first row, the row after the last, and the same for columns.
    mask : numpy.ndarray
        float32, shape (channels,): the factor of each channel, 0 or 1.

    Returns
    -------
    numpy.ndarray
        float32, shape (N,).
    """
    x = np.ascontiguousarray(x)
    top, bottom, left, right = map(int, window)
    runs = cuts(bottom - top, 4 * cores())
    pieces = [
        (maps, mask, top + first, top + last, left, right) for maps in x for first, last in runs
    ]
    parts = np.reshape(share(_sum, pieces), (len(x), len(runs)))
    with np.errstate(over="ignore"):  # infinite is what the caller looks for
        return np.asarray(np.sum(parts, axis=1), np.float32)


def square_sums_gradient(
    x: np.ndarray, upstream: np.ndarray, window: np.ndarray, mask: np.ndarray
) -> np.ndarray:
    """Return the gradient of `square_sums` for x.

    Parameters
    ----------
    x, window, mask : numpy.ndarray
        As in `square_sums`.
    upstream : numpy.ndarray
        The gradient for the sums, float32, shape (N,).

    Returns
    -------
    numpy.ndarray
        float32, of x's shape.
    """
    x = np.ascontiguousarray(x)
    result = aligned(x.shape)
    part = tuple(map(int, window))
    pieces = [
        (maps, np.float32(2) * factor * mask, *part, into, *run)
        for maps, factor, into in zip(x, upstream, result, strict=True)
        for run in cuts(x.shape[1], 4 * cores())
    ]
    share(_scale, pieces)
    _gradients[result.ctypes.data] = result
    return result


#: Gradients that `square_sums_gradient` returned, by their addresses, as long as they are in use.
_gradients: weakref.WeakValueDictionary[int, np.ndarray] = weakref.WeakValueDictionary()


def added(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return the sum of two float32 arrays of one shape.

    A second one that `square_sums_gradient` returned, which nobody else needs, becomes the sum.
    """
    result = second if second.ctypes.data in _gradients else aligned(first.shape)
    flat = [np.ascontiguousarray(array).reshape(-1) for array in (first, second)]
    runs = cuts(result.size, 4 * cores())
    share(_add, [(*flat, result.reshape(-1), *run) for run in runs])
    return result


@compiled(fastmath=FAST)
def _add(a: np.ndarray, b: np.ndarray, into: np.ndarray, first: int, last: int) -> None:
    a, b, into = a[first:last], b[first:last], into[first:last]
    for place in range(into.size):
        into[place] = a[place] + b[place]


@compiled(fastmath=FAST)
def _sum(
    x: np.ndarray, mask: np.ndarray, top: int, bottom: int, left: int, right: int
) -> np.float64:
    total = np.float64(0)
    for row in range(top, bottom):
        for column in range(left, right):
            values = x[row, column]
            part = np.float32(0)
            for c in range(values.size):
                value = values[c] * mask[c]
                part += value * value
            total += np.float64(part)
    return total


@compiled(fastmath=FAST)
def _scale(
    x: np.ndarray,
    factors: np.ndarray,
    top: int,
    bottom: int,
    left: int,
    right: int,
    into: np.ndarray,
    first: int,
    last: int,
) -> None:
    for row in range(first, last):
        into[row] = np.float32(0)
        if top <= row < bottom:
            for column in range(left, right):
                values, to = x[row, column], into[row, column]
                for c in range(values.size):
                    to[c] = values[c] * factors[c]
