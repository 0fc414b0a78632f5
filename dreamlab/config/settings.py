"""What a dream is made of: every setting, its default, its range and its meaning, once."""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Self

from dreamlab.config.embedded import read_settings
from dreamlab.config.fields import (
    check_choice,
    check_names,
    checked_number,
    choice,
    number,
    parse_json,
    shown,
)
from dreamlab.config.layers import checked_channels, checked_layers
from dreamlab.config.presets import PRESETS
from dreamlab.errors import DreamError

PRECISIONS = ("auto", "float32", "bfloat16")
PREPROCESSINGS = ("notebook", "imagenet")


@dataclass(frozen=True, kw_only=True)
class DreamConfig:
    """The settings of one dream; checked when made, never changed after.

    Parameters
    ----------
    layers : mapping of str to float, str or list of str
        Layer name to its weight in the loss; a negative weight suppresses the layer. A name, or a
        list of names, has weight 1 each.
    channels : mapping of str to sequence of int
        Layer name to the channels that count; a layer not named here counts with all.
    octaves, octave_scale, iterations, step, max_loss, gaussian_noise, salt_pepper, jitter, seed, \
precision, preprocessing, tile
        See the ``help`` in each field's metadata, which the command line and the page show too.

    Raises
    ------
    DreamError
        If a value has the wrong type or is out of range; the message gives both. If a name is
        none of these; the message gives the nearest.
    """

    def __new__(cls, **values: Any) -> Self:
        """Refuse a misspelt name before Python does, which would not say what it should be."""
        check_names(values, [spec.name for spec in dataclasses.fields(cls)])
        if "layers" not in values:
            raise DreamError("settings name no layers; give at least one layer with its weight")
        return super().__new__(cls)

    layers: Mapping[str, float] = field(
        metadata={"help": "Layers to excite, each with its weight; below 0 suppresses."}
    )
    channels: Mapping[str, tuple[int, ...]] = field(
        default_factory=dict,
        metadata={"help": "Channels that count, by layer; a layer not named counts with all."},
    )
    octaves: int = number(
        5, 1, 20, "Picture sizes to dream at, from the smallest to the full size."
    )
    octave_scale: float = number(
        1.4, 1.01, 4.0, "How many times larger each octave is than the one before."
    )
    iterations: int = number(
        10, 0, 1000, "Gradient ascent steps in each octave; 0 leaves the noise alone."
    )
    step: float = number(
        0.01, 1e-5, 1.0, "Mean change of a pixel in one step; the picture spans -1 to 1."
    )
    max_loss: float | None = number(
        None, -1e9, 1e9, "An octave ends as soon as its loss passes this; empty means never."
    )
    gaussian_noise: float = number(
        0.0, 0.0, 1.0, "Standard deviation of the Gaussian noise added to each octave."
    )
    salt_pepper: float = number(
        0.0, 0.0, 1.0, "Share of pixels turned white or black before each octave."
    )
    jitter: int = number(
        0, 0, 256, "Largest random shift of the picture in a step, in pixels, undone after it."
    )
    seed: int = number(0, 0, 2**32 - 1, "Starts the random numbers: same seed, same picture.")
    precision: str = choice(
        "auto", PRECISIONS, "Number format of the network; auto takes the fastest that is safe."
    )
    preprocessing: str = choice(
        "notebook",
        PREPROCESSINGS,
        "notebook feeds VGG the picture in -1 to 1 as it is; imagenet as it was trained.",
    )
    tile: int | str = field(
        default="auto",
        metadata={
            "low": 64,
            "high": 16384,
            "help": "Side of the tiles a picture too large for the memory is worked through in, "
            "in pixels; auto tiles only when it must.",
        },
    )

    def __post_init__(self) -> None:
        for spec in dataclasses.fields(self):
            value = getattr(self, spec.name)
            if spec.name == "layers":
                value = checked_layers(value)
            elif spec.name == "channels":
                value = checked_channels(value)
            elif spec.name == "tile" and value == "auto":
                pass
            elif "choices" in spec.metadata:
                check_choice(spec.name, value, spec.metadata["choices"])
            elif not (value is None and spec.default is None):
                value = checked_number(spec, value)
            object.__setattr__(self, spec.name, value)
        for name in self.channels:
            if name not in self.layers:
                raise DreamError(
                    f"channels names layer {shown(name)}, which is not among the layers"
                )

    def __reduce__(self) -> tuple:
        return DreamConfig.from_dict, (self.to_dict(),)

    def __hash__(self) -> int:
        return hash(self.to_json())

    def to_dict(self) -> dict[str, Any]:
        """Return the settings as plain JSON types, in the order of the fields."""
        values = {spec.name: getattr(self, spec.name) for spec in dataclasses.fields(self)}
        values["layers"] = dict(self.layers)
        values["channels"] = {name: list(indices) for name, indices in self.channels.items()}
        return values

    def to_json(self) -> str:
        """Return the settings as one line of JSON."""
        return json.dumps(self.to_dict())

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Make a config from plain values; what is not named keeps its default.

        Raises
        ------
        DreamError
            If a name is unknown, ``layers`` is missing, or a value does not pass its check.
        """
        if not isinstance(values, Mapping):
            raise DreamError(f"settings are {shown(values)}; give an object of names and values")
        check_names(values, [spec.name for spec in dataclasses.fields(cls)])
        return cls(**values)

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
        settings = read_settings(file)
        return cls.from_dict(settings.get("config", settings))

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
        """Return the settings with some of them changed.

        With other layers the channels of those that are out go too.

        Parameters
        ----------
        **changes
            Settings by name.

        Raises
        ------
        DreamError
            If a name is unknown or a value does not pass its check.
        """
        values = self.to_dict()
        if "layers" in changes:
            layers = checked_layers(changes["layers"])
            values["channels"] = {
                name: indices for name, indices in self.channels.items() if name in layers
            }
        return self.from_dict({**values, **changes})

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
