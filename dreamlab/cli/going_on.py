"""The options of ``dream`` that go on from a dream's PNG."""

import argparse
import re
from dataclasses import dataclass
from pathlib import Path

from dreamlab.cli.console import complain, read_picture
from dreamlab.config import read_settings
from dreamlab.config.provenance import Parent, area_in, dream_id, place_in
from dreamlab.errors import DreamError, listed
from dreamlab.images import Picture
from dreamlab.images.branch import BranchPoint
from dreamlab.results.export import ORIGINAL
from dreamlab.results.run_data import RunData

_OCTAVE = re.compile(r"octave_(\d+)_\d+x\d+\.png")

#: What says how a picture file is read; a dream's PNG is taken as it is.
_OF_IMAGE = ("max_side", "background")


@dataclass(frozen=True)
class Source:
    """What a dream goes on from.

    Parameters
    ----------
    file : Path
        Its PNG.
    start : BranchPoint
        Its picture and place.
    original : Picture
        The original of the dream, or the picture itself where that dream had come to its end.
    """

    file: Path
    start: BranchPoint
    original: Picture


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "--from",
        metavar="PNG",
        type=Path,
        dest="source",
        help="go on from this dream, in place of IMAGE: with its settings and its network, unless "
        "options say otherwise",
    )
    parser.add_argument(
        "--at",
        metavar="OCTAVE",
        type=int,
        help="go on behind this octave of it, by the number in the name of octave_<k>_<h>x<w>.png; "
        "without it, from the picture itself: a dream that had come to its end is dreamt on anew",
    )


def source(options: argparse.Namespace) -> Source | None:
    """Return what the dream goes on from; None if it begins with a picture.

    Where neither a preset nor a config is named, the settings are those of the PNG.

    Raises
    ------
    DreamError
        If the options do not go together, or a file is missing or not of the dream.
    """
    asked = vars(options)
    if "source" not in asked:
        if "at" in asked:
            raise DreamError("--at is an octave of a dream: name its PNG with --from")
        if not asked.get("images"):
            raise DreamError("there is no picture: name IMAGE, or a dream's PNG with --from")
        return None
    if asked.get("images"):
        raise DreamError(f"both IMAGE {asked['images'][0]} and --from are given; give one of them")
    for name in _OF_IMAGE:
        if name in asked:
            option = "--" + name.replace("_", "-")
            raise DreamError(f"{option} is for IMAGE; leave it out with --from")
    file = _at(asked["source"], asked["at"]) if "at" in asked else asked["source"]
    found = _read(file)
    if options.out.exists() and options.out.samefile(file.parent):
        raise DreamError(
            f"{options.out} has the dream that this one goes on from: choose another --out, as its "
            "files would be replaced"
        )
    if not {"config", "preset"} & set(asked):
        options.config = str(file)
    return found


def _at(file: Path, octave: int) -> Path:
    """Return the PNG of an octave of the dream of a PNG."""
    known = {}
    if file.parent.is_dir():
        matches = ((path, _OCTAVE.fullmatch(path.name)) for path in file.parent.iterdir())
        known = {int(match[1]): path for path, match in matches if match}
    told = read_settings(file)
    if octave not in known:
        which = f"choose one of {listed(sorted(known))}" if known else "leave --at out"
        raise DreamError(f"there is no octave_{octave}_<h>x<w>.png beside {file.name}; {which}")
    if dream_id(read_settings(known[octave])) != dream_id(told):
        raise DreamError(
            f"{known[octave].name} is of another dream than {file.name}: name it with --from"
        )
    return known[octave]


def _read(file: Path) -> Source:
    told = read_settings(file)
    place = place_in(told)
    if place is None:
        raise DreamError(
            f"{file.name} does not say where in its dream it is: name a PNG of dreamlab dream, or "
            f"give it as IMAGE, with --config {file.name} for its settings"
        )
    parent = Parent(dream_id(told), place["octave"], place["iteration"])
    picture = Picture.of(read_picture(str(file)).image)
    start = BranchPoint(parent, picture, place["ends_octave"], area_in(told))
    original = picture if place["ends_dream"] else _original(file, place["original"])
    return Source(file, start, original)


def _original(file: Path, digest: str) -> Picture:
    """Return the original, which lies beside a dream's PNG."""
    path = file.parent / ORIGINAL
    if not path.exists():
        raise DreamError(
            f"there is no {ORIGINAL} beside {file.name}, and the octaves that follow need it: put "
            "the dream's there, or give the picture as IMAGE to dream anew"
        )
    original = Picture.of(read_picture(str(path)).image)
    if original.digest != digest:
        raise DreamError(
            f"the {ORIGINAL} beside {file.name} is not the picture of that dream: put the dream's "
            "there, or give the picture as IMAGE to dream anew"
        )
    return original


def check_original(path: Path, recording: RunData) -> None:
    """Say in a line if the file that a dream began from is not its original, and stays in place."""
    if Picture.of(read_picture(str(path)).image) != recording.original:
        complain(
            f"{path} is the picture begun from, and stays as it is, not as it was dreamt of: to go "
            "on from an octave of this dream, choose another --out",
            0,
        )
