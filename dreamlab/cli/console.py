"""Common parts of the commands: the network, one-line messages, a quiet TensorFlow."""

import argparse
import logging
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dreamlab.cli.options import add_option
from dreamlab.config.deployment import DeploymentSettings
from dreamlab.config.input_range import INPUT_RANGES
from dreamlab.errors import DreamError
from dreamlab.images import Loaded, PictureSet, read_image, read_set, warned
from dreamlab.images.background import BACKGROUND
from dreamlab.images.shipped_task import shipped_task
from dreamlab.zoo import ARCHITECTURES, UNTRAINED

DEFAULT_MODEL = "vgg16"


#: What more of ``--model`` means, and how many networks there may be, by their number.
_AGAIN = {2: "twice for two networks beside each other", 4: "up to four times to compare networks"}
_MORE = {2: " or two", 4: ", or two to four"}


def add_model(
    parser: argparse.ArgumentParser, default: str = DEFAULT_MODEL, *, most: int = 1
) -> None:
    text = (
        f"{', '.join(ARCHITECTURES)}, a .keras or .h5 file of your own, or a preset of KerasHub, "
        f"such as hf://keras/resnet_50_imagenet; behind it {UNTRAINED} takes random weights as a "
        f"control (default: {default})"
    )
    if most > 1:
        text = f"{text}; {_AGAIN[most]}"
    action = "append" if most > 1 else "store"
    parser.add_argument("--model", metavar="NAME|FILE", action=action, help=text)
    parser.add_argument(
        "--input-range",
        metavar="RANGE",
        help=f"what the network is fed, where that is not known: {', '.join(INPUT_RANGES[:-1])} "
        f"(BGR less ImageNet's mean) or {INPUT_RANGES[-1]}",
    )


def add_background(parser: argparse.ArgumentParser) -> None:
    add_option(parser, "background", BACKGROUND)


def add_network(
    parser: argparse.ArgumentParser, default: str = DEFAULT_MODEL, *, most: int = 1
) -> None:
    add_model(parser, default, most=most)
    parser.add_argument("--weights", metavar="FILE", help=".weights.h5 for the named network")


def models(options: argparse.Namespace, most: int) -> list[str]:
    """Return the names of the networks of the options.

    Raises
    ------
    DreamError
        If there are more than so many, or weights of one network are given with several.
    """
    named = list(vars(options).get("model", [DEFAULT_MODEL]))
    if len(named) > most:
        raise DreamError(f"--model is given {len(named)} times; give one network{_MORE[most]}")
    if len(set(named)) > 1 and "weights" in vars(options):
        raise DreamError(
            f"--weights is of one network, and there are {len(set(named))}; leave it out"
        )
    return named


def networks(options: argparse.Namespace, models: Sequence[str]) -> list[Any]:
    """Return the networks of these names.

    All are loaded before the first run, which may take minutes: a misspelt name is told at once.
    """
    named = [argparse.Namespace(**vars(options) | {"model": model}) for model in models]
    return [network(options) for options in named]


def network(options: argparse.Namespace, model: str = DEFAULT_MODEL) -> Any:
    """Return the network of the options; `model` is that of the settings."""
    quietly_import_tensorflow()
    from dreamlab.models import load_model

    values = vars(options)
    return load_model(
        values.get("model") or model,
        weights=values.get("weights", "imagenet"),
        input_range=values.get("input_range"),
    )


def memory() -> float:
    """Return the memory that the process may take, in MB, as ``DREAMLAB_MEMORY`` sets it."""
    return DeploymentSettings.from_environment().memory


def complain(message: str, status: int) -> int:
    print("dreamlab:", " ".join(message.split()), file=sys.stderr)
    return status


def print_table(rows: list[tuple[str, ...]]) -> None:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print("  ".join(cells).rstrip())


def show_warning(message: Warning | str, *_: object, **__: object) -> None:
    complain(str(message), 0)


def read_picture(file: str, **loading: Any) -> Loaded:
    """Read a picture, and say in a line what is missing or changed in it.

    Parameters
    ----------
    file : str
        Its path.
    **loading
        Options of `dreamlab.images.read_image`.
    """
    with _without_native_messages():  # libtiff prints what is wrong with a file
        loaded = read_image(file, **loading)
    return warned(loaded)


def read_pictures(source: str | None) -> PictureSet:
    """Read a set of pictures, and say in a line each what is left out of it.

    Parameters
    ----------
    source : str or None
        Path of a folder or ZIP; None for the set that comes with dreamlab.
    """
    if source is None:
        return shipped_task()
    with _without_native_messages():
        pictures = read_set(source)
    for note in pictures.notes:
        complain(note, 0)
    return pictures


def wrote(number: int, out: Path, seconds: float, *, complete: bool) -> int:
    """Say how many files were written, and return the exit status."""
    state = "" if complete else "interrupted; "
    print(f"{state}wrote {number} files to {out} ({seconds:.1f} s)")
    return 0 if complete else 130


def quietly_import_tensorflow() -> None:
    """Import TensorFlow without its start-up lines, which native code prints."""
    if "TF_CPP_MIN_LOG_LEVEL" in os.environ:  # the user wants TensorFlow's own messages
        return
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    # An atlas compiles a graph for each layer, and TensorFlow warns of that as of a mistake.
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    with _without_native_messages():
        import dreamlab.models  # noqa: F401


@contextmanager
def _without_native_messages() -> Iterator[None]:
    sys.stderr.flush()
    error_stream = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(error_stream, 2)
        os.close(error_stream)
        os.close(nowhere)
