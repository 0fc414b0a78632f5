"""The class of each file of a set, by its folder or its name."""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePosixPath

#: What systems leave behind, beside hidden files.
_LITTER = {"__MACOSX", "Thumbs.db", "desktop.ini"}

#: What stands between a class and a number in a name.
_BETWEEN = " _-.,#([{"

#: Longest name of a file or folder, and most folders that one is in: a ZIP may have any.
_MOST_LETTERS, _DEEPEST = 255, 16

Path = tuple[str, ...]


def path_of(name: str) -> Path | None:
    """Return the parts of a name, folders first; None for one that leads out of its folder.

    The parts are printable, and in Unicode's composed form, as systems differ in it. Folders below
    the sixteenth are passed over.
    """
    name = name.replace("\\", "/")
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if not parts or name.startswith("/") or ".." in parts or parts[0][1:2] == ":":
        return None
    return tuple(_plain(part) for part in (*parts[:-1][:_DEEPEST], parts[-1]))


def is_hidden(path: Path) -> bool:
    """Return whether a file is hidden, or left behind by a system."""
    return any(part.startswith(".") or part in _LITTER for part in path)


def without_top(paths: Sequence[Path]) -> list[Path]:
    """Return paths without the folder that they all are in.

    Files beside that folder do not matter where all that is in it is in folders of its own.
    """
    below = [path for path in paths if len(path) > 1]
    while len({path[0] for path in below}) == 1:
        if len(below) < len(paths) and min(map(len, below)) < 3:
            break
        paths = [path[1:] if len(path) > 1 else path for path in paths]
        below = [path for path in paths if len(path) > 1]
    return list(paths)


def of_folders(paths: Sequence[Path]) -> list[str]:
    """Return the first folder of each path as its class; ``""`` where there is none."""
    return [path[0] if len(path) > 1 else "" for path in paths]


def of_names(paths: Sequence[Path]) -> list[str]:
    """Return what stands before the last number of each name: ``"cat"`` of ``cat_01.jpg``.

    It is ``""`` for a name without a number, and for all where there are not two classes of at
    least two files each.
    """
    labels = [_before_number(PurePosixPath(path[-1]).stem) for path in paths]
    several = [label for label, count in Counter(labels).items() if label and count > 1]
    return labels if len(several) > 1 else [""] * len(labels)


def _plain(part: str) -> str:
    composed = unicodedata.normalize("NFC", part[:_MOST_LETTERS])
    return "".join(char if char.isprintable() else " " for char in composed)


def _before_number(stem: str) -> str:
    digits = "0123456789"
    last = max(map(stem.rfind, digits))
    return stem[: max(last, 0)].rstrip(digits).rstrip(_BETWEEN)
