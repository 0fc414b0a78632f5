"""Specs of settings that name layers: a layer, layers with weights, layers with channels."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from dreamlab.config.specs import Spec, is_number
from dreamlab.errors import DreamError, shown

#: Largest weight of a layer, above and below 0.
MAX_WEIGHT = 1e6


def check_layers(setting: str, named: Iterable[str], layers: Collection[str]) -> None:
    """Raise `DreamError` if a setting names a layer that is not among the layers."""
    for name in named:
        if name not in layers:
            raise DreamError(f"{setting} names layer {shown(name)}, which is not among the layers")


@dataclass(frozen=True, kw_only=True)
class LayerName(Spec):
    """The name of a layer."""


@dataclass(frozen=True, kw_only=True)
class LayerWeights(Spec):
    """Layers with their weights, not all 0; a name, or a list of names, has weight 1 each."""

    form = "NAME=WEIGHT"
    need = "give at least one layer with its weight"

    def check(self, name: str, value: Any) -> Mapping[str, float]:
        layers = [value] if isinstance(value, str) else value
        if isinstance(layers, list | tuple) and all(isinstance(part, str) for part in layers):
            layers = dict.fromkeys(layers, 1.0)
        if not isinstance(layers, Mapping) or not layers:
            raise DreamError(f"{name} is {shown(layers)}; {self.need}")
        for layer, weight in layers.items():
            if not isinstance(layer, str) or not layer:
                raise DreamError(f"{name} has the name {shown(layer)}; give a layer's name")
            if not is_number(weight) or not abs(weight) <= MAX_WEIGHT:  # true for NaN too
                raise DreamError(
                    f"the weight of {shown(layer)} is {shown(weight)}; choose a number, -1e6 to 1e6"
                )
        if not any(layers.values()):
            raise DreamError("every layer has weight 0, so nothing would happen; give one a weight")
        return MappingProxyType({layer: float(weight) for layer, weight in layers.items()})

    def parse(self, text: str) -> dict[str, float]:
        parts = [part.rpartition("=") for part in text.split(",")]
        if not all(is_weight for _, is_weight, _ in parts):  # a layer may have a comma in its name
            parts = [text.rpartition("=")]
        return {layer: float(weight) for layer, _, weight in parts}

    def plain(self, value: Mapping[str, float]) -> dict[str, float]:
        return dict(value)


@dataclass(frozen=True, kw_only=True)
class LayerChannels(Spec):
    """Layers with their channels in the loss, in order and without repetition.

    A channel is a number, or the name of a class at the layer of a network's head. Names stay names
    here, behind the numbers, as no network is known.
    """

    form = "LAYER=0,5,9"

    def check(self, name: str, value: Any) -> Mapping[str, tuple[int | str, ...]]:
        if isinstance(value, list | tuple) and all(isinstance(part, str) for part in value):
            value = self._parsed(name, value)
        if not isinstance(value, Mapping):
            raise DreamError(f"{name} is {shown(value)}; give layer names with channel lists")
        for layer, channels in value.items():
            where = f"{name} of {shown(layer)}"
            if not isinstance(channels, list | tuple) or not channels:
                raise DreamError(f"{where} is {shown(channels)}; give a list of numbers or classes")
            for channel in channels:
                if isinstance(channel, str) and channel.strip():
                    continue
                if not isinstance(channel, int) or isinstance(channel, bool) or channel < 0:
                    raise DreamError(f"{where} has {shown(channel)}; choose whole numbers from 0")
        return MappingProxyType({layer: _ordered(of) for layer, of in value.items()})

    def parse(self, text: str) -> dict[str, list[int | str]]:
        channels: dict[str, list[int | str]] = {}
        last = ""
        for part in text.split(","):
            layer, is_new, channel = part.rpartition("=")
            last = layer if is_new else last
            channels.setdefault(last, []).append(parse_channel(channel))
        if "" in channels:
            raise ValueError(text)
        return channels

    def _parsed(self, name: str, parts: Sequence[str]) -> dict[str, list[int | str]]:
        for part in parts:
            try:
                self.parse(part)
            except ValueError as error:
                raise DreamError(f"{name} has {shown(part)}; give LAYER=NUMBER") from error
        return self.parse(",".join(parts)) if parts else {}

    def plain(self, value: Mapping[str, tuple[int | str, ...]]) -> dict[str, list[int | str]]:
        return {layer: list(channels) for layer, channels in value.items()}


def parse_channel(text: str) -> int | str:
    """Return a channel that is written as a number, or as the name of a class.

    Raises
    ------
    ValueError
        If nothing is written.
    """
    try:
        return int(text)
    except ValueError:
        if not text.strip():
            raise
        return text.strip()


def _ordered(channels: Sequence[int | str]) -> tuple[int | str, ...]:
    numbers = {channel for channel in channels if isinstance(channel, int)}
    names = dict.fromkeys(channel.strip() for channel in channels if isinstance(channel, str))
    return (*sorted(numbers), *names)
