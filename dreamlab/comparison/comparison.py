"""A comparison: variants and their common settings, as a file or an address parameter."""

import base64
import dataclasses
import json
import zlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Self

from dreamlab.comparison.network import NetworkName
from dreamlab.comparison.presets import OFFERED
from dreamlab.comparison.variant import COMMON, SHARED, Variant
from dreamlab.config import DreamConfig
from dreamlab.config.base import Settings, checked
from dreamlab.config.beside import PICTURE, picture_settings
from dreamlab.config.embedded import parse_json
from dreamlab.config.nested import PartialSettings, SettingsList
from dreamlab.config.specs import choice, number, setting
from dreamlab.errors import DreamError, shown
from dreamlab.images.background import BACKGROUND
from dreamlab.images.bounds import SIDE_STEP
from dreamlab.layers import find_layer, known_layers

#: Sources of the picture; the picture itself is never part of a comparison.
SOURCES = ("cat", "galaxies", "noise", "upload")
MIN_SIDE, MAX_SIDE = 128, 1024
MAX_VARIANTS = 6

#: Most characters of a typed list; all 512 channels of a layer fit.
MAX_LIST = 2_500

#: Most characters of an address parameter, and most bytes of its unpacked text.
MAX_ENCODED, MAX_DECODED = 8_000, 64_000


@checked
class Comparison(Settings):
    """A comparison on the page, without its picture.

    Parameters
    ----------
    variants : sequence of Variant
        The variants, 1 to 6.
    common : mapping of str to value
        Settings of `DreamConfig` for all variants; missing settings have their defaults.
    model : str
        Name of the network in the zoo.
    source : str
        Source of the picture, one of `SOURCES`.
    max_side : int
        Longest side of the picture, 128 to 1,024 pixels.
    background : str
        Colour behind a transparent picture, of `dreamlab.images.background.BACKGROUND`.
    every : int or None
        Keep a picture after every n-th step too, 1 to 1,000.

    Raises
    ------
    DreamError
        If a value has the wrong type or is out of range, or the network has no such layer.
    """

    variants: tuple[Variant, ...] = setting(
        SettingsList(
            default=dataclasses.MISSING,
            help="The dreams that are compared.",
            of=Variant,
            most=MAX_VARIANTS,
        )
    )
    common: Mapping[str, Any] = setting(
        PartialSettings(
            default=MappingProxyType({}),
            help="Settings that all variants share.",
            settings=SHARED,
            filled=True,
        )
    )
    model: str = setting(
        NetworkName(
            default="vgg16", help="The network of all variants that have none of their own."
        )
    )
    source: str = choice("cat", SOURCES, "Where the picture comes from.")
    max_side: int = number(
        600,
        MIN_SIDE,
        MAX_SIDE,
        "Larger pictures are scaled down to this; twice the side takes four times as long.",
        press=SIDE_STEP,
        strict=True,
    )
    background: str = setting(BACKGROUND)
    every: int | None = number(
        None,
        1,
        1000,
        "Keeps pictures between octaves too, so that you can scrub through the steps.",
        strict=True,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        for variant in self.variants:
            model = variant.model or self.model
            for layer in variant.layers:
                find_layer(model, known_layers(model), layer)

    @classmethod
    def preset(cls, name: str, **changes: Any) -> Self:
        """Return one of the comparisons on offer: the notebook's, for vgg16, or those of others.

        Settings with the same value in all variants become common; others become overrides.

        Parameters
        ----------
        name : str
            A name in `OFFERED`.
        **changes
            ``model``, ``source``, ``max_side``, ``background`` and ``every``; ``common`` overrides
            the preset's settings.

        Raises
        ------
        DreamError
            If there is no such comparison, or a change does not pass its check.
        """
        if not isinstance(name, str) or name not in OFFERED:
            raise DreamError(f"unknown comparison {shown(name)}; choose from {', '.join(OFFERED)}")
        presets = {part: {**COMMON, **part.settings} for part in OFFERED[name]}
        first, *others = presets.values()
        shared = {
            field: first[field]
            for field in COMMON
            if all(other[field] == first[field] for other in others)
        }
        common = {**COMMON, **shared, **changes.pop("common", {})}
        variants = [
            Variant(
                name=part.name,
                model=part.model,
                layers=part.layers,
                channels=preset.get("channels", {}),
                unguided=preset.get("unguided", ()),
                overrides={
                    field: preset[field]
                    for field in COMMON
                    if field not in shared and preset[field] != common[field]
                },
            )
            for part, preset in presets.items()
        ]
        return cls(variants=tuple(variants), common=common, **changes)

    def configs(self) -> tuple[DreamConfig, ...]:
        """Return the settings of each variant, in order."""
        return tuple(variant.config(self.common) for variant in self.variants)

    def without_pictures(self) -> tuple[Self, tuple[str, ...]]:
        """Return the comparison without the pictures given beside it, and what went, in sentences.

        A link or a file has settings alone: a guide of the visitor's own is not in it.
        """
        every = [self.common, *(variant.overrides for variant in self.variants)]
        names = [
            name for name in picture_settings(SHARED) if PICTURE in (of.get(name) for of in every)
        ]
        if not names:
            return self, ()

        def settled(values: Mapping[str, Any]) -> dict[str, Any]:
            gone = {name for name in names if values.get(name) == PICTURE}
            return {name: COMMON[name] if name in gone else of for name, of in values.items()}

        variants = [of.replace(overrides=settled(of.overrides)) for of in self.variants]
        said = tuple(f"the {name} is a picture that is not in it: give it anew" for name in names)
        return self.replace(common=settled(self.common), variants=variants), said

    def moved_to(self, model: str) -> tuple[Self, tuple[str, ...]]:
        """Return the comparison for another network, and what was done, in sentences.

        Variants with a network of their own stay as they are; see `dreamlab.comparison.mapping` for
        the layers of the others.
        """
        variants, said = [], []
        for variant in self.variants:
            moved, sentence = variant, ""
            if variant.model is None:
                moved, sentence = variant.moved(self.model, model)
            variants.append(moved)
            said.append(sentence)
        sentences = tuple(dict.fromkeys(filter(None, said)))
        return self.replace(model=model, variants=variants), sentences

    def encode(self) -> str:
        """Return the comparison as a short text that is safe in an address."""
        values = self.to_dict()
        if values["background"] == BACKGROUND.default:
            del values["background"]  # links of ordinary pictures stay those of older versions
        text = json.dumps(values, separators=(",", ":"))
        return base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")

    @classmethod
    def decode(cls, encoded: str) -> Self:
        """Return the comparison of a text of `encode`.

        Raises
        ------
        DreamError
            If the text is too long, damaged, or describes no valid comparison.
        """
        if len(encoded) > MAX_ENCODED:
            raise DreamError(f"the link has {len(encoded)} characters; make it anew on the page")
        try:
            data = base64.b64decode(encoded + "=" * (-len(encoded) % 4), b"-_", validate=True)
            unpacker = zlib.decompressobj()
            text = unpacker.decompress(data, MAX_DECODED).decode("utf-8")
            whole = unpacker.eof
        except (ValueError, zlib.error) as error:
            raise DreamError("the link is damaged; make it anew on the page") from error
        if not whole:
            raise DreamError("the link is cut short or too large; make it anew on the page")
        return cls.from_dict(parse_json(text))
