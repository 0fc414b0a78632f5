"""The notebook's experiments as presets of settings."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

_MIXED = {"block2_conv2": 0.02, "block3_conv3": 0.03, "block4_conv3": 0.5, "block5_conv2": 1.5}
_NOISE = {"gaussian_noise": 0.05, "salt_pepper": 0.002}

#: The notebook's experiments: each preset's name and the settings that differ from the defaults.
PRESETS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "layer1": {"layers": {"block2_conv2": 2.0}, "octaves": 1},
        "layer2": {"layers": {"block3_conv3": 2.0}, "octaves": 1},
        "layer3": {"layers": {"block4_conv3": 4.0}, "octaves": 1},
        "layer4": {"layers": {"block5_conv2": 4.0}, "octaves": 1},
        "mixed": {"layers": _MIXED},
        "noise-only": {"layers": _MIXED, "iterations": 0, **_NOISE},
        "mixed-noisy": {"layers": _MIXED, **_NOISE},
    }
)
