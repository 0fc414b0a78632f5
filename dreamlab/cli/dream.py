"""The command ``dream``, with options made from `DreamConfig`."""

import argparse
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dreamlab.cli import going_on
from dreamlab.cli.console import (
    DEFAULT_MODEL,
    add_background,
    add_network,
    complain,
    memory,
    network,
)
from dreamlab.cli.dream_several import dream_several
from dreamlab.cli.dreaming import Plan
from dreamlab.cli.options import add_option, setting_values
from dreamlab.config import PRESETS, DreamConfig, read_settings
from dreamlab.config.base import specs
from dreamlab.config.beside import check_given
from dreamlab.config.presets import PRESETS_OF, mixed_preset, network_of
from dreamlab.errors import DreamError
from dreamlab.images import Picture
from dreamlab.images.given import set_apart
from dreamlab.results import folder
from dreamlab.results.film import Film
from dreamlab.results.record import PICTURES
from dreamlab.zoo import architecture, base, is_address

_EPILOG = """\
Settings come from the options first, then from --config, then from --preset, then from the
defaults. With none of --layer, --config and --preset, the preset is the mixed one of the network.
Without --model the network is that of the preset or config.

--from goes on from a dream, with the octave that follows the picture; with other settings that is
the next larger one. original.png has to lie beside it. A PNG is within half a grey level of the
picture that was computed, and each step makes more of that: the same settings end near the whole
run's picture, not at it. With VGG16 they ended 1 grey level away in the mean after 3 to 6 steps,
and 4 to 8 after 10 to 30, single pixels by far more; the dreams themselves had moved by 6 and 23.

DIR gets dream.png, octave_<k>_<h>x<w>.png, original.png, progression.gif and .webp, losses.csv and
.json, predictions.csv for a network with a head, guide.csv and guide_<layer>.png with a guide, and
config.json. Files of these names are replaced, and octave_<k>_<h>x<w>.png, predictions.csv and
those of the guide of an earlier run in DIR are removed. Ctrl-C ends the run and keeps what is done.

Of several pictures, or the pictures of a folder, DIR gets a folder each, named as the file, and
sheet.png with all of them. A file that cannot be dreamt on is named and left out: the exit status
is then 1, or 2 if there is no other."""


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
    parser.add_argument(
        "images",
        metavar="IMAGE",
        nargs="*",
        help="picture file; several, or a folder of them, get a folder each in DIR",
    )
    going_on.add(parser)
    parser.add_argument("--out", metavar="DIR", type=Path, required=True, help="where results go")
    add_network(parser)
    parser.add_argument("--max-side", metavar="PX", type=int, help="scale a larger picture down")
    add_background(parser)
    _add_settings(parser.add_argument_group("settings"))
    _add_film(parser.add_argument_group("film"))


def _add_settings(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--preset", metavar="NAME", help=f"one of {', '.join(PRESETS)}")
    group.add_argument("--config", metavar="FILE", help="config.json, or a picture made by this")
    for name, spec in specs(DreamConfig).items():
        if name == "layers":
            more = "In place of those of the preset or config; may be given again."
            add_option(group, name, spec, option="--layer", more=more)
        else:
            add_option(group, name, spec)


def _add_film(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--every", metavar="N", type=int, help="a frame each N steps too")
    for name, spec in specs(Film).items():
        if name != "steps":  # the option --every sets it
            add_option(group, name, spec)


def _settings(options: argparse.Namespace, own: dict[str, Any]) -> tuple[DreamConfig, str]:
    """Merge settings (options over config file over preset over defaults), and the model.

    What a network of the user's own was fed is taken from the config file too.
    """
    asked = vars(options)
    values: dict[str, Any] = {}
    stored: dict[str, Any] = read_settings(asked["config"]) if "config" in asked else {}
    model = asked.get("model", DEFAULT_MODEL)
    preset = asked.get("preset")
    if preset is None and "config" not in asked and "layers" not in own:
        preset = _first_preset(model)
    if preset is not None:
        values |= DreamConfig.preset(preset).to_dict()
        if "layers" not in own:
            _check_preset(preset, model if "model" in asked else network_of(preset))
        model = network_of(preset)
    if "config" in stored:
        model = str(stored.get("model", DEFAULT_MODEL))
        given = asked.get("model", model if is_address(model) else "")
        if architecture(model) is None and model in (given, Path(given).name):
            asked.setdefault("input_range", stored.get("input_range"))
        stored = stored["config"]
    model = asked.get("model", model)
    if architecture(model) is None and "model" not in asked and not is_address(model):
        raise DreamError(
            f"the settings are for the network {model!r} of your own: name its file with --model"
        )
    if not isinstance(stored, dict):
        raise DreamError(f"the settings in {asked['config']} are no object of names and values")
    values |= stored
    unguided = values.get("unguided")
    if "layers" in own and isinstance(unguided, list):  # as of channels
        values["unguided"] = [name for name in unguided if name in own["layers"]]
    channels = values.get("channels", {})
    if isinstance(channels, dict):  # other types fail the config's own check
        if "layers" in own:  # channels of dropped layers go with them
            channels = {name: of for name, of in channels.items() if name in own["layers"]}
        own["channels"] = channels | own.get("channels", {})
    return DreamConfig.from_dict(values | own), model


def _check_preset(preset: str, model: str) -> None:
    """Raise `DreamError` if a preset is for another network of the zoo, which has other layers."""
    presets = PRESETS_OF.get(base(model), {})
    if architecture(model) is not None and preset not in presets:
        own = f"choose {', '.join(presets)}, or name" if presets else "name"
        raise DreamError(
            f"the preset {preset} is for {network_of(preset)}, not for {model}: {own} layers with "
            "--layer"
        )


def _first_preset(model: str) -> str:
    """Return the preset of a network for which no layers are named."""
    named, preset = base(model), mixed_preset(model)
    there = architecture(model) is not None or is_address(model) or named and Path(named).exists()
    if preset is None and not there:
        return "mixed"  # loading says that there is no such network
    if preset is None:
        raise DreamError(
            f"{model} has no preset of its own: name its layers with --layer, which "
            f"dreamlab layers --model {model} lists"
        )
    return preset


def _compare(beside: Mapping[str, Picture], file: str | None) -> None:
    """Say in a line if a picture beside the settings is not that of the dream of a file."""
    told = {} if file is None else read_settings(file)
    for name, picture in beside.items():
        if "config" in told and told.get(name, picture.digest) != picture.digest:
            complain(f"the {name} is not the picture that {file} tells of: the dream differs", 0)


def _dream(options: argparse.Namespace) -> int:
    source = going_on.source(options)
    own, beside = set_apart(setting_values(options, specs(DreamConfig)), PICTURES)
    config, model = _settings(options, own)
    for name in PICTURES:  # before the network is loaded, and once of several pictures
        check_given(name, getattr(config, name), given=name in beside)
    _compare(beside, vars(options).get("config"))
    plan = Plan(
        options,
        config,
        beside,
        Film(**setting_values(options, specs(Film)), steps="every" in vars(options)),
        source,
    )
    images = vars(options).get("images", [])
    if images[1:] or images and os.path.isdir(images[0]):
        return dream_several(plan, model)
    given = plan.read(images[0]) if source is None else plan.begun()
    most = memory()  # fails on a misspelt variable, before a folder is made
    folder.prepare(options.out)
    recording = plan.dream(given, network(options, model), most)
    status = 0
    if not recording.finished:
        status = complain("interrupted; what was done until then is kept", 130)
    plan.write(recording, Path(images[0]) if source is None else source.file, options.out)
    return status
