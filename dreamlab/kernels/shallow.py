"""Convolutions of 3 x 3 whose input has few channels, as a picture has: direct, on all cores.

Winograd's algorithm gains nothing there. The matrix product of the other kernels does, as bias,
ReLU and its mark are added while a product is in the cache.
"""

from typing import Literal

import numpy as np

from dreamlab.kernels.compiled import compiled
from dreamlab.kernels.convolution import Following
from dreamlab.kernels.cores import aligned, cores, cuts, scratch, share
from dreamlab.kernels.gemm import PANEL, multiply_panel, multiply_rows, packed
from dreamlab.kernels.marks import NO_MARKS, gather_marks, mark_bytes, spread_marks
from dreamlab.kernels.winograd import FAST

#: Positions of a row that are multiplied at a time.
_RUN = 64


class ShallowConvolution:
    """A convolution of 3 x 3, stride 1, with bias; as `dreamlab.kernels.Convolution`, but direct.

    Parameters
    ----------
    kernel : numpy.ndarray
        Shape (3, 3, channels in, channels out).
    bias : numpy.ndarray or None
        Shape (channels out,).
    padding : {"same", "valid"}
        Whether the input is surrounded by a row and a column of zeros on each side.
    """

    def __init__(
        self, kernel: np.ndarray, bias: np.ndarray | None, padding: Literal["same", "valid"]
    ) -> None:
        kernel = np.asarray(kernel, np.float32)
        self._pad = 1 if padding == "same" else 0
        self._channels, self._filters = kernel.shape[2:]
        self._bias = np.zeros(self._filters, np.float32)
        if bias is not None:
            self._bias += bias
        # Column by column, as `_convolve_rows` lays out what it multiplies.
        flat = kernel.transpose(1, 0, 2, 3).reshape(1, 9 * self._channels, self._filters)
        self._panels, self._turned = packed(flat), packed(flat.transpose(0, 2, 1))

    def keep_transformed(self, keep: bool) -> None:
        """Do nothing: the kernel is small, and not transformed."""

    def forward(self, x: np.ndarray, following: Following) -> tuple[np.ndarray, np.ndarray]:
        """Convolve feature maps; see `dreamlab.kernels.Convolution.forward`. It does not pool."""
        x = np.ascontiguousarray(x, np.float32)
        number, height, width, _ = x.shape
        shrunk = 2 * self._pad - 2
        y = aligned((number, height + shrunk, width + shrunk, self._filters))
        relu = following == "relu"
        marks = NO_MARKS
        if relu:
            marks = aligned((*y.shape[:3], mark_bytes(self._filters)), np.uint8)
        depth, columns = 9 * self._channels, self._panels.shape[1] * PANEL
        size = (width + 2) * depth // 3 + _RUN * columns

        def work(first: int, last: int) -> None:
            _convolve_rows(
                x, self._panels, self._bias, self._pad, relu, y, marks, first, last, scratch(size)
            )

        share(work, cuts(number * y.shape[1], 4 * cores()))
        return y, marks

    def gradient(
        self,
        upstream: np.ndarray,
        marks: np.ndarray,
        size: tuple[int, int],
        following: Following,
    ) -> np.ndarray:
        """Return the gradient for the input; see `dreamlab.kernels.Convolution.gradient`."""
        upstream = np.ascontiguousarray(upstream, np.float32)
        marks = np.ascontiguousarray(marks)
        number, _, width, _ = upstream.shape
        result = aligned((number, int(size[0]), int(size[1]), self._channels))
        columns = self._turned.shape[1] * PANEL
        memory_size = 3 * (width + 4) * columns + _RUN * self._filters
        marked = following == "relu"

        def work(first: int, last: int) -> None:
            memory = scratch(memory_size)
            _gather_rows(
                upstream, marks, marked, self._turned, self._pad, result, first, last, memory
            )

        share(work, cuts(number * result.shape[1], 4 * cores()))
        return result


