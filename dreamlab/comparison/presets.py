"""The notebook's comparisons, each ready to be set up in one click."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from dreamlab.comparison.comparison import Setup
from dreamlab.comparison.variant import COMMON, Variant
from dreamlab.config import PRESETS

#: The notebook's comparisons: what each is called, and its variants as (name, preset).
COMPARISONS: Mapping[str, tuple[tuple[str, str], ...]] = MappingProxyType(
    {
        "Layers 1–4": tuple((f"Layer {index}", f"layer{index}") for index in range(1, 5)),
        "Mixed": (("Mixed", "mixed"),),
        "Clean against noisy": (("Clean", "mixed"), ("Noisy", "mixed-noisy")),
        "Noise alone": (("Noise alone", "noise-only"),),
    }
)


def comparison(name: str, **kept: Any) -> Setup:
    """Return one of the notebook's `COMPARISONS` as a set-up for vgg16.

    Settings in which all its variants agree are common; the others are each variant's own.
    Keyword arguments (``source``, ``max_side``, ``every``, and ``common`` settings to keep) go
    into the set-up as they are.
    """
    members = COMPARISONS[name]
    presets = [{**COMMON, **PRESETS[preset]} for _, preset in members]
    shared = {
        field: presets[0][field]
        for field in COMMON
        if all(preset[field] == presets[0][field] for preset in presets)
    }
    common = {**COMMON, **shared, **kept.pop("common", {})}
    variants = [
        Variant(
            name=label,
            layers=preset["layers"],
            overrides={
                name: preset[name]
                for name in COMMON
                if name not in shared and preset[name] != common[name]
            },
        )
        for (label, _), preset in zip(members, presets, strict=True)
    ]
    return Setup(variants=tuple(variants), common=common, **kept)
