"""Specs of settings that name channels of one layer: a list, or some with weights."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from dreamlab.config.layers import MAX_WEIGHT, parse_channel
from dreamlab.config.specs import Many, Number, Spec, is_number, setting
from dreamlab.errors import DreamError, shown

#: Most channels of a layer that any network is thought to have.
_MOST = 65535

#: A channel and its weight, in a text of several.
_PART = r"([^=]+)=([^=,]+)(?:,|$)"


@dataclass(frozen=True, kw_only=True)
class Channel(Number):
    """A channel: a number, or the name of a class at the layer of a network's head."""

    kind = "channel"

    def check(self, name: str, value: Any) -> Any:
        if isinstance(value, str) and value.strip():
            return value.strip()
        return super().check(name, value)

    def parse(self, text: str) -> int | str:
        return parse_channel(text)


@dataclass(frozen=True, kw_only=True)
class ChannelWeights(Spec):
    """Channels of a layer with their weights, not all 0; or none."""

    form = kind = "CHANNEL=WEIGHT,…"

    def check(self, name: str, value: Any) -> Mapping[int | str, float]:
        if isinstance(value, Mapping | list | tuple) and not value:
            return MappingProxyType({})
        if not isinstance(value, Mapping):
            raise DreamError(f"{name} is {shown(value)}; give channels with their weights")
        each = Channel(default=0, help="", low=0, high=_MOST)
        weights: dict[int | str, float] = {}
        for channel, weight in value.items():
            if not is_number(weight) or not abs(weight) <= MAX_WEIGHT:  # true for NaN too
                raise DreamError(
                    f"{name} has the weight {shown(weight)}; choose a number, -1e6 to 1e6"
                )
            if isinstance(channel, str) and channel.strip():
                channel = parse_channel(channel)
            weights[each.check(name, channel)] = float(weight)
        if not any(weights.values()):
            raise DreamError(f"{name} has weight 0 everywhere; give a channel another")
        return MappingProxyType(weights)

    def parse(self, text: str) -> dict[str, float]:
        # The name of a class may have a comma.
        if not re.fullmatch(f"(?:{_PART})+", text):
            raise ValueError(text)
        return {channel.strip(): float(weight) for channel, weight in re.findall(_PART, text)}

    def plain(self, value: Mapping[int | str, float]) -> dict[str, float]:
        return {str(channel): weight for channel, weight in value.items()}


def channels(text: str) -> Any:
    """Return a field for a list of channels, by default none."""
    each = Channel(default=0, help=text, low=0, high=_MOST)
    return setting(Many(default=(), help=text, each=each))


def channel_weights(text: str) -> Any:
    """Return a field for channels with weights, by default none."""
    return setting(ChannelWeights(default=MappingProxyType({}), help=text))
