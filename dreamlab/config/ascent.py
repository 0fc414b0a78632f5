"""The settings of the ascent: layers, octaves, steps, noise, and how it is computed."""

import dataclasses
from collections.abc import Mapping
from types import MappingProxyType

from dreamlab.config.base import Settings, checked
from dreamlab.config.layers import LayerChannels, LayerWeights
from dreamlab.config.specs import choice, number, setting

PRECISIONS = ("auto", "float32", "bfloat16")
CONVOLUTIONS = ("auto", "direct", "winograd")
PREPROCESSINGS = ("notebook", "imagenet")


@checked
class AscentSettings(Settings):
    """What a dream excites, and how its picture climbs."""

    layers: Mapping[str, float] = setting(
        LayerWeights(
            default=dataclasses.MISSING,
            help="Layers to excite, each with its weight; below 0 suppresses.",
        )
    )
    channels: Mapping[str, tuple[int | str, ...]] = setting(
        LayerChannels(
            default=MappingProxyType({}),
            help="Channels that count, by layer: numbers, or classes of a head by name. "
            "A layer not named counts with all.",
        )
    )
    octaves: int = number(
        5, 1, 20, "Picture sizes to dream at, from the smallest to the full size."
    )
    octave_scale: float = number(
        1.4, 1.01, 4.0, "How many times larger each octave is than the one before.", press=0.1
    )
    only_octave: int = number(
        0,
        0,
        20,
        "Steps are taken at this octave alone, 1 being the smallest, and what comes of it is "
        "enlarged; 0 takes them at all.",
    )
    iterations: int = number(
        10, 0, 1000, "Gradient ascent steps in each octave; 0 leaves the noise alone."
    )
    step: float = number(
        0.01,
        1e-5,
        1.0,
        "Mean change of a pixel in one step; the picture spans -1 to 1.",
        press=0.005,
    )
    max_loss: float | None = number(
        None,
        -1e9,
        1e9,
        "An octave ends as soon as its loss passes this; empty means never.",
        press=5.0,
    )
    effort: float | None = number(
        None,
        0.001,
        2.0,
        "A dream's picture moves by this root mean square and no further (it spans -1 to 1); "
        "empty means as far as the steps go.",
        press=0.05,
    )
    gaussian_noise: float = number(
        0.0, 0.0, 1.0, "Standard deviation of the Gaussian noise added to each octave.", press=0.01
    )
    salt_pepper: float = number(
        0.0, 0.0, 1.0, "Share of pixels turned white or black before each octave.", press=0.001
    )
    jitter: int = number(
        0, 0, 256, "Largest random shift of the picture in a step, in pixels, undone after it."
    )
    seed: int = number(0, 0, 2**32 - 1, "Starts the random numbers: same seed, same picture.")
    precision: str = choice(
        "auto", PRECISIONS, "Number format of the network; auto takes the fastest that is safe."
    )
    convolution: str = choice(
        "auto",
        CONVOLUTIONS,
        "How convolutions are computed: winograd takes a quarter of the multiplications, "
        "auto the fastest here.",
    )
    preprocessing: str = choice(
        "notebook",
        PREPROCESSINGS,
        "notebook feeds VGG the picture in -1 to 1 as it is; imagenet as it was trained.",
    )
    tile: int | str = number(
        "auto",
        64,
        16384,
        "Side of the tiles a picture too large for the memory is worked through in, in pixels; "
        "auto tiles only when it must.",
        word="auto",
        offered=(128, 192, 256, 384, 512, 768, 1024),
    )
