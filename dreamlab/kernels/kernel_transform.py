"""The transform of a kernel, as a whole or a part at a time."""

import numpy as np

from dreamlab.kernels.compiled import compiled
from dreamlab.kernels.cores import share
from dreamlab.kernels.gemm import PANEL
from dreamlab.kernels.winograd import FAST, PLACES, TILE, G, times_g


@compiled(fastmath=FAST)
def transform_kernel(
    kernel: np.ndarray, row: int, start: int, stop: int, u: np.ndarray, half: np.ndarray
) -> None:
    """Transform some channels of a kernel, for the six places in a row of the tile.

    Parameters
    ----------
    kernel : numpy.ndarray
        float32, shape (3, 3, channels in, channels out), contiguous.
    row : int
        The tile's row.
    start, stop : int
        The channels out; stop is exclusive.
    u : numpy.ndarray
        float32, shape (6, channels in, channels), the last ones set to 0; written.
    half : numpy.ndarray
        float32, shape (3, channels): memory.
    """
    first, second, third = G[row]
    half[:] = np.float32(0)
    for channel in range(kernel.shape[2]):
        for column in range(3):
            a = kernel[0, column, channel, start:stop]
            b = kernel[1, column, channel, start:stop]
            c = kernel[2, column, channel, start:stop]
            to = half[column]
            for lane in range(stop - start):
                to[lane] = first * a[lane] + second * b[lane] + third * c[lane]
        for lane in range(half.shape[1]):
            (
                u[0, channel, lane],
                u[1, channel, lane],
                u[2, channel, lane],
                u[3, channel, lane],
                u[4, channel, lane],
                u[5, channel, lane],
            ) = times_g(half[0, lane], half[1, lane], half[2, lane])


def panels_size(kernel: np.ndarray) -> int:
    """Return the number of values that the transformed kernel has."""
    return PLACES * -(-kernel.shape[3] // PANEL) * kernel.shape[2] * PANEL


def transformed_panels(kernel: np.ndarray, memory: np.ndarray) -> np.ndarray:
    """Transform a kernel, for `dreamlab.kernels.strips.convolve_strips`.

    Parameters
    ----------
    kernel : numpy.ndarray
        float32, shape (3, 3, channels in, channels out), contiguous.
    memory : numpy.ndarray
        float32, shape (`panels_size(kernel)`,): becomes the result.

    Returns
    -------
    numpy.ndarray
        float32, shape (36, panels, channels in, `PANEL`).
    """
    panels = -(-kernel.shape[3] // PANEL)
    result = memory.reshape((PLACES, panels, kernel.shape[2], PANEL))
    share(_transform_panel, [(kernel, panel, result) for panel in range(panels)])
    return result


@compiled(fastmath=FAST)
def _transform_panel(kernel: np.ndarray, panel: int, result: np.ndarray) -> None:
    u = np.empty((TILE, kernel.shape[2], PANEL), np.float32)
    half = np.empty((3, PANEL), np.float32)
    start, stop = panel * PANEL, min((panel + 1) * PANEL, kernel.shape[3])
    for row in range(TILE):
        transform_kernel(kernel, row, start, stop, u, half)
        result[TILE * row : TILE * (row + 1), panel] = u
