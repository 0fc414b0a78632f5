"""A variant: one of the dreams that are compared."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Self

from dreamlab.config import DreamConfig
from dreamlab.config.base import check_names
from dreamlab.errors import DreamError, shown
from dreamlab.zoo import is_offered, known_layers

MAX_NAME = 40

#: Every setting that variants share, with its default; layers and channels are each variant's.
COMMON: Mapping[str, Any] = MappingProxyType(
    {
        spec.name: spec.default
        for spec in dataclasses.fields(DreamConfig)
        if spec.name not in ("layers", "channels")
    }
)


@dataclass(frozen=True, kw_only=True)
class Variant:
    """One of the dreams that are compared.

    Parameters
    ----------
    name : str
        What it is called, 1 to 40 characters.
    layers : mapping of str to float
        Layer name to weight.
    channels : mapping of str to sequence of int
        Layer name to the channels that count; a layer not named here counts with all.
    overrides : mapping of str to value
        Settings of `DreamConfig` in which it differs from the common ones.

    Raises
    ------
    DreamError
        If a value has the wrong type or is out of range.
    """

    name: str
    layers: Mapping[str, float]
    channels: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    overrides: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", _checked_name(self.name))
        if not isinstance(self.overrides, Mapping):
            raise DreamError(f"settings of {self.name} are not names with values; give an object")
        for name in self.overrides:
            _check_common(name)
        checked = self.config({})
        object.__setattr__(self, "layers", checked.layers)
        object.__setattr__(self, "channels", checked.channels)
        own = {name: getattr(checked, name) for name in self.overrides}
        object.__setattr__(self, "overrides", MappingProxyType(own))

    def config(self, common: Mapping[str, Any]) -> DreamConfig:
        """Return the settings of this dream: the common ones with its own laid over them.

        Raises
        ------
        DreamError
            If a value does not pass the check of `DreamConfig`.
        """
        settings = {**common, **self.overrides}
        return DreamConfig(layers=self.layers, channels=self.channels, **settings)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON types, empty parts left out."""
        values = {
            "name": self.name,
            "layers": dict(self.layers),
            "channels": {name: list(indices) for name, indices in self.channels.items()},
            "overrides": dict(self.overrides),
        }
        return {name: value for name, value in values.items() if value}

    @classmethod
    def from_dict(cls, values: Any) -> Self:
        """Make it from what `to_dict` gave; raises `DreamError` for anything else."""
        return cls(**_named(values, ("name", "layers", "channels", "overrides"), "a variant"))


def _moved(variant: Variant, before: tuple[str, ...], model: str) -> Variant:
    names = [layer.name for layer in known_layers(model)]
    offered = [name for name in names if is_offered(model, name)]
    layers: dict[str, float] = {}
    for name, weight in variant.layers.items():
        if name not in names:
            place = before.index(name) / max(len(before) - 1, 1)
            name = offered[round(place * (len(offered) - 1))]
        layers[name] = layers.get(name, 0.0) + weight
    if not any(layers.values()):  # two weights that met on one layer may cancel out
        layers = {name: 1.0 for name in layers}
    kept = {name: indices for name, indices in variant.channels.items() if name in names}
    return dataclasses.replace(variant, layers=layers, channels=kept)


def _named(values: Any, known: tuple[str, ...], what: str) -> dict[str, Any]:
    if not isinstance(values, dict):
        raise DreamError(f"{what} is not an object of names and values; make the link anew")
    for name in values:
        if name not in known:
            raise DreamError(f"{what} has the unknown part {shown(name)}; make the link anew")
    if what == "a variant" and not {"name", "layers"} <= values.keys():
        raise DreamError("a variant has no name or no layers; make the link anew")
    return values


def _checked_name(name: Any) -> str:
    shown = " ".join(name.split()) if isinstance(name, str) else ""
    if not shown or len(shown) > MAX_NAME or not shown.isprintable():
        raise DreamError(f"a variant's name is empty or not plain; choose 1 to {MAX_NAME} letters")
    return shown


def _check_common(name: Any) -> None:
    check_names([name], list(COMMON))
