"""What the positions of a feature map see of the picture."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Self

from dreamlab.layer_info import resized


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
    ) -> Self:
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


@dataclass(frozen=True)
class FieldAtSide(ReceptiveField):
    """Maps positions of one feature map to the pixels they see of pictures of one side.

    Here `windows` has those of all positions, within the picture. A position beyond the map counts
    as the one next to it: padding knows nothing of the picture.

    Parameters
    ----------
    side : int
        Side of the pictures, in pixels.
    """

    side: int = 1

    @classmethod
    def of(cls, side: int) -> Self:
        """Return the field of the pixels themselves."""
        return cls(windows=tuple((pixel, pixel + 1) for pixel in range(side)), side=side)

    def window(self, position: int) -> tuple[int, int]:
        """See `ReceptiveField.window`."""
        return self.windows[min(max(position, 0), len(self.windows) - 1)]

    def moved(
        self, stride: int, period: int, taps: Callable[[int], tuple[int, int]], **changes: Any
    ) -> Self:
        """See `ReceptiveField.moved`: the period is the map."""
        count = resized(self.side, changes.get("resizing", self.resizing))
        return super().moved(stride, count, taps, **changes)
