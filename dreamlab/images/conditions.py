"""Conditions: what a set of pictures is without colour, fine texture or global shape."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from dreamlab.images.cues import faded, patches_shuffled
from dreamlab.images.filters import blurred

#: Standard deviation of the blur, and patches a side: of pictures of 224 px as shares of the side.
_BLUR, _PATCHES = 4 / 224, 8

_Change = Callable[[np.ndarray, np.random.Generator], np.ndarray]

#: How a picture changes in each condition, by its name.
CONDITIONS: Mapping[str, _Change] = MappingProxyType(
    {
        "original": lambda image, generator: image,
        "grey": lambda image, generator: faded(image, 0),
        "blurred": lambda image, generator: blurred(image, _BLUR * len(image)),
        "shuffled": lambda image, generator: patches_shuffled(image, _PATCHES, generator),
    }
)

#: What a condition takes away, in words.
TAKEN: Mapping[str, str] = MappingProxyType(
    {"grey": "colour", "blurred": "fine texture", "shuffled": "global shape"}
)


def under_condition(
    image: np.ndarray, condition: str, generator: np.random.Generator
) -> np.ndarray:
    """Return a picture under a condition: float32, shape (H, W, 3), in [-1, 1].

    Parameters
    ----------
    image : numpy.ndarray
        float32, shape (H, W, 3), in [-1, 1].
    condition : str
        Key of `CONDITIONS`.
    generator : numpy.random.Generator
        Source of randomness: the order of the patches.
    """
    changed = CONDITIONS[condition](image, generator)
    return np.clip(changed, -1, 1).astype(np.float32, copy=False)
