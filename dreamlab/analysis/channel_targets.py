"""What the channel explorer looks at: each a channel of a layer, or a direction of several."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dreamlab.classes import as_numbers, channel_label
from dreamlab.layer_info import LayerInfo


@dataclass(frozen=True)
class Target:
    """A channel, or a direction.

    Parameters
    ----------
    weights : mapping of int to float
        The channels with their weights.
    channel : int or None
        The channel; None for a direction.
    name : str
        Its name in tables and keys: the channel's number, or ``direction``.
    label : str
        Its name in sentences.
    """

    weights: Mapping[int, float]
    channel: int | None
    name: int | str
    label: str

    def of(self, figures: np.ndarray) -> np.ndarray:
        """Return the weighted sum of figures by channel, shape (..., channels), float32."""
        weights = np.array(list(self.weights.values()), np.float32)
        return figures[..., list(self.weights)] @ weights


def single(model: str, layer: LayerInfo, channels: Sequence[int | str]) -> list[Target]:
    """Return a target for each channel; raises `DreamError` if the layer lacks one."""
    return [
        Target({number: 1.0}, number, number, channel_label(model, layer.name, number))
        for number in as_numbers(model, layer, channels)
    ]


def direction(model: str, layer: LayerInfo, weights: Mapping[int | str, float]) -> Target:
    """Return the target of several channels; raises `DreamError` if the layer lacks one.

    A channel that is named twice, such as by its number and as a class, has both weights.
    """
    sums: dict[int, float] = {}
    for channel, weight in weights.items():
        (number,) = as_numbers(model, layer, [channel])
        sums[number] = sums.get(number, 0.0) + weight
    parts = [
        f"{weight:g} × {channel_label(model, layer.name, number)}"
        for number, weight in sums.items()
    ]
    return Target(sums, None, "direction", " + ".join(parts).replace("+ -", "− "))
