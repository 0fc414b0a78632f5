"""Winograd's convolution where channels are many: a panel of the kernel stays in a core's cache.

It is transformed anew for each strip, as a transformed kernel takes 4 times the memory of its
weights.
"""

import numpy as np

from dreamlab.kernels.compiled import compiled
from dreamlab.kernels.gemm import PANEL, multiply_panel
from dreamlab.kernels.kernel_transform import transform_kernel
from dreamlab.kernels.output_tiles import BACK, finish_tiles
from dreamlab.kernels.winograd import FAST, PLACES, TILE

#: Tiles of a strip for which a panel of the kernel is transformed.
LONG_STRIP = 256


@compiled(fastmath=FAST)
def convolve_panels(
    v: np.ndarray,
    kernel: np.ndarray,
    size: tuple[int, int],
    pad: int,
    bias: np.ndarray,
    finish: int,
    y: np.ndarray,
    y_marks: np.ndarray,
    offset: int,
    first: int,
    last: int,
    first_panel: int,
    last_panel: int,
    memory: np.ndarray,
) -> bool:
    """Compute some channels of the output in some tiles of a strip that is transformed.

    Parameters
    ----------
    v : numpy.ndarray
        float32, shape (36, tiles, channels): the transformed strip.
    kernel : numpy.ndarray
        float32, shape (3, 3, channels, channels out), contiguous.
    offset : int
        The strip's first tile.
    first, last : int
        The tiles, counted from the strip's first; last is exclusive.
    memory : numpy.ndarray
        float32, shape (`panel_memory(...)`,).
    size, pad, bias, finish, y, y_marks, first_panel, last_panel
        As in `dreamlab.kernels.strips.convolve_strips`.

    Returns
    -------
    bool
        As in `dreamlab.kernels.strips.convolve_strips`.
    """
    channels, count = v.shape[2], last - first
    u_size, m_size = TILE * channels * PANEL, PLACES * count * PANEL
    u = memory[:u_size].reshape((TILE, channels, PANEL))
    as_panels = u.reshape((TILE, 1, channels, PANEL))
    m = memory[u_size : u_size + m_size].reshape((PLACES, count, PANEL))
    memory = memory[u_size + m_size :]
    back, check = memory[: BACK * PANEL], memory[BACK * PANEL : (BACK + 1) * PANEL]
    half = memory[(BACK + 1) * PANEL : (BACK + 4) * PANEL].reshape((3, PANEL))
    check[:] = 0
    for panel in range(first_panel, last_panel):
        start, stop = panel * PANEL, min((panel + 1) * PANEL, y.shape[3])
        for row in range(TILE):
            transform_kernel(kernel, row, start, stop, u, half)
            for column in range(TILE):
                position = TILE * row + column
                multiply_panel(
                    v[position : position + 1, first:],
                    as_panels[column : column + 1],
                    m[position : position + 1],
                    0,
                    0,
                    0,
                    count,
                )
        finish_tiles(
            m, size, pad, bias, finish, y, y_marks, offset + first, count, start, stop, back, check
        )
    return np.isfinite(check.sum())


def panel_memory(channels: int, tiles: int) -> int:
    """Return the number of values that `convolve_panels` needs as memory."""
    return PANEL * (TILE * channels + PLACES * tiles + BACK + 4)
