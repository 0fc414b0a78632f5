"""The comparisons on offer, as data for `Comparison.preset`."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from dreamlab.comparison.mapping import mapped
from dreamlab.config.presets import PRESETS, network_of


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
    """

    name: str
    preset: str
    model: str | None = None

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

#: Comparisons of networks, by name. Their losses have no common scale: each dream goes equally far.
OF_NETWORKS: Mapping[str, tuple[Part, ...]] = MappingProxyType(
    {
        "VGG16 against EfficientNet-Lite0": (
            Part("VGG16", "mixed", "vgg16"),
            Part("EfficientNet-Lite0", "lite-mixed", "efficientnet_lite0"),
        ),
        "Trained against untrained": (
            Part("Trained", "mixed", "vgg16"),
            Part("Untrained", "mixed", "vgg16:untrained"),
        ),
        "InceptionV3 against VGG16": (
            Part("InceptionV3", "inception-mixed", "inception_v3"),
            Part("VGG16", "mixed", "vgg16"),
        ),
        "Layers of Lite0": (
            Part("Early", "lite-early", "efficientnet_lite0"),
            Part("Middle", "lite-middle", "efficientnet_lite0"),
            Part("Late", "lite-late", "efficientnet_lite0"),
        ),
    }
)
