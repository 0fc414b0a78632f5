"""The command line, its options made from `DreamConfig` so that defaults stand once."""

import argparse
import contextlib
import dataclasses
import json
import logging
import os
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn

from dreamlab import __version__, outputs
from dreamlab.analysis import ANALYSES
from dreamlab.analysis_cli import add_analyses
from dreamlab.config import PRESETS, DreamConfig, read_settings
from dreamlab.errors import DreamError
from dreamlab.film import Film
from dreamlab.images import load_image
from dreamlab.recording import Recording
from dreamlab.zoo import ARCHITECTURES, LayerInfo, is_offered, known_layers

_DEFAULT_PRESET = "mixed"
_DEFAULT_MODEL = "vgg16"
_LAYER_TABLE = Path(__file__).parent / "layers.json"

_DREAM_HELP = """\
Settings come from the options first, then from --config, then from --preset, then from the
defaults. With none of --layer, --config and --preset, the preset is "mixed".

DIR gets dream.png, octave_<k>_<h>x<w>.png, progression.gif and .webp, losses.csv and .json, and
config.json. Files of these names are replaced, and octave_<k>_<h>x<w>.png of an earlier run in
DIR are removed. Ctrl-C ends the run and keeps what is done."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        What follows the program's name; by default what the program was started with.

    Returns
    -------
    int
        The exit status: 0 if all went well, 2 for what the user got wrong (one line on standard
        error says what), 130 if interrupted.
    """
    with warnings.catch_warnings():
        warnings.showwarning = _show_warning
        try:
            options = _parser().parse_args(arguments)
            return options.run(options)
        except DreamError as error:
            return _complain(str(error), 2)
        except KeyboardInterrupt:
            return _complain("interrupted", 130)
        except BrokenPipeError:  # the reader, such as head, has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        # argparse prints its usage too, on several lines; --help is there for that.
        raise DreamError(f"{message}; see {self.prog} --help")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m dreamlab", description="DeepDream on Keras networks.")
    parser.add_argument("--version", action="version", version=f"dreamlab {__version__}")
    commands = parser.add_subparsers(
        required=True, metavar="|".join(["dream", "layers", "presets", *ANALYSES])
    )

    dream = commands.add_parser(
        "dream",
        help="dream on a picture",
        description="Dream on a picture.",
        epilog=_DREAM_HELP,
        allow_abbrev=False,
        argument_default=argparse.SUPPRESS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    dream.set_defaults(run=_dream)
    dream.add_argument("image", metavar="IMAGE", help="picture file")
    dream.add_argument("--out", metavar="DIR", type=Path, required=True, help="where results go")
    _add_network(dream)
    dream.add_argument("--max-side", metavar="PX", type=int, help="scale a larger picture down")
    _add_settings(dream.add_argument_group("settings"))
    _add_film(dream.add_argument_group("film"))

    layers = commands.add_parser("layers", help="list a network's layers", allow_abbrev=False)
    layers.set_defaults(run=_layers)
    _add_model(layers)
    layers.add_argument("--all", action="store_true", help="every layer, not only the usual ones")
    layers.add_argument(
        "--write",
        action="store_true",
        help="build all networks and write the table of layers that comes with dreamlab anew",
    )

    presets = commands.add_parser("presets", help="list the presets", allow_abbrev=False)
    presets.set_defaults(run=_presets)
    add_analyses(commands, _add_network, _network)
    return parser


def _add_model(parser: argparse.ArgumentParser) -> None:
    names = ", ".join(ARCHITECTURES)
    parser.add_argument(
        "--model",
        metavar="NAME|FILE.keras",
        help=f"{names}, or a .keras file of your own (default: {_DEFAULT_MODEL})",
    )


def _add_network(parser: argparse.ArgumentParser) -> None:
    _add_model(parser)
    parser.add_argument("--weights", metavar="FILE", help=".weights.h5 for the named network")


def _network(options: argparse.Namespace) -> Any:
    _quietly_import_tensorflow()
    from dreamlab.models import load_model

    given = vars(options)
    return load_model(given.get("model", _DEFAULT_MODEL), weights=given.get("weights", "imagenet"))


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
    model = _DEFAULT_MODEL
    if "config" in stored:
        model = str(stored.get("model", _DEFAULT_MODEL))
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
    outputs.prepare(options.out)
    _quietly_import_tensorflow()
    from dreamlab.dream import dream
    from dreamlab.models import load_model

    network = load_model(model, weights=given.get("weights", "imagenet"))
    status = 0
    try:
        _run(recording, dream(image, network, config))
    except KeyboardInterrupt:
        if not recording.frames:
            raise
        status = _complain("interrupted; what was done until then is kept", 130)
    if recording.dropped:
        print(f"dreamlab: {recording.dropped} frames did not fit in memory", file=sys.stderr)
    names = outputs.write_run(recording, options.out, film, keep=Path(options.image))
    print(f"wrote {len(names)} files to {options.out} ({recording.seconds:.1f} s of dreaming)")
    return status


def _run(recording: Recording, steps: Iterator) -> None:
    from tqdm import tqdm

    form = "{desc}{percentage:3.0f} %|{bar}| {elapsed}<{remaining}{postfix}"
    # disable=None: no bar where standard error is a file.
    bar = tqdm(total=1.0, bar_format=form, disable=None)
    with bar, contextlib.closing(recording.record(steps)) as recorded:
        for step in recorded:
            bar.set_description(
                f"octave {step.octave + 1}/{step.octaves}, {step.width} x {step.height}",
                refresh=False,
            )
            bar.set_postfix_str(f"loss {step.loss:.5g}", refresh=False)
            bar.update(step.fraction - bar.n)


def _layers(options: argparse.Namespace) -> int:
    if options.write:
        return _write_layers()
    model = options.model or _DEFAULT_MODEL
    if model in ARCHITECTURES:
        layers = known_layers(model)
    else:
        _quietly_import_tensorflow()
        from dreamlab.models import load_model

        layers = load_model(model).layers
    rows = [("layer", "kind", "depth", "channels", "stride", "receptive field")]
    for layer in layers:
        if options.all or is_offered(model, layer.name):
            sees = "everything" if layer.receptive_field is None else layer.receptive_field
            row = layer.name, layer.kind, layer.depth, layer.channels, layer.stride, sees
            rows.append(tuple(str(cell) for cell in row))
    _print_table(rows)
    return 0


def _write_layers() -> int:
    _quietly_import_tensorflow()
    from dreamlab.models import load_model

    tables = {name: load_model(name, weights=None).layers for name in ARCHITECTURES}
    outputs.write_file(_LAYER_TABLE, layer_table(tables).encode())
    print(f"wrote {sum(map(len, tables.values()))} layers to {_LAYER_TABLE}")
    return 0


def layer_table(tables: dict[str, tuple[LayerInfo, ...]]) -> str:
    """Return the layers of networks as JSON, a line a layer, as `known_layers` reads it."""
    texts = []
    for name, layers in tables.items():
        rows = [json.dumps(dataclasses.asdict(one), separators=(",", ":")) for one in layers]
        texts.append(f"{json.dumps(name)}: [\n" + ",\n".join(rows) + "\n]")
    return "{\n" + ",\n".join(texts) + "\n}\n"


def _presets(options: argparse.Namespace) -> int:
    rows = [("preset", "layers", "other settings")]
    for name, values in PRESETS.items():
        layers = " ".join(f"{layer}={weight:g}" for layer, weight in values["layers"].items())
        others = [f"{key}={value}" for key, value in values.items() if key != "layers"]
        rows.append((name, layers, " ".join(others)))
    _print_table(rows)
    return 0


def _print_table(rows: list[tuple[str, ...]]) -> None:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print("  ".join(cells).rstrip())


def _complain(message: str, status: int) -> int:
    print("dreamlab:", " ".join(message.split()), file=sys.stderr)
    return status


def _show_warning(message: Warning | str, *_: object) -> None:
    _complain(str(message), 0)


def _quietly_import_tensorflow() -> None:
    """Import TensorFlow without its start-up lines, which come from below Python."""
    if "TF_CPP_MIN_LOG_LEVEL" in os.environ:  # the user asks for TensorFlow's own messages
        return
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    # An atlas compiles one graph a layer, of which TensorFlow warns as if it were a slip.
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    try:
        import dreamlab.models  # noqa: F401
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
