"""The commands of the analyses, one each, their options made from the settings."""

import argparse
import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dreamlab.analysis import ANALYSES, Analysis
from dreamlab.analysis.run import analyse
from dreamlab.cli.console import add_network, network
from dreamlab.images import load_image
from dreamlab.results import folder


def add(commands: argparse._SubParsersAction) -> None:
    """Add a command for each analysis."""
    for analysis in ANALYSES.values():
        parser = commands.add_parser(
            analysis.name,
            help=analysis.summary.rstrip(".").lower(),
            description=analysis.summary,
            allow_abbrev=False,
            argument_default=argparse.SUPPRESS,
        )
        parser.set_defaults(run=_command(analysis))
        specs = {spec.name: spec for spec in dataclasses.fields(analysis.settings)}
        if analysis.needs_picture:
            parser.add_argument("image", metavar="IMAGE", help="picture file")
        else:
            spec = specs.pop("layer")
            parser.add_argument("layer", metavar="LAYER", help=spec.metadata["help"])
            parser.add_argument("--image", metavar="FILE", help="picture file to look at")
        parser.add_argument(
            "--out", metavar="DIR", type=Path, required=True, help="where results go"
        )
        add_network(parser)
        group = parser.add_argument_group("settings")
        for spec in specs.values():
            _add_setting(group, spec)


def _add_setting(group: argparse._ArgumentGroup, spec: dataclasses.Field) -> None:
    rules, text = spec.metadata, spec.metadata["help"]
    form: dict[str, Any]
    if "choices" in rules:
        form = {"choices": rules["choices"]}
        text += f" (default: {spec.default})"
    elif "weights" in rules:
        form = {"metavar": "NAME=WEIGHT,…", "type": _weights}
    elif "names" in rules:
        form = {"metavar": rules.get("form", "NAME,…"), "type": lambda value: value.split(",")}
    elif "many" in rules:
        kind = int if isinstance(rules["low"], int) else float
        form = {"metavar": "N,…", "type": _many(kind)}
    else:
        kind = int if isinstance(rules["low"], int) else float
        form = {"metavar": "N", "type": kind}
        default = "none" if spec.default is None else spec.default
        text += f" ({rules['low']} to {rules['high']}; default: {default})"
    flag = "--" + spec.name.replace("_", "-")
    group.add_argument(flag, dest=spec.name, help=text.replace("%", "%%"), **form)


def _many(kind: type) -> Callable[[str], list]:
    def numbers(text: str) -> list:
        return [kind(part) for part in text.split(",")]

    numbers.__name__ = f"list of {kind.__name__}s"  # for argparse's message
    return numbers


def _weights(text: str) -> dict[str, float]:
    try:
        parts = [part.rpartition("=") for part in text.split(",")]
        return {name: float(weight) for name, _, weight in parts}
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=WEIGHT,…") from None


def _command(analysis: Analysis) -> Callable[[argparse.Namespace], int]:
    def command(options: argparse.Namespace) -> int:
        given = vars(options)
        names = [spec.name for spec in dataclasses.fields(analysis.settings)]
        settings = analysis.settings.from_dict(
            {name: given[name] for name in names if name in given}
        )
        image = None
        if "image" in given:
            image = load_image(options.image, max_side=settings.max_side)
        folder.prepare(options.out)
        findings = analyse(analysis, image, network(options), settings, progress=None)
        written = findings.save(options.out)
        state = "" if findings.complete else "interrupted; "
        print(f"{state}wrote {len(written)} files to {options.out} ({findings.seconds:.1f} s)")
        return 0 if findings.complete else 130

    return command
