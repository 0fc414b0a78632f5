"""Facts about a layer, known without a run of its network."""

import dataclasses
from collections.abc import Iterable
from typing import Any

from dreamlab.errors import DreamError


@dataclasses.dataclass(frozen=True)
class LayerInfo:
    """Facts about a layer that need no run of the network.

    Parameters
    ----------
    name : str
        Name of the layer in Keras.
    kind : str
        Class of the Keras layer, such as ``Conv2D``.
    depth : int
        Weighted layers (convolutions) on the longest path from the picture to its output.
    channels : int
        Channels of its output.
    stride : int
        Pixels of the picture from one position of its output to the next.
    receptive_field : int or None
        Side of the square of the picture that a position sees, in pixels; None if every position
        sees the whole picture.
    operations : float
        Multiplications per pixel of the picture for this layer and all layers before it.
    resizing : tuple of tuple
        Changes of a side by the layers up to this one, in order: ``("valid", kernel, stride)``,
        ``("same", stride)``, ``("pad", pixels)``, ``("enlarge", factor, pixels more)``, or
        ``("whole",)`` for one value over the whole side.
    multiple : int
        What both sides of a picture must divide by, in pixels.
    only : (int, int) or None
        Height and width of the pictures that it takes, in pixels; None for any.
    """

    name: str
    kind: str
    depth: int
    channels: int
    stride: int
    receptive_field: int | None
    operations: float
    resizing: tuple[tuple, ...]
    multiple: int = 1
    only: tuple[int, int] | None = None

    def map_side(self, side: int) -> int:
        """Return the side of the feature map for a picture side, both in pixels."""
        return resized(side, self.resizing)

    @property
    def sizes(self) -> str:
        """The sizes of pictures that it takes, in a few words; empty where it takes any."""
        if self.only is not None:
            height, width = self.only
            return f"only {width} x {height}"
        return f"multiples of {self.multiple}" if self.multiple > 1 else ""

    def check_channels(self, channels: Iterable[int]) -> None:
        """Raise `DreamError` if the layer lacks one of these channels."""
        largest = max(channels, default=0)
        if largest >= self.channels:
            raise DreamError(
                f"{self.name} has no channel {largest}; choose 0 to {self.channels - 1}"
            )

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON types, without what is at its default."""
        return {
            field.name: value
            for field in dataclasses.fields(self)
            if (value := getattr(self, field.name)) != field.default
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "LayerInfo":
        """Make it from the dict that `to_dict` returns, or from its JSON."""
        return cls(**{**values, "resizing": tuple(tuple(rule) for rule in values["resizing"])})


def resized(side: int, resizing: Iterable[tuple]) -> int:
    """Return what a side becomes by the changes of `LayerInfo.resizing`, in order."""
    for rule, *numbers in resizing:
        if rule == "valid":
            kernel, stride = numbers
            side = max(0, (side - kernel) // stride + 1)
        elif rule == "same":
            side = -(-side // numbers[0])
        elif rule == "enlarge":
            factor, more = numbers
            side = side * factor + more
        elif rule == "whole":
            side = min(side, 1)
        else:
            side += numbers[0]
    return side
