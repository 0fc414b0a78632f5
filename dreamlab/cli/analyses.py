"""The commands of the analyses, with options made from the settings."""

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from dreamlab.analysis import Analysis, Findings
from dreamlab.analysis.catalogue import OF_LAYERS
from dreamlab.analysis.pair import Pair, contrast
from dreamlab.analysis.run import analyse
from dreamlab.analysis.silent import silent
from dreamlab.cli.console import (
    add_background,
    add_network,
    complain,
    memory,
    models,
    networks,
    read_picture,
    wrote,
)
from dreamlab.cli.options import add_option, setting_values
from dreamlab.config.base import specs
from dreamlab.results import folder


def add(commands: argparse._SubParsersAction) -> None:
    """Add a command for each analysis of layers; those of a set have one together."""
    for analysis in OF_LAYERS.values():
        parser = commands.add_parser(
            analysis.name,
            help=analysis.summary.rstrip(".").lower(),
            description=analysis.summary,
            allow_abbrev=False,
            argument_default=argparse.SUPPRESS,
        )
        parser.set_defaults(run=_command(analysis))
        settings = dict(specs(analysis.settings))
        if analysis.several:
            text = "folder of pictures; without one, crops of the samples"
            parser.add_argument("image", metavar="FOLDER", nargs="?", help=text)
        elif analysis.needs_picture:
            parser.add_argument("image", metavar="IMAGE", help="picture file")
        else:
            parser.add_argument("layer", metavar="LAYER", help=settings.pop("layer").help)
            parser.add_argument("--image", metavar="FILE", help="picture file to look at")
        parser.add_argument(
            "--out", metavar="DIR", type=Path, required=True, help="where results go"
        )
        add_network(parser, most=2)
        add_background(parser)
        group = parser.add_argument_group("settings")
        for name, spec in settings.items():
            if not (analysis.beside and name == "beside"):  # the second --model
                add_option(group, name, spec)


def _command(analysis: Analysis) -> Callable[[argparse.Namespace], int]:
    def command(options: argparse.Namespace) -> int:
        values = setting_values(options, specs(analysis.settings))
        named = models(options, most=2)
        if analysis.beside and len(named) > 1:
            values["beside"] = named[1]
        settings = analysis.settings.from_dict(values)
        picture: Any = vars(options).get("image")
        background = setting_values(options, ["background"])
        if picture is not None and not analysis.several:
            picture = read_picture(picture, max_side=settings.max_side, **background)
        most = memory()  # fails on a misspelt variable, before a folder is made
        folder.prepare(options.out)
        each = networks(options, named)
        others = [each.pop()] if "beside" in values else []
        found = []
        for loaded in each:
            run = {"progress": None, "memory": most, "others": others, **background, **values}
            if len(each) > 1 and "layers" in values:
                run["layers"] = _own(values["layers"], loaded)
            findings = analyse(analysis, picture, loaded, **run)
            found.append(findings)
            if unheard := silent(findings):
                complain(f"no answer to this picture: {unheard}", 0)
            if not findings.complete:
                break
        return _end(found, options.out)

    return command


def _own(layers: Any, network: Any) -> Any:
    """Return the named layers that one of two networks has; all, for its error, if it has none."""
    known = {layer.name for layer in network.layers}
    own = [name for name in layers if name in known]
    if isinstance(layers, Mapping):
        return {name: layers[name] for name in own} or layers
    return own or layers


def _end(found: list[Findings], out: Path) -> int:
    """Write the findings of one or two networks, and say what was found."""
    if len(found) == 2:
        written, said = Pair(*found).save(out), contrast(*found).sentence
    else:
        written, said = found[0].save(out), found[0].sentence
    if said:
        print(said)
    seconds = sum(findings.seconds for findings in found)
    return wrote(len(written), out, seconds, complete=found[-1].complete)
