"""Renders settings as options of the command line."""

import argparse
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from dreamlab.config.beside import PictureSource
from dreamlab.config.layers import LayerChannels, LayerWeights
from dreamlab.config.specs import Choice, Flag, Spec


def add_option(
    group: argparse._ActionsContainer, name: str, spec: Spec, *, option: str = "", more: str = ""
) -> None:
    """Add the option of a setting. Layers and channels may be given part by part.

    Parameters
    ----------
    group : argparse parser or group
        Where the option goes.
    name : str
        Name of the setting, under which the option is stored.
    spec : Spec
        The setting's type and range.
    option : str
        The option's spelling, by default the setting's name after two dashes.
    more : str
        Text added to the help.
    """
    option = option or "--" + name.replace("_", "-")
    text = " ".join(filter(None, [spec.help, more, _about(spec)])).replace("%", "%%")
    form: dict[str, Any] = {"metavar": spec.form, "type": _parser(spec)}
    if isinstance(spec, Choice) and not isinstance(spec, PictureSource):
        form = {"choices": spec.choices}
    elif isinstance(spec, LayerWeights | LayerChannels):
        form["action"] = "append"
    elif isinstance(spec, Flag):
        off = "--no-" + option.removeprefix("--")
        switch = off if spec.default else option
        group.add_argument(switch, dest=name, help=text, action=f"store_{not spec.default}".lower())
        if not spec.default:
            return
        text = argparse.SUPPRESS  # a second spelling needs no second line of help
    group.add_argument(option, dest=name, help=text, **form)


def setting_values(options: argparse.Namespace, names: Iterable[str]) -> dict[str, Any]:
    """Return the settings among the options, by name; parts of a setting are merged."""
    return {name: _merged(value) for name, value in vars(options).items() if name in names}


def _merged(value: Any) -> Any:
    if isinstance(value, list) and value and isinstance(value[0], Mapping):
        merged: dict[str, Any] = {}
        for name, part in (item for parts in value for item in parts.items()):
            # Channels of a layer that is named again are added to those before.
            merged[name] = [*merged.get(name, ()), *part] if isinstance(part, list) else part
        return merged
    return value


def _about(spec: Spec) -> str:
    if isinstance(spec, Flag):
        return ""
    parts = [] if isinstance(spec, Choice) or not spec.range else [spec.range]
    if isinstance(spec, PictureSource):
        parts = [f"{', '.join(spec.names)} or a file"]
    if isinstance(spec.default, str | int | float):
        parts.append(f"default: {spec.default}")
    elif spec.default is None:
        parts.append("default: never")
    return f"({'; '.join(parts)})" if parts else ""


def _parser(spec: Spec) -> Callable[[str], Any]:
    def parse(text: str) -> Any:
        try:
            return spec.parse(text)
        except ValueError:
            if isinstance(spec, LayerWeights | LayerChannels):
                raise argparse.ArgumentTypeError(f"{text!r} is not {spec.form}") from None
            raise

    parse.__name__ = spec.kind  # for argparse's message
    return parse
