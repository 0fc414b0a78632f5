"""Checks of what names layers: their weights, and the channels that count."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from dreamlab.config.fields import is_number, shown
from dreamlab.errors import DreamError


def checked_layers(layers: Any) -> Mapping[str, float]:
    """Return layers with their weights; a name, or a list of names, has weight 1 each.

    Raises
    ------
    DreamError
        If there is no layer, or a weight is no number; or all are 0.
    """
    if isinstance(layers, str):
        layers = [layers]
    if isinstance(layers, list | tuple) and all(isinstance(name, str) for name in layers):
        layers = dict.fromkeys(layers, 1.0)
    if not isinstance(layers, Mapping) or not layers:
        raise DreamError(f"layers is {shown(layers)}; give at least one layer with its weight")
    for name, weight in layers.items():
        if not isinstance(name, str) or not name:
            raise DreamError(f"layers has the name {shown(name)}; give a layer's name")
        if not is_number(weight) or not abs(weight) <= 1e6:  # true for NaN too
            raise DreamError(
                f"the weight of {shown(name)} is {shown(weight)}; choose a number, -1e6 to 1e6"
            )
    if not any(layers.values()):
        raise DreamError("every layer has weight 0, so nothing would happen; give one a weight")
    return MappingProxyType({name: float(weight) for name, weight in layers.items()})


def checked_channels(channels: Any) -> Mapping[str, tuple[int, ...]]:
    """Return layers with their channels, in order and once each.

    Raises
    ------
    DreamError
        If it is no mapping of names to lists of whole numbers.
    """
    if not isinstance(channels, Mapping):
        raise DreamError(f"channels is {shown(channels)}; give layer names with channel lists")
    checked = {}
    for name, indices in channels.items():
        if not isinstance(indices, list | tuple) or not indices:
            raise DreamError(
                f"channels of {shown(name)} is {shown(indices)}; give a list of channel numbers"
            )
        for index in indices:
            if not isinstance(index, int) or isinstance(index, bool) or index < 0:
                raise DreamError(
                    f"channels of {shown(name)} has {shown(index)}; choose whole numbers from 0"
                )
        checked[name] = tuple(sorted(set(indices)))
    return MappingProxyType(checked)
