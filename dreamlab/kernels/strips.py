"""Winograd's convolution: a strip of tiles at a time, which stays in a core's cache."""

import numpy as np

from dreamlab.kernels.compiled import compiled
from dreamlab.kernels.gemm import PANEL, multiply_panel
from dreamlab.kernels.input_tiles import tile_memory, transform_tiles
from dreamlab.kernels.output_tiles import BACK, finish_tiles
from dreamlab.kernels.winograd import FAST, PLACES

#: Tiles of a strip: what they and their products take stays in the second-level cache.
STRIP = 32


@compiled(fastmath=FAST)
def convolve_strips(
    x: np.ndarray,
    marks: np.ndarray,
    source: int,
    size: tuple[int, int],
    pad: int,
    panels: np.ndarray,
    bias: np.ndarray,
    finish: int,
    y: np.ndarray,
    y_marks: np.ndarray,
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
        float32, shape (N, rows, columns * channels), contiguous.
    marks : numpy.ndarray
        uint8, shape (N, rows, columns * bytes), or any where the source is plain.
    source : int
        What the feature maps are: see `dreamlab.kernels.input_tiles`.
    size : (int, int)
        Rows and columns of the feature maps.
    pad : int
        Rows and columns of zeros around them.
    panels : numpy.ndarray
        float32, shape (36, panels, channels, `PANEL`): the transformed kernel, packed.
    bias : numpy.ndarray
        float32, shape (channels out,).
    finish : int
        What becomes of the output: see `dreamlab.kernels.output_tiles`.
    y : numpy.ndarray
        float32, shape (N, rows, columns, channels out), contiguous; written.
    y_marks : numpy.ndarray
        uint8, shape (N, rows, columns, bytes), or any where the output is plain; written.
    first, last : int
        The tiles, counted along rows and then pictures; last is exclusive.
    first_panel, last_panel : int
        The panels of channels; last is exclusive.
    memory : numpy.ndarray
        float32, shape (`strip_memory(...)`,).

    Returns
    -------
    bool
        Whether all values were finite before ReLU; the result is of no use otherwise.
    """
    channels, width = panels.shape[2], (last_panel - first_panel) * PANEL
    strip = min(STRIP, last - first)
    start, stop = first_panel * PANEL, min(last_panel * PANEL, y.shape[3])
    v_size, m_size = PLACES * strip * channels, PLACES * strip * width
    v = memory[:v_size].reshape((PLACES, strip, channels))
    m = memory[v_size : v_size + m_size].reshape((PLACES, strip, width))
    memory = memory[v_size + m_size :]
    tile_size, back_size = tile_memory(channels), BACK * width
    into, back = memory[:tile_size], memory[tile_size : tile_size + back_size]
    check = memory[tile_size + back_size : tile_size + back_size + width]
    check[:] = 0
    for begin in range(first, last, strip):
        count = min(strip, last - begin)
        transform_tiles(x, marks, source, size, pad, v, 0, begin, begin + count, into)
        for position in range(PLACES):
            for panel in range(first_panel, last_panel):
                column = (panel - first_panel) * PANEL
                multiply_panel(v, panels, m, position, panel, column, count)
        finish_tiles(m, size, pad, bias, finish, y, y_marks, begin, count, start, stop, back, check)
    return np.isfinite(check.sum())


def strip_memory(channels: int, panels: int, tiles: int) -> int:
    """Return the number of values that `convolve_strips` needs as memory."""
    tiles, width = min(STRIP, tiles), panels * PANEL
    return PLACES * tiles * (channels + width) + tile_memory(channels) + (BACK + 1) * width
