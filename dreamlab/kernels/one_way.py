"""One direction of a convolution of 3 x 3, shared over the cores."""

import numpy as np

from dreamlab.kernels.cores import aligned, cores, cuts, lent, scratch, share
from dreamlab.kernels.direct import convolve_directly
from dreamlab.kernels.kernel_transform import panels_size, transformed_panels
from dreamlab.kernels.marks import NO_MARKS, PLAIN, POOLED, mark_bytes
from dreamlab.kernels.strips import STRIP, convolve_strips, strip_memory
from dreamlab.kernels.winograd import PLACES, tiles_of

#: Pieces of work for each core: more than one, as cores that others use too are late.
_PIECES = 6

#: Values of a transformed kernel from which it is large.
_LARGE = 2_000_000


class OneWay:
    """One direction of a convolution."""

    def __init__(self, kernel: np.ndarray, bias: np.ndarray | None, pad: int) -> None:
        self.pad = pad
        self._kernel = kernel
        self._bias = np.zeros(kernel.shape[3], np.float32)
        if bias is not None:
            self._bias += bias
        self._large = PLACES * kernel.shape[2] * kernel.shape[3] >= _LARGE
        self._panels = None if self._large else _transformed(kernel)

    def keep_transformed(self, keep: bool) -> None:
        if not self._large:
            return
        if not keep:
            self._panels = None
        elif self._panels is None:
            self._panels = _transformed(self._kernel)

    def convolve(
        self,
        x: np.ndarray,
        marks: np.ndarray | None,
        source: int,
        size: tuple[int, int],
        finish: int,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return y and its marks, for maps of a size that x and marks stand for."""
        x = np.ascontiguousarray(x, np.float32)
        marks = NO_MARKS if marks is None or source == PLAIN else np.ascontiguousarray(marks)
        rows, columns = (side + 2 * self.pad - 2 for side in size)
        halved = 2 if finish == POOLED else 1
        shape = (x.shape[0], rows // halved, columns // halved, self._kernel.shape[3])
        y = aligned(shape)
        y_marks = NO_MARKS
        if finish:
            filters = shape[3] if finish == POOLED else mark_bytes(shape[3])
            y_marks = aligned((*shape[:3], filters), np.uint8)
        panels = self._panels  # another thread may drop them
        job = (x, marks, source, size, finish, y, y_marks, x.shape[0] * tiles_of(rows, columns))
        if panels is not None:
            finite = self._in_strips(panels, *job)
        else:
            with lent(panels_size(self._kernel)) as memory:
                finite = self._in_strips(transformed_panels(self._kernel, memory), *job)
        if not finite:
            # A tile spreads a value that is not finite, or overflows where a sum would not.
            convolve_directly(
                x, marks, source, size, self._kernel, self._bias, self.pad, finish, y, y_marks
            )
        return y, y_marks

    def _in_strips(
        self,
        panels: np.ndarray,
        x: np.ndarray,
        marks: np.ndarray,
        source: int,
        size: tuple[int, int],
        finish: int,
        y: np.ndarray,
        y_marks: np.ndarray,
        tiles: int,
    ) -> bool:
        x, marks = _in_rows(x), _in_rows(marks)
        channels = self._kernel.shape[2]

        def work(first: int, last: int, first_panel: int, last_panel: int) -> bool:
            memory = scratch(strip_memory(channels, last_panel - first_panel, last - first))
            return convolve_strips(
                x,
                marks,
                source,
                size,
                self.pad,
                panels,
                self._bias,
                finish,
                y,
                y_marks,
                first,
                last,
                first_panel,
                last_panel,
                memory,
            )

        return all(share(work, _pieces(tiles, panels.shape[1])))


def _transformed(kernel: np.ndarray) -> np.ndarray:
    return transformed_panels(kernel, aligned((panels_size(kernel),)))


def _in_rows(maps: np.ndarray) -> np.ndarray:
    """Return feature maps with positions and channels of a row in a single axis."""
    return maps.reshape(maps.shape[0], maps.shape[1], maps.shape[2] * maps.shape[3])


def _pieces(tiles: int, panels: int) -> list[tuple[int, int, int, int]]:
    """Cut the work so that each core has some pieces: first and last tile, first and last panel.

    Many tiles are cut into runs of strips. Few tiles, as deep layers have, are cut by channels, so
    that each part of a large kernel is read by a single core.
    """
    if tiles == 0:
        return []
    strips = -(-tiles // STRIP)
    wanted = 1 if cores() == 1 else cores() * _PIECES
    if strips >= wanted:
        ends = [strips * number // wanted * STRIP for number in range(wanted)] + [tiles]
        return [(*pair, 0, panels) for pair in zip(ends, ends[1:], strict=False)]
    return [
        (first, min(first + STRIP, tiles), *run)
        for first in range(0, tiles, STRIP)
        for run in cuts(panels, -(-wanted // strips))
    ]
