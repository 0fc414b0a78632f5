"""Reads a set of pictures with classes, and says what is left out of it."""

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, zip_longest
from pathlib import PurePosixPath
from typing import NamedTuple

import numpy as np

from dreamlab.errors import DreamError, listed
from dreamlab.images import set_classes
from dreamlab.images.archive import MOST_EACH, Entry
from dreamlab.images.picture_set import MOST_PICTURES, SIDE, PictureSet
from dreamlab.images.set_files import Source, set_files
from dreamlab.images.set_pictures import Square, read_square
from dreamlab.images.set_remarks import MOST_NAMES, Remarks

#: Most bytes of all files, as they are.
MOST_BYTES = 200_000_000

#: Longest time that reading may take, in seconds: a small file may be a large picture.
_MOST_SECONDS = 120


class _File(NamedTuple):
    name: str
    label: str
    entry: Entry


class _Picture(NamedTuple):
    name: str
    label: str
    square: Square


def read_set(
    source: Source,
    *,
    most_bytes: int = MOST_BYTES,
    read: Callable[[bytes, str], Square] = read_square,
) -> PictureSet:
    """Read a set of pictures with classes.

    The folders in a folder are its classes; what is in deeper folders is of the class above. In
    ZIPs and lists the names' folders count alike. A folder that all files are in is no class.
    Where no file is in a folder, classes are taken from names such as ``cat_01.jpg``, if there are
    two of at least two pictures. Of each picture the middle square is read, scaled to 224 px.

    What is no picture, a copy of another, without a class beside others with one, or alone in its
    class is left out, and the set's notes name it. Of over 200 pictures the first by name are
    taken, of each class as many as of others. Hidden files are passed over. All stays in memory.

    Parameters
    ----------
    source : path, bytes, binary file, or list of (name, bytes or binary file)
        A folder, a ZIP, or files, of which some may be ZIPs. Names may have folders.
    most_bytes : int
        Most bytes of all files, as they are; of further ones only the number is told.
    read : callable
        What decodes a file of a name, as `dreamlab.images.set_pictures.read_square` does.

    Returns
    -------
    PictureSet
        The pictures, and notes on what was left out or done.

    Raises
    ------
    DreamError
        If no picture can be read, there is no such folder, a single picture is given, reading takes
        over 120 s, or a ZIP is damaged, locked, larger than `most_bytes`, of over 2,000 entries, or
        inflates to over 400 MB.
    """
    given = set_files(source, most_bytes)
    remarks = Remarks(given.left_out)
    files = _with_classes(given.entries, remarks)
    pictures = _without_copies(_read(files, most_bytes, read, remarks), remarks)
    if not pictures:
        reason = remarks.why_nothing()
        raise DreamError(
            f"there is no picture in {given.what} that can be read{f' ({reason})' * bool(reason)}; "
            "give others"
        )
    pictures = _without_lone(pictures, remarks)
    _remark(pictures, remarks)
    return PictureSet(
        np.stack([picture.square.pixels for picture in pictures]),
        _distinct([picture.name for picture in pictures]),
        tuple(picture.label for picture in pictures),
        remarks.sentences(),
    )


def _with_classes(entries: Sequence[Entry], remarks: Remarks) -> list[_File]:
    paths = [set_classes.path_of(entry.name) for entry in entries]
    pairs = list(zip(entries, paths, strict=True))
    remarks.left_out["names that lead out of their folder"] += [
        entry.name or "one without a name" for entry, path in pairs if path is None
    ]
    visible = [(entry, path) for entry, path in pairs if path and not set_classes.is_hidden(path)]
    below = set_classes.without_top([path for _, path in visible])
    labels, why = set_classes.of_folders(below), "in no class's folder"
    if not any(labels):
        labels, why = set_classes.of_names(below), "without a class in their names"
        if any(labels):
            classes = listed(sorted(set(labels) - {""}), MOST_NAMES)
            remarks.said.append(f"the classes are taken from the names of the files: {classes}")
    files = [
        _File("/".join(path), label, entry)
        for (entry, _), path, label in zip(visible, below, labels, strict=True)
    ]
    if any(labels):
        remarks.left_out[why] += [file.name for file in files if not file.label]
        files = [file for file in files if file.label]
    return files


