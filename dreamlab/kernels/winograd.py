"""Convolutions of 3 x 3 by Winograd's F(4 x 4, 3 x 3): 36 multiplications for 16 positions.

The direct way takes 144. A tile of 6 x 6 positions is transformed, multiplied by the transformed
kernel in each of its 36 places, and transformed back to 4 x 4 positions (Lavin and Gray, "Fast
Algorithms for Convolutional Neural Networks", CVPR 2016). We depart from the paper in doing all
three for a strip of tiles that stays in a core's cache.
"""

import numpy as np

from dreamlab.kernels.compiled import compiled
from dreamlab.kernels.gemm import PANEL, multiply_panel
from dreamlab.kernels.transforms import FAST, TILE, YIELD, transform_input, transform_output

#: Tiles of a strip: what they and their products take stays in the second-level cache.
STRIP = 32


@compiled(fastmath=FAST)
def convolve_strips(
    x: np.ndarray,
    rectified: np.ndarray,
    masked: bool,
    pad: int,
    panels: np.ndarray,
    bias: np.ndarray,
    relu: bool,
    y: np.ndarray,
    first: int,
    last: int,
    first_panel: int,
    last_panel: int,
    memory: np.ndarray,
) -> bool:
    """Compute some channels of the output in some of its tiles.

    Parameters
    ----------
    x : numpy.ndarray
        float32, shape (H, W * channels), contiguous.
    rectified : numpy.ndarray
        float32, shape (H, W * channels): where it is not above 0, x counts as 0.
    masked : bool
        Whether `rectified` is looked at.
    pad : int
        Rows and columns of zeros around x.
    panels : numpy.ndarray
        float32, shape (36, panels, channels, `PANEL`): the transformed kernel, packed.
    bias : numpy.ndarray
        float32, shape (channels out,).
    relu : bool
        Whether negative values become 0.
    y : numpy.ndarray
        float32, shape (H + 2 pad - 2, W + 2 pad - 2, channels out), contiguous; written.
    first, last : int
        The tiles, counted along rows; last is exclusive.
    first_panel, last_panel : int
        The panels of channels; last is exclusive.
    memory : numpy.ndarray
        float32, shape (`memory_size(...)`,).

    Returns
    -------
    bool
        Whether all values were finite before ReLU; the result is of no use otherwise.
    """
    channels, width = panels.shape[2], (last_panel - first_panel) * PANEL
    strip = min(STRIP, last - first)
    start, stop = first_panel * PANEL, min(last_panel * PANEL, y.shape[2])
    sides = TILE * TILE
    v_size, m_size, tile_size = sides * strip * channels, sides * strip * width, sides * channels
    v = memory[:v_size].reshape((sides, strip, channels))
    memory = memory[v_size:]
    m = memory[:m_size].reshape((sides, strip, width))
    memory = memory[m_size:]
    tile = memory[:tile_size].reshape((TILE, TILE * channels))
    half = memory[tile_size : 2 * tile_size].reshape((TILE, TILE * channels))
    half_out = memory[2 * tile_size : 2 * tile_size + 24 * width].reshape((YIELD, TILE, width))
    memory = memory[2 * tile_size + 24 * width :]
    row = memory[: YIELD * width].reshape((YIELD, width))
    check = memory[YIELD * width : 5 * width]
    check[:] = 0
    across = -(-y.shape[1] // YIELD)
    for begin in range(first, last, strip):
        count = min(strip, last - begin)
        for place in range(count):
            down, right = divmod(begin + place, across)
            transform_input(
                x, rectified, masked, pad, YIELD * down, YIELD * right, v, place, tile, half
            )
        for position in range(sides):
            for panel in range(first_panel, last_panel):
                column = (panel - first_panel) * PANEL
                multiply_panel(v, panels, m, position, panel, column, count)
        for place in range(count):
            down, right = divmod(begin + place, across)
            transform_output(
                m,
                place,
                YIELD * down,
                YIELD * right,
                bias[start:stop],
                relu,
                y[:, :, start:stop],
                half_out,
                row,
                check,
            )
    return np.isfinite(check.sum())


def memory_size(channels: int, panels: int, tiles: int) -> int:
    """Return the number of values that `convolve_strips` needs as memory."""
    tiles, width = min(STRIP, tiles), panels * PANEL
    return TILE * TILE * (tiles * (channels + width) + 2 * channels) + (24 + 4 + 1) * width


def tiles_of(height: int, width: int) -> int:
    """Return the number of tiles that yield an output of a size."""
    return -(-height // YIELD) * -(-width // YIELD)
