"""Presets of settings: the notebook's experiments, and dreams of other networks."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from dreamlab.zoo import base

_MIXED = {"block2_conv2": 0.02, "block3_conv3": 0.03, "block4_conv3": 0.5, "block5_conv2": 1.5}
_NOISE = {"gaussian_noise": 0.05, "salt_pepper": 0.002}

#: The notebook's experiments, for VGG16.
_NOTEBOOK: Mapping[str, Mapping[str, Any]] = {
    "layer1": {"layers": {"block2_conv2": 2.0}, "octaves": 1},
    "layer2": {"layers": {"block3_conv3": 2.0}, "octaves": 1},
    "layer3": {"layers": {"block4_conv3": 4.0}, "octaves": 1},
    "layer4": {"layers": {"block5_conv2": 4.0}, "octaves": 1},
    "mixed": {"layers": _MIXED},
    "noise-only": {"layers": _MIXED, "iterations": 0, **_NOISE},
    "mixed-noisy": {"layers": _MIXED, **_NOISE},
}

#: Dreams of EfficientNet-Lite0, whose steps change a picture less.
_LITE = {"octaves": 4, "iterations": 20}
_EFFICIENTNET_LITE0: Mapping[str, Mapping[str, Any]] = {
    "lite-early": {"layers": {"block3b_add": 1.0}, **_LITE},
    "lite-middle": {"layers": {"block4c_add": 1.0}, **_LITE},
    "lite-late": {"layers": {"block5c_add": 1.0}, **_LITE},
    "lite-mixed": {
        "layers": {"block3b_add": 0.02, "block4c_add": 0.04, "block5c_add": 0.08},
        **_LITE,
    },
    "lite-goldfish": {
        "layers": {"predictions": 1.0},
        "channels": {"predictions": ("goldfish",)},
        "octaves": 4,
        "iterations": 40,
        "jitter": 16,
    },
}

#: The mix that the notebook's authors tried on InceptionV3 before they chose VGG16.
_INCEPTION_V3: Mapping[str, Mapping[str, Any]] = {
    "inception-mixed": {"layers": {"mixed2": 0.2, "mixed3": 3.0, "mixed4": 2.0, "mixed5": 1.5}},
}

#: Presets of each network, by its name; the mixed one is a network's first choice.
PRESETS_OF: Mapping[str, Mapping[str, Mapping[str, Any]]] = MappingProxyType(
    {
        "vgg16": _NOTEBOOK,
        "vgg19": _NOTEBOOK,
        "efficientnet_lite0": _EFFICIENTNET_LITE0,
        "inception_v3": _INCEPTION_V3,
    }
)

#: All presets: the name of each, and the settings that differ from the defaults.
PRESETS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {name: values for presets in PRESETS_OF.values() for name, values in presets.items()}
)


def network_of(preset: str) -> str:
    """Return the name of the network that a preset is for."""
    return next(model for model, presets in PRESETS_OF.items() if preset in presets)


def mixed_preset(model: str) -> str | None:
    """Return the name of a network's mixed preset; None for a network without presets.

    Parameters
    ----------
    model : str
        Name of the network, trained or not.
    """
    presets = PRESETS_OF.get(base(model), ())
    return next((name for name in presets if name.endswith("mixed")), None)
