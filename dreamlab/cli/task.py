"""The command ``task``: which layer of which network tells the classes of a set of pictures."""

import argparse
import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from dreamlab.analysis import Analysis, Findings, named
from dreamlab.analysis.catalogue import OF_SETS
from dreamlab.analysis.files import file_of, files, pictures, plain
from dreamlab.analysis.further_networks import check_names
from dreamlab.analysis.report import report
from dreamlab.analysis.run import analyse
from dreamlab.analysis.separability_figures import best_of_each
from dreamlab.cli.console import add_network, memory, models, networks, read_pictures, wrote
from dreamlab.cli.options import add_option, setting_values
from dreamlab.config.base import specs
from dreamlab.errors import DreamError
from dreamlab.images import PictureSet, Shape
from dreamlab.results import folder
from dreamlab.zoo import label

_SEPARABILITY = named("separability")

#: What is asked of each network alone, at its best layer.
_OF_EACH = [analysis for analysis in OF_SETS.values() if not analysis.beside]

#: Most networks of a run.
_MOST = 1 + _SEPARABILITY.beside

#: Settings of a layer that the user names; a network without it has its best one instead.
_OF_LAYER = ("layer", "channels")

_EPILOG = """\
A folder is a class. DIR gets report.html; separability.csv with all figures of all layers, and
further tables; separability.json; separability.npz with the pooled features; the tables of what
the layer of each network finds; and examples/ with the pictures that the best layer tells wrong,
and a folder of crops for each network. Files of these names are replaced. Ctrl-C ends the run and
keeps what is done."""


def add(commands: argparse._SubParsersAction) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "task",
        help="say which layer of which network separates the classes of your pictures",
        description="Say which layer of which network separates the classes of your pictures, "
        "what it relies on, and what it finds in them.",
        epilog=_EPILOG,
        allow_abbrev=False,
        argument_default=argparse.SUPPRESS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=_task)
    text = "folder or ZIP with a folder of pictures for each class; without it, drawn pictures"
    parser.add_argument("pictures", metavar="FOLDER", nargs="?", help=text)
    parser.add_argument("--out", metavar="DIR", type=Path, required=True, help="where results go")
    add_network(parser, most=_MOST)
    group = parser.add_argument_group("settings")
    group.add_argument(
        "--layer", metavar="LAYER", help="layer to look into; by default each network's best one"
    )
    known = {"beside", "layer"}  # the first is the further --model
    for analysis in (_SEPARABILITY, *_OF_EACH):
        for name, spec in specs(analysis.settings).items():
            if name not in known:
                add_option(group, name, spec)
                known.add(name)


def _task(options: argparse.Namespace) -> int:
    names = models(options, _MOST)
    check_names(names)
    values = setting_values(options, specs(_SEPARABILITY.settings)) | {"beside": names[1:]}
    _SEPARABILITY.settings.from_dict(values)
    if "channels" in vars(options) and "layer" not in vars(options):
        raise DreamError("--channels is of one layer, and none is named: name it with --layer")
    given = read_pictures(vars(options).get("pictures"))
    _SEPARABILITY.check(given)
    most = memory()  # fails on a misspelt variable, before a folder is made
    folder.prepare(options.out)
    first, *others = each = networks(options, names)
    asked = [_asked(analysis, each, options, given) for analysis in _OF_EACH]
    run: dict[str, Any] = {"progress": None, "memory": most}
    found = [analyse(_SEPARABILITY, given, first, others=others, **run, **values)]
    try:
        for place, top in enumerate(best_of_each(found[0].items)):
            for analysis, own in zip(_OF_EACH, asked, strict=True):
                if found[-1].complete:
                    at_best = {"layer": top["layer"]} | own[place]
                    found.append(analyse(analysis, given, each[place], **run, **at_best))
    finally:  # what is found is kept, whatever follows
        written = _write(options.out, found)
    print(found[0].sentence)
    for findings in found[1:]:
        of = f"{label(findings.model)}: " if len(each) > 1 else ""
        print(f"{of}{findings.sentence}")
    seconds = sum(findings.seconds for findings in found)
    return wrote(written, options.out, seconds, complete=found[-1].complete)


def _asked(
    analysis: Analysis, each: Sequence[Any], options: argparse.Namespace, pictures: PictureSet
) -> list[dict[str, Any]]:
    """Return the settings among the options for each network, of a layer where it has that.

    Raises
    ------
    DreamError
        If no network has the named layer, or none has such channels in it.
    """
    values = setting_values(options, specs(analysis.settings))
    asked, missing = list[dict[str, Any]](), list[DreamError]()
    for network in each:
        asked.append(values)
        if "layer" in values:
            try:
                settings = network.settled(analysis.settings.from_dict(values))
                shape = Shape(settings.max_side * len(pictures), settings.max_side)
                analysis.plan(shape, settings, network.name, network.layers)
            except DreamError as error:
                missing.append(error)
                asked[-1] = {name: of for name, of in values.items() if name not in _OF_LAYER}
    if len(missing) == len(each):
        raise missing[0]
    return asked


def _write(out: Path, found: Sequence[Findings]) -> int:
    """Write the files of all analyses, and return their number."""
    contents = {"report.html": report(found)}
    separability, *others = found
    contents |= _placed(separability, "examples", lambda name: name)
    for findings in others:
        model = findings.model
        shown = f"{findings.analysis}/{plain(model)}"
        contents |= _placed(findings, shown, functools.partial(file_of, model=model))
    for name, data in contents.items():
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        folder.write_file(out / name, data)
    return len(contents)


def _placed(findings: Findings, where: str, named: Callable[[str], str]) -> dict[str, bytes]:
    """Return the files of findings: pictures in a folder of their own, others by a new name."""
    shown = pictures(findings)
    return {
        f"{where}/{name}" if name in shown else named(name): data
        for name, data in files(findings).items()
    }
