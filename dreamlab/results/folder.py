"""What a run leaves in a directory: all of it, or nothing."""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dreamlab.errors import DreamError
from dreamlab.results import export
from dreamlab.results.film import Film
from dreamlab.results.run_data import RunData

_OCTAVE = re.compile(r"octave_\d+_\d+x\d+\.png")


def prepare(directory: Path) -> None:
    """Make a directory if it is not there, and try that files can be written in it.

    Raises
    ------
    DreamError
        If they cannot; better now than after the run.
    """
    with _explained(directory):
        directory.mkdir(parents=True, exist_ok=True)
        _workshop(directory).cleanup()


def write_run(
    recording: RunData, directory: Path, film: Film, *, keep: Path | None = None
) -> list[str]:
    """Write a run's pictures, films, losses and settings.

    Each file is complete before it takes its name. Octaves of an earlier run
    (``octave_<k>_<h>x<w>.png``) that this one did not write are removed.

    Parameters
    ----------
    recording : RunData
        The run, finished or not.
    directory : Path
        Where to, an existing directory.
    film : Film
        How ``progression.gif`` and ``progression.webp`` run.
    keep : Path, optional
        A file not to remove whatever its name: the picture that the run began from.

    Returns
    -------
    list of str
        The names written.

    Raises
    ------
    DreamError
        If a file cannot be written.
    """
    with _explained(directory), _workshop(directory) as workshop:
        names = []
        for name, data in export.files(recording, film):
            Path(workshop, name).write_bytes(data)
            names.append(name)
        for name in names:
            os.replace(Path(workshop, name), directory / name)
        for path in directory.iterdir():
            if _OCTAVE.fullmatch(path.name) and path.name not in names:
                if keep is None or not path.samefile(keep):
                    path.unlink()
    return names


def write_file(path: Path, data: bytes) -> None:
    """Write one file so that it is complete before it takes its name.

    Raises
    ------
    DreamError
        If it cannot be written.
    """
    with _explained(path.parent), _workshop(path.parent) as workshop:
        Path(workshop, path.name).write_bytes(data)
        os.replace(Path(workshop, path.name), path)


def _workshop(directory: Path) -> tempfile.TemporaryDirectory:
    # In the directory itself: only within one file system does a file take its name at once.
    return tempfile.TemporaryDirectory(prefix=".dreamlab-", dir=directory)


@contextmanager
def _explained(directory: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = (error.strerror or "input or output error").lower()
        raise DreamError(f"{directory} cannot be written to: {reason}; choose another") from error
