"""The command ``task``: which layer of which network tells the classes of a set of pictures."""

import argparse
import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from dreamlab.analysis import Findings, named
from dreamlab.analysis.files import file_of, files, pictures, plain
from dreamlab.analysis.report import report
from dreamlab.analysis.run import analyse
from dreamlab.analysis.separability_figures import best_of_each
from dreamlab.cli.console import add_network, memory, models, networks, read_pictures, wrote
from dreamlab.cli.options import add_option, setting_values
from dreamlab.config.base import specs
from dreamlab.errors import DreamError
from dreamlab.images import PictureSet, Shape
from dreamlab.images.picture_set import SIDE
from dreamlab.results import folder

_SEPARABILITY, _EXAMPLES = named("separability"), named("examples")

#: Most networks of a run.
_MOST = 1 + _SEPARABILITY.beside

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
    for name, spec in specs(_SEPARABILITY.settings).items():
        if name != "beside":  # the further --model
            add_option(group, name, spec)
    own = specs(_EXAMPLES.settings)
    group.add_argument(
        "--layer", metavar="LAYER", help="layer to look into; by default each network's best one"
    )
    for name in ("channels", "grown"):
        add_option(group, name, own[name])


def _task(options: argparse.Namespace) -> int:
    names = models(options, _MOST)
    values = setting_values(options, specs(_SEPARABILITY.settings)) | {"beside": names[1:]}
    _SEPARABILITY.settings.from_dict(values)
    looked_into = setting_values(options, ("layer", "channels"))
    if "channels" in looked_into and "layer" not in looked_into:
        raise DreamError("--channels is of one layer, and none is named: name it with --layer")
    given = read_pictures(vars(options).get("pictures"))
    most = memory()  # fails on a misspelt variable, before a folder is made
    folder.prepare(options.out)
    first, *others = each = networks(options, names)
    asked = _with_the_layer(each, looked_into, given)
    run: dict[str, Any] = {"progress": None, "memory": most}
    found = [analyse(_SEPARABILITY, given, first, others=others, **run, **values)]
    shared = setting_values(options, specs(_EXAMPLES.settings).keys() - looked_into.keys())
    try:
        tops = best_of_each(found[0].items)
        for network, top, own in zip(each, tops, asked, strict=False):
            if found[-1].complete:
                own = {"layer": top["layer"]} | own | shared
                found.append(analyse(_EXAMPLES, given, network, **run, **own))
    finally:  # what is found is kept, whatever follows
        written = _write(options.out, found)
    for findings in found:
        print(findings.sentence)
    seconds = sum(findings.seconds for findings in found)
    return wrote(written, options.out, seconds, complete=found[-1].complete)


def _with_the_layer(
    each: Sequence[Any], named: dict[str, Any], pictures: PictureSet
) -> list[dict[str, Any]]:
    """Return the named layer and channels for the networks that have them, else nothing.

    Raises
    ------
    DreamError
        If no network has the layer, or none has such channels in it.
    """
    if not named:
        return [{} for _ in each]
    asked, missing = list[dict[str, Any]](), list[DreamError]()
    shape = Shape(SIDE * len(pictures), SIDE)
    for network in each:
        try:
            settings = network.settled(_EXAMPLES.settings.from_dict(named))
            _EXAMPLES.plan(shape, settings, network.name, network.layers)
            asked.append(named)
        except DreamError as error:
            missing.append(error)
            asked.append({})
    if len(missing) == len(each):
        raise missing[0]
    return asked


def _write(out: Path, found: Sequence[Findings]) -> int:
    """Write the files of both analyses, and return their number."""
    contents = {"report.html": report(found)}
    separability, *examples = found
    contents |= _placed(separability, "examples", lambda name: name)
    for findings in examples:
        model = findings.model
        crops = f"examples/{plain(model)}"
        contents |= _placed(findings, crops, functools.partial(file_of, model=model))
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
