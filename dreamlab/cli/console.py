"""Common parts of the commands: the network, one-line messages, a quiet TensorFlow."""

import argparse
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dreamlab.cli.options import add_option
from dreamlab.config.deployment import DeploymentSettings
from dreamlab.config.input_range import INPUT_RANGES
from dreamlab.images import Loaded, read_image, warned
from dreamlab.images.background import BACKGROUND
from dreamlab.zoo import ARCHITECTURES, UNTRAINED

DEFAULT_MODEL = "vgg16"


def add_model(
    parser: argparse.ArgumentParser, default: str = DEFAULT_MODEL, *, two: bool = False
) -> None:
    text = (
        f"{', '.join(ARCHITECTURES)}, a .keras or .h5 file of your own, or a preset of KerasHub, "
        f"such as hf://keras/resnet_50_imagenet; behind it {UNTRAINED} takes random weights as a "
        f"control (default: {default})"
    )
    if two:
        text = f"{text}; twice for two networks beside each other"
    action = "append" if two else "store"
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
    parser: argparse.ArgumentParser, default: str = DEFAULT_MODEL, *, two: bool = False
) -> None:
    add_model(parser, default, two=two)
    parser.add_argument("--weights", metavar="FILE", help=".weights.h5 for the named network")


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
