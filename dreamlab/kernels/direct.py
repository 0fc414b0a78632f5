"""Convolutions of 3 x 3 the direct way, for inputs with values that are not finite."""

import numpy as np

from dreamlab.kernels.marks import MARKED, NONE, POOLED


def convolve_directly(
    x: np.ndarray,
    marks: np.ndarray,
    source: int,
    size: tuple[int, int],
    kernel: np.ndarray,
    bias: np.ndarray,
    pad: int,
    finish: int,
    y: np.ndarray,
    y_marks: np.ndarray,
) -> None:
    """Convolve feature maps: nine matrix products, one for each place of the kernel.

    Parameters
    ----------
    x : numpy.ndarray
        float32, shape (N, rows, columns, channels in).
    kernel : numpy.ndarray
        float32, shape (3, 3, channels in, channels out).
    marks, source, size, bias, pad, finish, y, y_marks
        As in `dreamlab.kernels.strips.convolve_strips`.
    """
    zero = np.float32(0)
    if source == MARKED:
        passed = np.unpackbits(marks, axis=3, count=x.shape[3], bitorder="little")
        x = np.where(passed, x, zero)
    elif source == POOLED:
        x = _unpooled(x, marks, size)
    number, height, width, _ = x.shape
    height, width = height + 2 * pad - 2, width + 2 * pad - 2
    padded = np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    total = np.zeros((number, height, width, kernel.shape[3]), np.float32)
    with np.errstate(invalid="ignore", over="ignore"):
        for i in range(3):
            for j in range(3):
                total += padded[:, i : i + height, j : j + width] @ kernel[i, j]
        total += bias
        if finish:
            np.maximum(total, zero, out=total)
    if finish == POOLED:
        _pool(total, y, y_marks)
    else:
        y[:] = total
        if finish:
            y_marks[:] = np.packbits(total > 0, axis=3, bitorder="little")


def _quarters(maps: np.ndarray, rows: int, columns: int) -> list[np.ndarray]:
    """Return views of the four positions of each 2 x 2 window, in the order of reading."""
    whole = maps[:, : 2 * rows, : 2 * columns]
    return [whole[:, i::2, j::2] for i in (0, 1) for j in (0, 1)]


def _pool(maps: np.ndarray, y: np.ndarray, marks: np.ndarray) -> None:
    quarters = np.stack(_quarters(maps, *y.shape[1:3]))
    y[:] = np.fmax.reduce(quarters)
    marks[:] = np.argmax(quarters == y, axis=0)  # the first of a tie
    marks[~(y > 0)] = NONE


def _unpooled(x: np.ndarray, marks: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    whole = np.zeros((x.shape[0], *size, x.shape[3]), np.float32)
    for place, quarter in enumerate(_quarters(whole, *x.shape[1:3])):
        quarter[:] = np.where(marks == place, x, 0)
    return whole