@compiled(fastmath=FAST)
def _convolve_rows(
    x: np.ndarray,
    panels: np.ndarray,
    bias: np.ndarray,
    pad: int,
    relu: bool,
    y: np.ndarray,
    marks: np.ndarray,
    first: int,
    last: int,
    memory: np.ndarray,
) -> None:
    """Compute some rows of the output, counted over all pictures."""
    _, height, width, channels = x.shape
    filters, columns, depth = y.shape[3], panels.shape[1] * PANEL, 9 * channels
    zero = np.float32(0)
    # The three rows that meet, side by side for each column: what a position of the output sees is
    # in a single run, and that of the next one begins a column further on.
    size = (width + 2 * pad) * 3 * channels
    line = memory[:size].reshape((width + 2 * pad, 3, channels))
    product = memory[size : size + _RUN * columns].reshape((_RUN, columns))
    flags = np.zeros(-(-filters // 8) * 8, np.uint8)
    line[:] = zero
    for number in range(first, last):
        picture, row = divmod(number, y.shape[1])
        for i in range(3):
            if 0 <= row + i - pad < height:
                source = x[picture, row + i - pad]
                for column in range(width):
                    for c in range(channels):
                        line[pad + column, i, c] = source[column, c]
            else:
                line[:, i] = zero
        for begin in range(0, y.shape[2], _RUN):
            count = min(_RUN, y.shape[2] - begin)
            for panel in range(panels.shape[1]):
                multiply_rows(
                    line,
                    begin * 3 * channels,
                    3 * channels,
                    depth,
                    panels,
                    panel * depth * PANEL,
                    product,
                    panel * PANEL,
                    columns,
                    count,
                )
            for place in range(count):
                values, to = product[place], y[picture, row, begin + place]
                if relu:
                    for c in range(filters):
                        value = values[c] + bias[c]
                        # Zero stands for what is not above it, and NaN stays NaN.
                        to[c] = zero if value <= zero else value
                        flags[c] = value > zero
                    gather_marks(flags, marks[picture, row, begin + place])
                else:
                    for c in range(filters):
                        to[c] = values[c] + bias[c]


@compiled(fastmath=FAST)
def _gather_rows(
    upstream: np.ndarray,
    marks: np.ndarray,
    marked: bool,
    panels: np.ndarray,
    pad: int,
    result: np.ndarray,
    first: int,
    last: int,
    memory: np.ndarray,
) -> None:
    """Compute some rows of the gradient for the input, counted over all pictures.

    Each position of the upstream gives something to 3 x 3 positions of the input. What three of its
    rows give is kept, as these meet in one row of the input.
    """
    _, height, width, filters = upstream.shape
    channels, columns = result.shape[3], panels.shape[1] * PANEL
    zero = np.float32(0)
    given = memory[: 3 * (width + 4) * columns].reshape((3, width + 4, columns))
    memory = memory[3 * (width + 4) * columns :]
    left = memory[: _RUN * filters].reshape((1, _RUN, filters))
    flags = np.zeros(-(-filters // 8) * 8, np.uint8)
    given[:] = zero
    picture, row = divmod(first, result.shape[1])
    down = row + pad - 2
    for _ in range(first, last):
        while down <= row + pad:
            ring = down % 3
            if 0 <= down < height:
                for begin in range(0, width, _RUN):
                    count = min(_RUN, width - begin)
                    for place in range(count):
                        to, values = left[0, place], upstream[picture, down, begin + place]
                        if marked:
                            spread_marks(marks[picture, down, begin + place], flags)
                            for c in range(filters):
                                to[c] = values[c] if flags[c] else zero
                        else:
                            for c in range(filters):
                                to[c] = values[c]
                    into = given[ring : ring + 1, 2 + begin :]
                    for panel in range(panels.shape[1]):
                        multiply_panel(left, panels, into, 0, panel, panel * PANEL, count)
            else:
                given[ring] = zero
            down += 1
        for column in range(result.shape[2]):
            for c in range(channels):
                total = zero
                for i in range(3):
                    for j in range(3):
                        place = column + pad - j + 2
                        total += given[(row + pad - i) % 3, place, (3 * j + i) * channels + c]
                result[picture, row, column, c] = total
        row += 1
        if row == result.shape[1]:
            picture, row = picture + 1, 0
            down = pad - 2
