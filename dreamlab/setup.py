"""What a page compares: its variants and the settings they share, as a file or an address."""

import base64
import dataclasses
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Self

from dreamlab.config import DreamConfig, parse_json
from dreamlab.errors import DreamError
from dreamlab.zoo import ARCHITECTURES, is_offered, known_layers

#: Where the picture comes from; the picture itself is never part of a setup.
SOURCES = ("cat", "galaxies", "noise", "upload")
MIN_SIDE, MAX_SIDE, DEFAULT_SIDE = 128, 1024, 600
MAX_VARIANTS = 6
MAX_NAME = 40

#: Longest list of channels or levels that is typed: all 512 of a layer fit.
MAX_LIST = 2_500

#: Longest address parameter that is looked at, and most bytes it may unpack to.
MAX_ENCODED, MAX_DECODED = 8_000, 64_000

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


@dataclass(frozen=True, kw_only=True)
class Setup:
    """All that a page needs to dream the same comparison again, but for the picture.

    Parameters
    ----------
    variants : sequence of Variant
        1 to 6 of them.
    common : mapping of str to value
        Settings of `DreamConfig` that all variants share; what is missing has its default.
    model : str
        Name of the network in the zoo.
    source : str
        Where the picture comes from, one of `SOURCES`.
    max_side : int
        Longest side to dream at, 128 to 1,024 pixels.
    every : int or None
        Keep a picture after every so many steps too, 1 to 1,000.

    Raises
    ------
    DreamError
        If a value has the wrong type or is out of range, or the network has no such layer.
    """

    variants: tuple[Variant, ...]
    common: Mapping[str, Any] = field(default_factory=dict)
    model: str = "vgg16"
    source: str = "cat"
    max_side: int = DEFAULT_SIDE
    every: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "variants", tuple(self.variants))
        if not 1 <= len(self.variants) <= MAX_VARIANTS:
            raise DreamError(f"there are {len(self.variants)} variants; choose 1 to {MAX_VARIANTS}")
        if self.model not in ARCHITECTURES:
            raise DreamError(f"unknown model; choose from {', '.join(ARCHITECTURES)}")
        if self.source not in SOURCES:
            raise DreamError(f"unknown picture; choose from {', '.join(SOURCES)}")
        _check_whole("max_side", self.max_side, MIN_SIDE, MAX_SIDE)
        if self.every is not None:
            _check_whole("every", self.every, 1, 1000)
        for name in self.common:
            _check_common(name)
        common = DreamConfig(layers={"any": 1.0}, **{**COMMON, **self.common})
        settings = {name: getattr(common, name) for name in COMMON}
        object.__setattr__(self, "common", MappingProxyType(settings))
        names = {layer.name for layer in known_layers(self.model)}
        for variant in self.variants:
            for layer in variant.layers:
                if layer not in names:
                    raise DreamError(
                        f"{self.model} has no layer {layer[:60]!r}; choose one from its list"
                    )

    def configs(self) -> tuple[DreamConfig, ...]:
        """Return the settings of each variant, in order."""
        return tuple(variant.config(self.common) for variant in self.variants)

    def moved_to(self, model: str) -> Self:
        """Return the set-up for another network.

        A layer that the other network lacks becomes the one offered at the same relative depth,
        without the choice of channels.
        """
        before = tuple(layer.name for layer in known_layers(self.model))
        variants = tuple(_moved(variant, before, model) for variant in self.variants)
        return dataclasses.replace(self, model=model, variants=variants)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON types; of the common settings only those off their default."""
        changed = {name: value for name, value in self.common.items() if value != COMMON[name]}
        return {
            "variants": [variant.to_dict() for variant in self.variants],
            "common": changed,
            "model": self.model,
            "source": self.source,
            "max_side": self.max_side,
            "every": self.every,
        }

    @classmethod
    def from_dict(cls, values: Any) -> Self:
        """Make it from what `to_dict` gave; raises `DreamError` for anything else."""
        known = tuple(spec.name for spec in dataclasses.fields(cls))
        values = _named(values, known, "a set-up")
        for name, kind in (("variants", list), ("common", dict), ("model", str), ("source", str)):
            if name in values and not isinstance(values[name], kind):
                raise DreamError(f"{name} of the set-up has the wrong type; make the link anew")
        if "variants" not in values:
            raise DreamError("the set-up names no variants; make the link anew")
        variants = [
            Variant.from_dict(variant) for variant in values["variants"][: MAX_VARIANTS + 1]
        ]
        return cls(**{**values, "variants": tuple(variants)})

    def encode(self) -> str:
        """Return it as one short text that is safe in an address."""
        text = json.dumps(self.to_dict(), separators=(",", ":"))
        return base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")

    @classmethod
    def decode(cls, encoded: str) -> Self:
        """Make it from what `encode` gave.

        Raises
        ------
        DreamError
            If it is too long, damaged, or does not describe a set-up that can be.
        """
        if len(encoded) > MAX_ENCODED:
            raise DreamError(f"the link has {len(encoded)} characters; make it anew on the page")
        try:
            packed = base64.b64decode(encoded + "=" * (-len(encoded) % 4), b"-_", validate=True)
            unpacker = zlib.decompressobj()
            text = unpacker.decompress(packed, MAX_DECODED).decode("utf-8")
            whole = unpacker.eof
        except (ValueError, zlib.error) as error:
            raise DreamError("the link is damaged; make it anew on the page") from error
        if not whole:
            raise DreamError("the link is cut short or too large; make it anew on the page")
        return cls.from_dict(parse_json(text))


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
            raise DreamError(f"{what} has the unknown part {name[:60]!r}; make the link anew")
    if what == "a variant" and not {"name", "layers"} <= values.keys():
        raise DreamError("a variant has no name or no layers; make the link anew")
    return values


def _checked_name(name: Any) -> str:
    shown = " ".join(name.split()) if isinstance(name, str) else ""
    if not shown or len(shown) > MAX_NAME or not shown.isprintable():
        raise DreamError(f"a variant's name is empty or not plain; choose 1 to {MAX_NAME} letters")
    return shown


def _check_common(name: Any) -> None:
    if name not in COMMON:
        raise DreamError(f"unknown setting {str(name)[:60]!r}; choose from {', '.join(COMMON)}")


def _check_whole(name: str, value: Any, low: int, high: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise DreamError(f"{name} is {str(value)[:60]}; choose a whole number, {low} to {high}")
