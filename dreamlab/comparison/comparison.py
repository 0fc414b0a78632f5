"""What a page compares: its variants and the settings they share, as a file or an address."""

import base64
import dataclasses
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Self

from dreamlab.comparison.variant import COMMON, Variant, _check_common, _moved, _named
from dreamlab.config import DreamConfig
from dreamlab.config.embedded import parse_json
from dreamlab.errors import DreamError, shown
from dreamlab.zoo import check_network, find_layer, known_layers

#: Where the picture comes from; the picture itself is never part of a setup.
SOURCES = ("cat", "galaxies", "noise", "upload")
MIN_SIDE, MAX_SIDE, DEFAULT_SIDE = 128, 1024, 600
MAX_VARIANTS = 6

#: Longest list of channels or levels that is typed: all 512 of a layer fit.
MAX_LIST = 2_500

#: Longest address parameter that is looked at, and most bytes it may unpack to.
MAX_ENCODED, MAX_DECODED = 8_000, 64_000


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
        check_network(self.model)
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
        for variant in self.variants:
            for layer in variant.layers:
                find_layer(self.model, known_layers(self.model), layer)

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


def _check_whole(name: str, value: Any, low: int, high: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise DreamError(f"{name} is {shown(value)}; choose a whole number, {low} to {high}")
