"""The commands of the analyses, with options made from the settings."""

import argparse
from collections.abc import Callable
from pathlib import Path

from dreamlab.analysis import ANALYSES, Analysis
from dreamlab.analysis.run import analyse
from dreamlab.analysis.silent import silent
from dreamlab.cli.console import (
    add_background,
    add_network,
    complain,
    memory,
    network,
    read_picture,
)
from dreamlab.cli.options import add_option, setting_values
from dreamlab.config.base import specs
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
        settings = dict(specs(analysis.settings))
        if analysis.needs_picture:
            parser.add_argument("image", metavar="IMAGE", help="picture file")
        else:
            parser.add_argument("layer", metavar="LAYER", help=settings.pop("layer").help)
            parser.add_argument("--image", metavar="FILE", help="picture file to look at")
        parser.add_argument(
            "--out", metavar="DIR", type=Path, required=True, help="where results go"
        )
        add_network(parser)
        add_background(parser)
        group = parser.add_argument_group("settings")
        for name, spec in settings.items():
            add_option(group, name, spec)


def _command(analysis: Analysis) -> Callable[[argparse.Namespace], int]:
    def command(options: argparse.Namespace) -> int:
        values = setting_values(options, specs(analysis.settings))
        settings = analysis.settings.from_dict(values)
        image = None
        if "image" in vars(options):
            loading = {"max_side": settings.max_side, **setting_values(options, ["background"])}
            image = read_picture(options.image, **loading)
        most = memory()  # fails on a misspelt variable, before a folder is made
        folder.prepare(options.out)
        findings = analyse(analysis, image, network(options), progress=None, memory=most, **values)
        if unheard := silent(findings):
            complain(f"no answer to this picture: {unheard}", 0)
        written = findings.save(options.out)
        state = "" if findings.complete else "interrupted; "
        print(f"{state}wrote {len(written)} files to {options.out} ({findings.seconds:.1f} s)")
        return 0 if findings.complete else 130

    return command
