"""A variant: one of the dreams of a comparison."""

import dataclasses
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from dreamlab.comparison.network import NetworkName
from dreamlab.config import DreamConfig
from dreamlab.config.base import Settings, checked, specs
from dreamlab.config.layers import check_layers
from dreamlab.config.nested import PartialSettings
from dreamlab.config.specs import Line, Spec, setting
from dreamlab.layers import is_offered, known_layers

MAX_NAME = 40

#: Specs of the settings that variants can share: all but layers and channels.
SHARED: Mapping[str, Spec] = MappingProxyType(
    {name: spec for name, spec in specs(DreamConfig).items() if name not in ("layers", "channels")}
)

#: Defaults of the settings that variants can share.
COMMON: Mapping[str, Any] = MappingProxyType({name: spec.default for name, spec in SHARED.items()})


@checked
class Variant(Settings):
    """One of the dreams of a comparison.

    Parameters
    ----------
    name : str
        Name of the variant, 1 to 40 characters.
    model : str or None
        Name of its network; None for the network of the comparison.
    layers : mapping of str to float
        Layer name to weight.
    channels : mapping of str to sequence of int
        Layer name to its excited channels; other layers use all channels.
    overrides : mapping of str to value
        Settings of `DreamConfig` that override the common settings.

    Raises
    ------
    DreamError
        If a value has the wrong type or is out of range.
    """

    name: str = setting(
        Line(default=dataclasses.MISSING, help="What the variant is called.", most=MAX_NAME)
    )
    model: str | None = setting(
        NetworkName(default=None, help="Its network; by default that of the page.")
    )
    layers: Mapping[str, float] = setting(specs(DreamConfig)["layers"])
    channels: Mapping[str, tuple[int, ...]] = setting(specs(DreamConfig)["channels"])
    overrides: Mapping[str, Any] = setting(
        PartialSettings(
            default=MappingProxyType({}),
            help="Settings in which it differs from the common ones.",
            settings=SHARED,
        )
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        check_layers(self.channels, self.layers)

    def config(self, common: Mapping[str, Any]) -> DreamConfig:
        """Return the settings of the dream: the common settings, overridden by the variant's.

        Raises
        ------
        DreamError
            If a value does not pass the check of `DreamConfig`.
        """
        settings = {**common, **self.overrides}
        return DreamConfig(layers=self.layers, channels=self.channels, **settings)

    def moved(self, before: tuple[str, ...], model: str) -> "Variant":
        """Return the variant for another network; see `Comparison.moved_to`.

        Parameters
        ----------
        before : tuple of str
            Names of all layers of the present network, in order.
        model : str
            Name of the other network.
        """
        names = [layer.name for layer in known_layers(model)]
        offered = [name for name in names if is_offered(model, name)]
        layers: dict[str, float] = {}
        for name, weight in self.layers.items():
            if name not in names:
                place = before.index(name) / max(len(before) - 1, 1)
                name = offered[round(place * (len(offered) - 1))]
            layers[name] = layers.get(name, 0.0) + weight
        # The weights of two layers that become the same layer may cancel out.
        if not any(layers.values()):
            layers = {name: 1.0 for name in layers}
        channels = {name: indices for name, indices in self.channels.items() if name in names}
        return self.replace(layers=layers, channels=channels)
