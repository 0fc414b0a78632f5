"""The command ``classify``, which prints what a network calls a picture."""

import argparse

from dreamlab.classes import check_classes
from dreamlab.cli.console import add_background, add_network, network, print_table, read_picture
from dreamlab.cli.options import setting_values
from dreamlab.images import to_pixels
from dreamlab.results.classify import WITH_HEAD
from dreamlab.results.predictions import CROPS_IN_WORDS, predictions
from dreamlab.zoo import architecture


def add(commands: argparse._SubParsersAction) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "classify",
        help="say what a network calls a picture",
        description="Print the five likeliest classes of a picture, with their probabilities.",
        epilog=CROPS_IN_WORDS,
        allow_abbrev=False,
        argument_default=argparse.SUPPRESS,
    )
    parser.set_defaults(run=_classify)
    parser.add_argument("image", metavar="IMAGE", help="picture file")
    add_network(parser, default=WITH_HEAD)
    add_background(parser)


def _classify(options: argparse.Namespace) -> int:
    model = vars(options).get("model", WITH_HEAD)
    if architecture(model) is not None:
        check_classes(model)  # before it is loaded
    given = read_picture(options.image, **setting_values(options, ["background"]))
    found = predictions(network(options, WITH_HEAD), to_pixels(given.image))
    rows: list[tuple[str, ...]] = [("crop", "class", "number", "probability")]
    for prediction in found:
        for likely in prediction.classes:
            rows.append(
                (prediction.crop, likely.name, f"{likely.number}", f"{likely.probability:.4f}")
            )
    print_table(rows)
    return 0
