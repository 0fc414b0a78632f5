"""What the positions of a feature map see of the picture."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class ReceptiveField:
    """Maps positions of one feature map to the input pixels they see.

    All lengths are in pixels of the picture. Position ``i`` of the feature map sees the pixels
    from ``i * stride - left`` up to, not including, ``i * stride + right``.

    Parameters
    ----------
    stride : int
        Pixels from one position to the next.
    left, right : int
        Reach of a position to the left (up) and to the right (down) of its first pixel: the
        maximum over all picture sizes, as strided "same" padding shifts the window with the size.
    size : int
        Side of the largest window that a position sees at one picture size.
    windows : tuple of (int, int)
        The pixels that each of the first positions sees, from the first to one after the last. They
        differ where a map is enlarged; behind them they come again, as many strides later.
    grid : int
        Pixels by which the picture may be moved for all maps on the way to move along: the least
        common multiple of their strides.
    depth : int
        Weighted layers on the longest path from the picture.
    operations : float
        Multiplications for each pixel of the picture, up to and including this layer.
    resizing : tuple of tuple
        See `dreamlab.zoo.LayerInfo`.
    local : bool
        False if a position may see the whole picture (global pooling, attention, a layer of
        unknown reach); `left`, `right` and `size` mean nothing then.
    """

    stride: int = 1
    left: int = 0
    right: int = 1
    size: int = 1
    windows: tuple[tuple[int, int], ...] = ((0, 1),)
    grid: int = 1
    depth: int = 0
    operations: float = 0.0
    resizing: tuple[tuple, ...] = ()
    local: bool = True

    @property
    def bounded_size(self) -> int | None:
        """Side of the window that a position sees, in pixels; None for the whole picture."""
        return self.size if self.local else None

    def window(self, position: int) -> tuple[int, int]:
        """Return the pixels that a position sees, from the first to one after the last."""
        period, phase = divmod(position, len(self.windows))
        moved = period * len(self.windows) * self.stride
        first, last = self.windows[phase]
        return first + moved, last + moved

    def moved(
        self, stride: int, period: int, taps: Callable[[int], tuple[int, int]], **changes: Any
    ) -> "ReceptiveField":
        """Return the field behind a layer.

        Parameters
        ----------
        stride : int
            The new stride.
        period : int
            After how many positions their windows come again.
        taps : callable
            Returns the first and the last position of this map that a new one draws on.
        **changes
            Other fields that change.
        """
        windows = []
        for position in range(period):
            first, last = taps(position)
            windows.append((self.window(first)[0], self.window(last)[1]))
        return replace(self, stride=stride, windows=tuple(windows), **changes)
