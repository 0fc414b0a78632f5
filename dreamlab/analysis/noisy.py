"""Pictures with noise of several kinds and levels, and how far it shifts activations."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dreamlab.images import to_pixels
from dreamlab.images.noise import add_gaussian, add_salt_and_pepper
from dreamlab.images.ssim import ssim

if TYPE_CHECKING:
    from dreamlab.analysis.robustness import RobustnessSettings
    from dreamlab.models import Network


def add_gaussian_of_mean_0(
    image: np.ndarray, standard_deviation: float, generator: np.random.Generator
) -> np.ndarray:
    """Add Gaussian noise of mean 0, which keeps the picture's brightness.

    The notebook's noise, which dreams use, darkens the picture by its standard deviation
    (`dreamlab.images.noise.add_gaussian`). The sample cat, darkened by 0.4 without noise, has an
    SSIM of 0.76 to itself, which would count as an effect of the noise here.

    Parameters
    ----------
    image : numpy.ndarray
        float32, shape (H, W, 3), in [-1, 1].
    standard_deviation : float
        Standard deviation, for a picture in [-1, 1].
    generator : numpy.random.Generator
        Source of randomness.
    """
    return add_gaussian(image, standard_deviation, generator) + np.float32(standard_deviation)


#: Each kind of noise with its label and the function that adds it.
KINDS: Mapping[str, tuple[str, Callable]] = {
    "gaussian": ("Gaussian noise", add_gaussian_of_mean_0),
    "salt_pepper": ("salt and pepper", add_salt_and_pepper),
}


@dataclass(frozen=True)
class NoisyPicture:
    """A level of noise: the noisy picture, and what is the same for all dreams on it.

    Parameters
    ----------
    picture : numpy.ndarray
        The noisy picture, float32, shape (H, W, 3).
    ssim : float
        Its similarity to the clean picture.
    shifts : dict of str to float or None
        The relative change of each layer's activation; None for a layer that is silent on the clean
        picture.
    """

    picture: np.ndarray
    ssim: float
    shifts: dict[str, float | None]


def noisy_pictures(
    image: np.ndarray,
    network: "Network",
    layers: Sequence[str],
    settings: "RobustnessSettings",
    memory: float | None,
) -> list[NoisyPicture]:
    """Return the picture with each level of noise.

    Parameters
    ----------
    image : numpy.ndarray
        The clean picture, float32, shape (H, W, 3), in [-1, 1].
    network : Network
        The network.
    layers : sequence of str
        Names of the layers whose activations are compared.
    settings : RobustnessSettings
        For the levels, the seed and how the network is computed.
    memory : float or None
        As in `dreamlab.dream.dream`.
    """
    from dreamlab.dream.activations import activations

    levels = settings.levels()
    pictures = [
        KINDS[kind][1](image, level, np.random.default_rng((settings.seed, place)))
        for place, (kind, level) in enumerate(levels)
    ]
    measured = activations(network, tuple(layers), settings.precision, settings.preprocessing)
    noisy = [picture for picture, (_, level) in zip(pictures, levels, strict=True) if level > 0]
    changes = measured.relative_changes(image, noisy or [image], memory)
    silent = {name for name, change in changes[0].items() if math.isnan(change)}
    still = dict.fromkeys(layers, 0.0)
    following = iter(changes)
    shifts = [next(following) if level > 0 else still for _, level in levels]
    clean = to_pixels(image)
    return [
        NoisyPicture(
            picture,
            ssim(to_pixels(picture), clean),
            {name: None if name in silent else by_layer[name] for name in layers},
        )
        for picture, by_layer in zip(pictures, shifts, strict=True)
    ]
