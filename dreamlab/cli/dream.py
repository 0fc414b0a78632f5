"""The command ``dream``: its options made from `DreamConfig`, so that defaults stand once."""

import argparse
import contextlib
import dataclasses
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dreamlab.cli.console import (
    DEFAULT_MODEL,
    add_network,
    complain,
    quietly_import_tensorflow,
)
from dreamlab.config import PRESETS, DreamConfig, read_settings
from dreamlab.errors import DreamError
from dreamlab.images import load_image
from dreamlab.results import folder
from dreamlab.results.film import Film
from dreamlab.results.progress import followed
from dreamlab.results.recording import Recording
from dreamlab.zoo import ARCHITECTURES

_DEFAULT_PRESET = "mixed"

_EPILOG = """\
Settings come from the options first, then from --config, then from --preset, then from the
defaults. With none of --layer, --config and --preset, the preset is "mixed".

DIR gets dream.png, octave_<k>_<h>x<w>.png, progression.gif and .webp, losses.csv and .json, and
config.json. Files of these names are replaced, and octave_<k>_<h>x<w>.png of an earlier run in
DIR are removed. Ctrl-C ends the run and keeps what is done."""


def add(commands: argparse._SubParsersAction) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "dream",
        help="dream on a picture",
        description="Dream on a picture.",
        epilog=_EPILOG,
        allow_abbrev=False,
        argument_default=argparse.SUPPRESS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=_dream)
    parser.add_argument("image", metavar="IMAGE", help="picture file")
    parser.add_argument("--out", metavar="DIR", type=Path, required=True, help="where results go")
    add_network(parser)
    parser.add_argument("--max-side", metavar="PX", type=int, help="scale a larger picture down")
    _add_settings(parser.add_argument_group("settings"))
    _add_film(parser.add_argument_group("film"))


def _add_settings(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--preset", metavar="NAME", help=f"one of {', '.join(PRESETS)}")
    group.add_argument("--config", metavar="FILE", help="config.json, or a picture made by this")
    for spec in dataclasses.fields(DreamConfig):
        text = spec.metadata["help"]
        if spec.name == "layers":
            form: dict[str, Any] = {"metavar": "NAME=WEIGHT", "type": _layer, "action": "append"}
            text += " In place of those of the preset or config; may be given again."
        elif spec.name == "channels":
            form = {"metavar": "LAYER=0,5,9", "type": _channels, "action": "append"}
            text += " May be given again."
        elif "choices" in spec.metadata:
            form = {"choices": spec.metadata["choices"]}
            text += f" (default: {spec.default})"
        else:
            form = {"metavar": "N", "type": _number_type(spec)}
            low, high = spec.metadata["low"], spec.metadata["high"]
            default = "never" if spec.default is None else spec.default
            text += f" ({low} to {high}; default: {default})"
        flag = "--layer" if spec.name == "layers" else "--" + spec.name.replace("_", "-")
        group.add_argument(flag, dest=spec.name, help=text.replace("%", "%%"), **form)


def _add_film(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--every", metavar="N", type=int, help="a frame each N steps too")
    for name, text in (
        ("frame_seconds", "how long a frame shows"),
        ("hold_seconds", "how long the result shows"),
    ):
        text += f" (default: {getattr(Film, name)})"
        group.add_argument("--" + name.replace("_", "-"), metavar="S", type=float, help=text)
    group.add_argument("--no-loop", dest="loop", action="store_false", help="play once")
    group.add_argument("--boomerang", action="store_true", help="there and back again")


def _number_type(spec: dataclasses.Field) -> Callable[[str], int | float | str]:
    kind = int if isinstance(spec.metadata["low"], int) else float

    def number(text: str) -> int | float | str:
        return text if text == spec.default else kind(text)

    number.__name__ = kind.__name__  # for argparse's message
    return number


def _layer(text: str) -> tuple[str, float]:
    name, _, weight = text.rpartition("=")
    try:
        return name, float(weight)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=WEIGHT") from None


def _channels(text: str) -> tuple[str, list[int]]:
    name, _, indices = text.rpartition("=")
    try:
        return name, [int(index) for index in indices.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not LAYER=0,5,9") from None


def _settings(options: argparse.Namespace) -> tuple[DreamConfig, str]:
    """Put settings together: options over config file over preset over defaults; and the model."""
    given = vars(options)
    values: dict[str, Any] = {}
    stored: dict[str, Any] = read_settings(given["config"]) if "config" in given else {}
    if "preset" in given or not {"config", "layers"} & given.keys():
        values |= DreamConfig.preset(given.get("preset", _DEFAULT_PRESET)).to_dict()
    model = DEFAULT_MODEL
    if "config" in stored:
        model = str(stored.get("model", DEFAULT_MODEL))
        stored = stored["config"]
    model = given.get("model", model)
    if model not in ARCHITECTURES and "model" not in given:
        raise DreamError(
            f"the settings are for the network {model!r} of your own: name its file with --model"
        )
    if not isinstance(stored, dict):
        raise DreamError(f"the settings in {given['config']} are no object of names and values")
    values |= stored
    repeated = ("layers", "channels")
    for spec in dataclasses.fields(DreamConfig):
        if spec.name in given and spec.name not in repeated:
            values[spec.name] = given[spec.name]
    if "layers" in given:
        values["layers"] = dict(given["layers"])
    channels = values.get("channels", {})
    if isinstance(channels, dict):  # anything else fails the config's own check
        if "layers" in given:  # channels of layers that are out go with them
            channels = {name: one for name, one in channels.items() if name in values["layers"]}
        channels = channels | dict(given.get("channels", ()))
    values["channels"] = channels
    return DreamConfig.from_dict(values), model


def _dream(options: argparse.Namespace) -> int:
    config, model = _settings(options)
    given = vars(options)
    film_names = [spec.name for spec in dataclasses.fields(Film)]
    film = Film(
        **{name: given[name] for name in film_names if name in given}, steps="every" in given
    )
    recording = Recording(every=given.get("every"))
    image = load_image(options.image, max_side=given.get("max_side"))
    folder.prepare(options.out)
    quietly_import_tensorflow()
    from dreamlab.dream import dream
    from dreamlab.models import load_model

    network = load_model(model, weights=given.get("weights", "imagenet"))
    status = 0
    try:
        steps = followed(dream(image, network, config), None)
        with contextlib.closing(recording.record(steps)) as recorded:
            for _ in recorded:
                pass
    except KeyboardInterrupt:
        if not recording.frames:
            raise
        status = complain("interrupted; what was done until then is kept", 130)
    if recording.dropped:
        print(f"dreamlab: {recording.dropped} frames did not fit in memory", file=sys.stderr)
    names = folder.write_run(recording, options.out, film, keep=Path(options.image))
    print(f"wrote {len(names)} files to {options.out} ({recording.seconds:.1f} s of dreaming)")
    return status
