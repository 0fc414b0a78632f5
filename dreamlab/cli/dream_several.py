"""The command ``dream`` on several pictures: a folder for each, and a sheet of all."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from dreamlab.cli.console import complain, memory, network
from dreamlab.cli.dreaming import Plan
from dreamlab.config.beside import area
from dreamlab.errors import DreamError, shown
from dreamlab.images import Picture, resize_pixels
from dreamlab.layers import find_layer
from dreamlab.results import folder
from dreamlab.results.contact_sheet import contact_sheet, fitted
from dreamlab.results.naming import with_network

#: Name of the sheet, and the longest side of a picture on it, in pixels.
_SHEET, _SIDE = "sheet.png", 512

#: Pairs of pictures that stand above each other before there are two side by side.
_PAIRS = 6


def dream_several(plan: Plan, model: str) -> int:
    """Dream on each picture of a command and return the exit status.

    Parameters
    ----------
    plan : Plan
        How it is dreamt, and the command's options.
    model : str
        Name of the network.

    Returns
    -------
    int
        0; 1 if some pictures were left out; 2 if all were; 130 after an interrupt, which keeps what
        was done until then.

    Raises
    ------
    DreamError
        If the settings or the network cannot be used, a folder cannot be read or has no file, or
        the results cannot be written.
    """
    out: Path = plan.options.out
    files = _files(plan.options.images, out)
    names = _names(files, out)
    most = memory()  # fails on a misspelt variable, before a folder is made
    folder.prepare(out)
    loaded = network(plan.options, model)
    where = area(plan.config.mask)
    masking = [where.layer] if where is not None and where.layer else []
    for layer in [*plan.config.layers, *masking]:  # once, and not of each picture
        find_layer(loaded.name, loaded.layers, layer)
    done: list[tuple[str, Picture]] = []
    left_out, interrupted = 0, False
    try:
        for file, name in zip(files, names, strict=True):
            try:
                recording = plan.dream(plan.read(str(file)), loaded, most)
            except DreamError as error:
                # A sentence about a file begins with its name, one about a dream does not.
                about = "" if str(error).startswith(file.name) else f"{file.name}: "
                complain(f"{about}{error}", 0)
                left_out += 1
                continue
            folder.prepare(out / name)
            plan.write(recording, file, out / name)
            done += [
                (file.name, _small(recording.original)),
                (with_network("Dream", loaded.name), _small(recording.final.picture)),
            ]
            if not recording.finished:
                interrupted = True
                break
    except KeyboardInterrupt:
        interrupted = True
    if done:
        _write_sheet(done, out)
    if interrupted:
        return complain("interrupted; what was done until then is kept", 130)
    if left_out:
        complain(f"{left_out} of {len(files)} files were left out", 0)
    return 0 if not left_out else 1 if done else 2


def _files(given: Sequence[str], out: Path) -> list[Path]:
    """Return the files that are given, and those of folders by their names, hidden ones apart."""
    files: list[Path] = []
    for path in map(Path, given):
        files += _inside(path) if path.is_dir() else [path]
    sheet = os.path.realpath(out / _SHEET)  # of an earlier run
    files = [file for file in dict.fromkeys(files) if os.path.realpath(file) != sheet]
    if not files:
        raise DreamError(f"there is no file in {shown(str(given[0]))}; give a folder of pictures")
    return files


def _inside(path: Path) -> Iterable[Path]:
    try:
        inside = sorted(path.iterdir(), key=lambda file: (file.name.lower(), file.name))
    except OSError as error:
        reason = (error.strerror or "unknown").lower()
        raise DreamError(f"{path} cannot be read: {reason}; choose another folder") from error
    return [file for file in inside if file.is_file() and not file.name.startswith(".")]


def _names(files: Sequence[Path], out: Path) -> list[str]:
    """Return a folder's name for each file, unlike the others' wherever case does not count.

    No file in `out`, which may be one of the pictures, has such a name.
    """
    names: list[str] = []
    taken = {_SHEET}
    for file in files:
        ways = [file.stem, file.name, *(f"{file.name}_{number}" for number in range(2, 9999))]
        free = (way for way in ways if way.lower() not in taken)
        names.append(next(way for way in free if not _is_file(out / way)))
        taken.add(names[-1].lower())
    return names


def _is_file(path: Path) -> bool:
    return path.exists() and not path.is_dir()


def _small(picture: Picture) -> Picture:
    """Return a picture as the sheet has it: those of a large folder would fill the memory."""
    return Picture(resize_pixels(picture.pixels, *picture.shape.fitted(_SIDE)))


def _write_sheet(done: Sequence[tuple[str, Picture]], out: Path) -> None:
    pairs = len(done) // 2
    columns = 2 * max(1, round((pairs / _PAIRS) ** 0.5))
    folder.write_file(out / _SHEET, contact_sheet(fitted(done), columns=columns))
    print(f"wrote {_SHEET} of {pairs} picture{'s' * (pairs > 1)} to {out}")
