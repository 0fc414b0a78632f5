"""The files that a set is read from: of a folder, of a ZIP, or of a list. None is decoded here."""

import functools
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from dreamlab.errors import DreamError, shown
from dreamlab.images import files
from dreamlab.images.archive import MOST_INFLATED, Entry, check_each, entries, is_zip

#: Most files and folders of a folder.
MOST_FILES = 100_000

Source = str | Path | bytes | BinaryIO | Iterable[tuple[str, bytes | BinaryIO]]


class SetFiles(NamedTuple):
    """Files that a set is read from.

    Parameters
    ----------
    what : str
        What they are of, for sentences.
    entries : list of Entry
        The files.
    left_out : dict of str to list of str
        Names of those that are not among them, by the reason.
    """

    what: str
    entries: list[Entry]
    left_out: dict[str, list[str]]


def set_files(source: Source, most_bytes: int) -> SetFiles:
    """List the files of a source.

    Parameters
    ----------
    source : path, bytes, binary file, or list of (name, bytes or binary file)
        A folder, a ZIP, or files, of which some may be ZIPs.
    most_bytes : int
        Most bytes of all ZIPs.

    Raises
    ------
    DreamError
        If there is no such folder, a single picture is given, a ZIP is damaged or exceeds its
        bounds, or a folder has over 100,000 files.
    """
    if isinstance(source, str | Path):
        # They raise nothing, whatever the path.
        if os.path.isdir(source):
            return _folder(Path(source))
        if not os.path.isfile(source):
            raise DreamError(
                f"there is no folder {shown(str(source))}; give a folder of pictures, or a ZIP"
            )
        with _opened(Path(source)) as file:
            return _single(file, Path(source).name, most_bytes)
    if isinstance(source, bytes) or hasattr(source, "seek"):
        return _single(source, getattr(source, "name", None), most_bytes)
    return _several(source, most_bytes)


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise DreamError(
            f"{files.label(path)} cannot be read: {(error.strerror or 'unknown').lower()}; choose "
            "another"
        ) from error


def _single(content: Any, name: Any, most_bytes: int) -> SetFiles:
    name = name if isinstance(name, str) else "the file"
    label = files.label(name)
    if not is_zip(_look(content, label)[1]):
        raise DreamError(
            f"{label} is a single file; give a folder of pictures, a ZIP, or several files"
        )
    return _several([(name, content)], most_bytes)._replace(what="the ZIP")


def _several(source: Any, most_bytes: int) -> SetFiles:
    found: list[Entry] = []
    room, left = MOST_INFLATED, most_bytes
    for name, content in _pairs(source):
        label = files.label(name)
        size, head = _look(content, label)
        if not is_zip(head):
            found.append(Entry(name, size, functools.partial(_content, content, label, size)))
            continue
        left -= size
        if left < 0:
            raise DreamError(
                f"{label} is too large, as at most {most_bytes / 1e6:.3g} MB of ZIPs are read; "
                "give fewer or smaller pictures"
            )
        inside, inflated = entries(_rewound(content, label), label, room)
        room -= inflated
        found += inside
    return SetFiles("the list", found, {})


def _pairs(source: Any) -> Iterable[tuple[str, Any]]:
    pairs = list(source) if isinstance(source, Iterable) else [source]
    for pair in pairs:
        whole = isinstance(pair, tuple) and len(pair) == 2 and isinstance(pair[0], str)
        if not whole or not (isinstance(pair[1], bytes) or hasattr(pair[1], "seek")):
            raise DreamError(
                f"{shown(type(pair).__name__)} is no file of a set; give a folder, a ZIP, or pairs "
                "of a name and bytes or a binary file"
            )
    return pairs


def _look(content: Any, label: str) -> tuple[int, bytes]:
    """Return the size of a file and its first bytes."""
    if isinstance(content, bytes):
        return len(content), content[:4]
    try:
        size = content.seek(0, os.SEEK_END)
        content.seek(0)
        head = content.read(4)
    except (OSError, ValueError) as error:  # ValueError: it is closed
        raise DreamError(f"{label} cannot be read; give an open file") from error
    if not isinstance(head, bytes):
        raise DreamError(f"{label} is opened as text; open it as binary")
    return size, head


def _rewound(content: Any, label: str) -> bytes:
    if not isinstance(content, bytes):
        content.seek(0)
    return files.read(content, label)


def _content(content: Any, label: str, size: int) -> bytes:
    check_each(size, label)
    return _rewound(content, label)


def _folder(folder: Path) -> SetFiles:
    root = os.path.realpath(folder)
    found: list[Entry] = []
    closed: list[str] = []
    links: list[str] = []
    seen = 0
    walk = os.walk(folder, onerror=lambda error: closed.append(error.filename))
    for path, folders, names in walk:
        folders[:] = [name for name in folders if not name.startswith(".")]
        seen += len(folders) + len(names)
        if seen > MOST_FILES:
            raise DreamError(
                f"{shown(str(folder))} has more than {MOST_FILES:,} files; give a folder of fewer"
            )
        links += [os.path.join(path, name) for name in folders if _is_link(path, name)]
        for name in names:
            file = Path(path, name)
            if _is_link(path, name) and not Path(os.path.realpath(file)).is_relative_to(root):
                links.append(str(file))
            else:
                name = file.relative_to(folder).as_posix()
                found.append(Entry(name, _size(file), functools.partial(_file, file)))
    left_out = {"folders that cannot be opened": closed, "links to other places": links}
    return SetFiles(
        "the folder",
        found,
        {why: [os.path.relpath(name, folder) for name in names] for why, names in left_out.items()},
    )


def _is_link(path: str, name: str) -> bool:
    return os.path.islink(os.path.join(path, name))


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def _file(file: Path) -> bytes:
    label = files.label(file)
    check_each(_size(file), label)
    return files.read(file, label)
