"""The notebook's comparisons, as data for `Comparison.preset`."""

from collections.abc import Mapping
from types import MappingProxyType

#: The notebook's comparisons: name of each, and its variants as (name, preset).
COMPARISONS: Mapping[str, tuple[tuple[str, str], ...]] = MappingProxyType(
    {
        "Layers 1–4": tuple((f"Layer {index}", f"layer{index}") for index in range(1, 5)),
        "Mixed": (("Mixed", "mixed"),),
        "Clean against noisy": (("Clean", "mixed"), ("Noisy", "mixed-noisy")),
        "Noise alone": (("Noise alone", "noise-only"),),
    }
)