def _read(
    files: Sequence[_File],
    most_bytes: int,
    read: Callable[[bytes, str], Square],
    remarks: Remarks,
) -> dict[bytes, list[_Picture]]:
    """Return the pictures, those of equal pixels together."""
    end = time.monotonic() + _MOST_SECONDS
    found: dict[bytes, list[_Picture]] = {}
    left, why = most_bytes, ""
    for number, file in enumerate(_in_turns(files)):
        if file.entry.size <= MOST_EACH:
            left -= file.entry.size
        if len(found) == MOST_PICTURES:
            evenly = ", of each class as many as can be" * bool(file.label)
            why = f"a set has at most {MOST_PICTURES} pictures{evenly}"
        elif left < 0:
            why = f"all together are over {most_bytes / 1e6:.3g} MB"
        if why:
            more = len(files) - number
            remarks.said.append(f"{more:,} file{'s' * (more > 1)} not read, as {why}")
            break
        if time.monotonic() > end:
            raise DreamError(
                f"reading took over {_MOST_SECONDS} s, and {number:,} of {len(files):,} files are "
                "read; give fewer or smaller pictures"
            )
        try:
            square = read(file.entry.read(), file.name)
        except DreamError as error:
            remarks.unreadable.append((file.name, str(error)))
        else:
            same = found.setdefault(hashlib.sha256(square.pixels.tobytes()).digest(), [])
            # The pixels of copies are held once.
            same.append(_Picture(file.name, file.label, same[0].square if same else square))
    return found


def _in_turns(files: Sequence[_File]) -> Iterator[_File]:
    """Yield a file of each class in turn, those of a class by name."""
    classes: dict[str, list[_File]] = {}
    for file in sorted(files, key=lambda file: (file.label, file.name, file.entry.size)):
        classes.setdefault(file.label, []).append(file)
    return (file for file in chain(*zip_longest(*classes.values())) if file is not None)


def _without_copies(found: dict[bytes, list[_Picture]], remarks: Remarks) -> list[_Picture]:
    """Return the first by name of pictures of equal pixels, in the order of names."""
    kept = []
    elsewhere = []
    for same in found.values():
        first, *others = sorted(same, key=lambda picture: picture.name)
        kept.append(first)
        for other in others:
            if other.label == first.label:
                remarks.left_out["copies of others"].append(other.name)
            else:
                elsewhere.append(f"{other.name} (as {first.name})")
    remarks.left_out["copies of pictures of another class, which stay"] += elsewhere
    return sorted(kept, key=lambda picture: (picture.name, picture.square.pixels.tobytes()))


def _without_lone(pictures: list[_Picture], remarks: Remarks) -> list[_Picture]:
    """Return the pictures of classes of several; all, without a class, where there are none."""
    counts = Counter(picture.label for picture in pictures)
    lone = {label for label, count in counts.items() if label and count == 1}
    if len(lone) == len(counts):
        remarks.said.append("no class has two pictures, so that the set has no classes")
        return [picture._replace(label="") for picture in pictures]
    remarks.left_out["classes of a single picture"] += lone
    return [picture for picture in pictures if picture.label not in lone]


def _remark(pictures: Sequence[_Picture], remarks: Remarks) -> None:
    small = sum(picture.square.enlarged for picture in pictures)
    if small:
        are, were = ("s are", "were") if small > 1 else (" is", "was")
        remarks.said.append(f"{small} picture{are} smaller than {SIDE} px and {were} enlarged")
    changed = [picture for picture in pictures if picture.square.notes]
    if len(changed) == 1:
        remarks.said += changed[0].square.notes
    elif changed:
        names = listed((picture.name for picture in changed), MOST_NAMES)
        remarks.said.append(f"something is missing or changed in {len(changed)} pictures: {names}")


def _distinct(names: Sequence[str]) -> tuple[str, ...]:
    """Return names of which no two are the same: the second ``a.png`` is ``a (2).png``."""
    distinct: dict[str, None] = {}
    for name in names:
        path, number = PurePosixPath(name), 1
        while name in distinct:
            number += 1
            name = str(path.with_stem(f"{path.stem} ({number})"))
        distinct[name] = None
    return tuple(distinct)
