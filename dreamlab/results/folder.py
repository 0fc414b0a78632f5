"""The folder of a run's files, written completely or not at all."""

import csv
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dreamlab.errors import DreamError
from dreamlab.results import export, guide_files
from dreamlab.results.film import Film
from dreamlab.results.run_data import RunData

_OCTAVE = re.compile(r"octave_\d+_\d+x\d+\.png")


def prepare(directory: Path) -> None:
    """Create a directory if it is missing, and check that it is writable.

    Call it before a run, so that an error does not cost the run.

    Raises
    ------
    DreamError
        If the directory is not writable.
    """
    with _explained(directory):
        directory.mkdir(parents=True, exist_ok=True)
        _workshop(directory).cleanup()


def write_run(
    recording: RunData, directory: Path, film: Film, *, keep: Path | None = None
) -> list[str]:
    """Write a run's pictures, films, losses and settings.

    Each file is complete before it gets its name. Octaves of an earlier run
    (``octave_<k>_<h>x<w>.png``) that are not part of this run are removed, and so are its
    ``predictions.csv`` and the files of its guide where this run has none.

    Parameters
    ----------
    recording : RunData
        The run, finished or not.
    directory : Path
        An existing directory.
    film : Film
        Timing and order of ``progression.gif`` and ``progression.webp``.
    keep : Path, optional
        The file that the run began from, never removed, and not replaced by ``original.png``.

    Returns
    -------
    list of str
        Names of the files.

    Raises
    ------
    DreamError
        If a file cannot be written.
    """
    with _explained(directory), _workshop(directory) as workshop:
        names, of_guide = [], _of_guide(directory)
        for name, data in export.files(recording, film):
            if name == export.ORIGINAL and _is_same(directory / name, keep):
                continue
            Path(workshop, name).write_bytes(data)
            names.append(name)
        for name in names:
            os.replace(Path(workshop, name), directory / name)
        for path in directory.iterdir():
            if path.name not in names and (path.name in of_guide or _is_ours(path)):
                if not _is_same(path, keep):
                    path.unlink()
    return names


def _is_same(path: Path, other: Path | None) -> bool:
    return other is not None and path.exists() and path.samefile(other)


def _is_ours(path: Path) -> bool:
    """Return whether a file is of an earlier run, and would be taken for one of this run."""
    if path.name != "predictions.csv":
        return _OCTAVE.fullmatch(path.name) is not None
    head = ",".join(export.PREDICTION_COLUMNS).encode()
    with path.open("rb") as file:
        return file.read(len(head)) == head


def _of_guide(directory: Path) -> set[str]:
    """Return the names of the files of an earlier run's guide: its table tells its pictures."""
    table = directory / "guide.csv"
    try:
        with table.open(encoding="utf-8", newline="") as file:
            head, *rows = csv.reader(file)
    except (OSError, ValueError, csv.Error):  # none, or another one of that name
        return set()
    if tuple(head) != guide_files.COLUMNS:
        return set()
    return {table.name, *(guide_files.picture_name(row[0]) for row in rows if row)}


def write_file(path: Path, data: bytes) -> None:
    """Write a file, which is complete before it gets its name.

    Raises
    ------
    DreamError
        If the file cannot be written.
    """
    with _explained(path.parent), _workshop(path.parent) as workshop:
        Path(workshop, path.name).write_bytes(data)
        os.replace(Path(workshop, path.name), path)


def _workshop(directory: Path) -> tempfile.TemporaryDirectory:
    # A folder within the directory: a rename is atomic only within a file system.
    return tempfile.TemporaryDirectory(prefix=".dreamlab-", dir=directory)


@contextmanager
def _explained(directory: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = (error.strerror or "input or output error").lower()
        raise DreamError(f"{directory} cannot be written to: {reason}; choose another") from error
