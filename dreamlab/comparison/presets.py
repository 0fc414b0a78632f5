"""The comparisons on offer, as data for `Comparison.preset`."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from dreamlab.comparison.mapping import mapped
from dreamlab.config.presets import PRESETS, network_of
from dreamlab.errors import DreamError, shown

#: A distance that the mixed preset of each network reaches in so many steps of this length.
EQUAL_EFFORT: Mapping[str, Any] = MappingProxyType({"effort": 0.2, "step": 0.02, "iterations": 40})


@dataclass(frozen=True)
class Part:
    """A variant of a comparison on offer.

    Parameters
    ----------
    name : str
        Name of the variant.
    preset : str
        Name of its preset.
    model : str or None
        Name of its network; None for that of the page.
    goes_as_far : bool
        Whether it ends when its picture has moved as far as those of the other networks, whose
        losses are on other scales.
    """

    name: str
    preset: str
    model: str | None = None
    goes_as_far: bool = False

    @property
    def settings(self) -> Mapping[str, Any]:
        """The settings that differ from the defaults."""
        return {**PRESETS[self.preset], **(EQUAL_EFFORT if self.goes_as_far else {})}

    @property
    def layers(self) -> dict[str, float]:
        """The preset's layers and weights, rescaled where its network is another one."""
        layers, model = PRESETS[self.preset]["layers"], network_of(self.preset)
        return mapped(layers, {}, model, self.model or model).layers


#: The notebook's comparisons, by name.
COMPARISONS: Mapping[str, tuple[Part, ...]] = MappingProxyType(
    {
        "Layers 1–4": tuple(Part(f"Layer {index}", f"layer{index}") for index in range(1, 5)),
        "Mixed": (Part("Mixed", "mixed"),),
        "Clean against noisy": (Part("Clean", "mixed"), Part("Noisy", "mixed-noisy")),
        "Noise alone": (Part("Noise alone", "noise-only"),),
    }
)

#: Comparisons of networks, by name.
OF_NETWORKS: Mapping[str, tuple[Part, ...]] = MappingProxyType(
    {
        "VGG16 against EfficientNet-Lite0": (
            Part("VGG16", "mixed", "vgg16", goes_as_far=True),
            Part("EfficientNet-Lite0", "lite-mixed", "efficientnet_lite0", goes_as_far=True),
        ),
        "Trained against untrained": (
            Part("Trained", "mixed", "vgg16", goes_as_far=True),
            Part("Untrained", "mixed", "vgg16:untrained", goes_as_far=True),
        ),
        "InceptionV3 against VGG16": (
            Part("InceptionV3", "inception-mixed", "inception_v3", goes_as_far=True),
            Part("VGG16", "mixed", "vgg16", goes_as_far=True),
        ),
    }
)

#: Comparisons of EfficientNet-Lite0's own, by name.
OF_EFFICIENTNET_LITE0: Mapping[str, tuple[Part, ...]] = MappingProxyType(
    {
        "Early to late": (
            Part("Early", "lite-early", "efficientnet_lite0"),
            Part("Middle", "lite-middle", "efficientnet_lite0"),
            Part("Late", "lite-late", "efficientnet_lite0"),
        ),
        "Toward a goldfish": (Part("Goldfish", "lite-goldfish", "efficientnet_lite0"),),
    }
)

#: All of them, by name.
OFFERED: Mapping[str, tuple[Part, ...]] = MappingProxyType(
    {**COMPARISONS, **OF_NETWORKS, **OF_EFFICIENTNET_LITE0}
)


def offered(words: str) -> str:
    """Return the name of the comparison on offer that somebody typed, such as ``mixed``.

    Capitals do not matter, nor does what is no letter or digit; the beginning is enough where no
    other name has it.

    Raises
    ------
    DreamError
        If there is none of that name, or there are several.
    """
    wanted = _letters(words)
    begun = [name for name in OFFERED if wanted and _letters(name).startswith(wanted)]
    exact = [name for name in begun if _letters(name) == wanted]
    if len(exact or begun) == 1:
        return (exact or begun)[0]
    raise DreamError(f"unknown comparison {shown(words)}; choose from {', '.join(OFFERED)}")


def _letters(words: str) -> str:
    return "".join(filter(str.isalnum, words)).casefold()
