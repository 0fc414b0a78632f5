"""The settings of a dream, each with its default, its range and its meaning."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO, Self

from dreamlab.config.base import Settings, checked, specs
from dreamlab.config.embedded import parse_json, read_settings
from dreamlab.config.layers import LayerChannels, LayerWeights, check_layers
from dreamlab.config.presets import PRESETS
from dreamlab.config.specs import choice, number, setting
from dreamlab.errors import DreamError, shown

PRECISIONS = ("auto", "float32", "bfloat16")
CONVOLUTIONS = ("auto", "direct", "winograd")
PREPROCESSINGS = ("notebook", "imagenet")


@checked
class DreamConfig(Settings):
    """The settings of one dream; checked when made, never changed after.

    Parameters
    ----------
    layers : mapping of str to float, str or list of str
        Layer name to its weight in the loss; a negative weight suppresses the layer. A name, or a
        list of names, has weight 1 each.
    channels : mapping of str to sequence of int or str
        Layer name to its channels in the loss; other layers have all their channels in it. At the
        layer of a network's head the names of classes are channels too.
    octaves, octave_scale, only_octave, iterations, step, max_loss, effort, gaussian_noise, \
salt_pepper, jitter, seed, precision, convolution, preprocessing, tile
        See the ``help`` of each field's spec, which the command line and the page show too.

    Raises
    ------
    DreamError
        If a value has the wrong type or is out of range; the message gives value and range. If a
        name is unknown; the message gives the nearest known name.
    """

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

    def __post_init__(self) -> None:
        super().__post_init__()
        check_layers(self.channels, self.layers)
        if self.only_octave > self.octaves:
            raise DreamError(
                f"only_octave is {self.only_octave} and octaves is {self.octaves}; choose 0 to "
                f"{self.octaves}"
            )

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Make a config from what `to_json` wrote.

        Raises
        ------
        DreamError
            If the text is not JSON, or the settings do not pass their checks.
        """
        return cls.from_dict(parse_json(text))

    @classmethod
    def from_file(cls, file: str | Path | BinaryIO) -> Self:
        """Read the config that a PNG, GIF, WebP or JSON file made by dreamlab carries.

        Raises
        ------
        DreamError
            If the file cannot be read or carries no settings.
        """
        stored = read_settings(file)
        return cls.from_dict(stored.get("config", stored))

    @classmethod
    def preset(cls, name: str, **changes: Any) -> Self:
        """Return one of the notebook's experiments by its name in `PRESETS`, with changes.

        Parameters
        ----------
        name : str
            A name in `PRESETS`.
        **changes
            Settings that go over the preset's, by name.

        Raises
        ------
        DreamError
            If there is no such preset, or a change does not pass its check.
        """
        if not isinstance(name, str) or name not in PRESETS:
            raise DreamError(f"unknown preset {shown(name)}; choose from {', '.join(PRESETS)}")
        return cls.from_dict({**PRESETS[name], **changes})

    def replace(self, **changes: Any) -> Self:
        """Return the settings with some of them changed; see `Settings.replace`.

        Parameters
        ----------
        **changes
            Settings by name; with other layers the channels of those that are out go too.

        Raises
        ------
        DreamError
            If a name is unknown or a value does not pass its check.
        """
        if "layers" in changes:
            layers = specs(DreamConfig)["layers"].check("layers", changes["layers"])
            channels = {name: of for name, of in self.channels.items() if name in layers}
            changes = {"channels": channels, **changes}
        return super().replace(**changes)

    @classmethod
    def of(cls, settings: "DreamConfig | str | Mapping[str, Any]") -> "DreamConfig":
        """Return settings that are given as such, by a preset's name, or as plain values.

        Raises
        ------
        DreamError
            If there is no such preset, or a value does not pass its check.
        """
        if isinstance(settings, DreamConfig):
            return settings
        return cls.preset(settings) if isinstance(settings, str) else cls.from_dict(settings)
