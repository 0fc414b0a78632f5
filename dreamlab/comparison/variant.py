"""A variant: one of the dreams of a comparison."""

import dataclasses
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from dreamlab.comparison.mapping import mapped
from dreamlab.comparison.network import NetworkName
from dreamlab.config import DreamConfig
from dreamlab.config.base import Settings, checked, specs
from dreamlab.config.layers import check_layers
from dreamlab.config.nested import PartialSettings
from dreamlab.config.specs import Line, Spec, setting

MAX_NAME = 40

#: Settings that name layers, of which each variant has its own.
OF_LAYERS = ("layers", "channels", "unguided")

#: Specs of the settings that variants can share: all others.
SHARED: Mapping[str, Spec] = MappingProxyType(
    {name: spec for name, spec in specs(DreamConfig).items() if name not in OF_LAYERS}
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
    channels : mapping of str to sequence of int or str
        Layer name to its excited channels or classes; other layers use all channels.
    unguided : sequence of str
        Layers that the guide leaves alone.
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
    channels: Mapping[str, tuple[int | str, ...]] = setting(specs(DreamConfig)["channels"])
    unguided: tuple[str, ...] = setting(specs(DreamConfig)["unguided"])
    overrides: Mapping[str, Any] = setting(
        PartialSettings(
            default=MappingProxyType({}),
            help="Settings in which it differs from the common ones.",
            settings=SHARED,
        )
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        check_layers("channels", self.channels, self.layers)
        check_layers("unguided", self.unguided, self.layers)

    def config(self, common: Mapping[str, Any]) -> DreamConfig:
        """Return the settings of the dream: the common settings, overridden by the variant's.

        Raises
        ------
        DreamError
            If a value does not pass the check of `DreamConfig`.
        """
        settings = {**common, **self.overrides}
        own = {name: getattr(self, name) for name in OF_LAYERS}
        return DreamConfig(**own, **settings)

    def moved(self, before: str, after: str) -> tuple["Variant", str]:
        """Return the variant with its layers in another network, and what was done to them.

        Parameters
        ----------
        before, after : str
            Names of the networks; the variant's own `model` stays.
        """
        moved = mapped(self.layers, self.channels, before, after, self.unguided)
        changes = {name: getattr(moved, name) for name in ("layers", "channels", "unguided")}
        return self.replace(**changes), moved.said
