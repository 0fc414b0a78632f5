"""The settings of a dream, each with its default, its range and its meaning."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, Self

from dreamlab.config.ascent import AscentSettings
from dreamlab.config.base import checked, specs
from dreamlab.config.embedded import parse_json, read_settings
from dreamlab.config.guide import GuideSettings
from dreamlab.config.layers import check_layers
from dreamlab.config.look import LookSettings
from dreamlab.config.presets import PRESETS
from dreamlab.errors import DreamError, shown


@checked
class DreamConfig(LookSettings, GuideSettings, AscentSettings):
    """The settings of one dream; checked when made, never changed after.

    Parameters
    ----------
    layers : mapping of str to float, str or list of str
        Layer name to its weight in the loss; a negative weight suppresses the layer. A name, or a
        list of names, has weight 1 each.
    channels : mapping of str to sequence of int or str
        Layer name to its channels in the loss; other layers have all their channels in it. At the
        layer of a network's head the names of classes are channels too.
    **others
        The other settings of `AscentSettings`, `GuideSettings` and `LookSettings`; see the ``help``
        of each field's spec, which the command line and the page show too.

    Raises
    ------
    DreamError
        If a value has the wrong type or is out of range; the message gives value and range. If a
        name is unknown; the message gives the nearest known name.
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        check_layers("channels", self.channels, self.layers)
        check_layers("unguided", self.unguided, self.layers)
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
            Settings by name; with other layers what is said of those that are out goes too.

        Raises
        ------
        DreamError
            If a name is unknown or a value does not pass its check.
        """
        if "layers" in changes:
            layers = specs(DreamConfig)["layers"].check("layers", changes["layers"])
            channels = {name: of for name, of in self.channels.items() if name in layers}
            unguided = [name for name in self.unguided if name in layers]
            changes = {"channels": channels, "unguided": unguided, **changes}
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
