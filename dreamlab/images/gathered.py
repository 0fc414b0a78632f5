"""Reads several pictures: a folder of files, or a list."""

import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from dreamlab.errors import DreamError, listed, shown
from dreamlab.images.load import PictureNote, Source, read_image

#: Most pictures that are read: each takes memory until the end.
MOST_PICTURES = 1000

#: Most names in a sentence.
_MOST_NAMES = 5


def gathered(
    pictures: str | Path | Iterable[Source], *, max_side: int, background: str = "auto"
) -> list[np.ndarray]:
    """Read the pictures of a folder, in the order of their names, or of a list.

    Parameters
    ----------
    pictures : str, path or iterable
        A folder, whose hidden files and folders are left out, or any inputs of `load_image`.
    max_side : int
        A larger picture is scaled down to this side, in pixels.
    background : str
        As in `load_image`.

    Returns
    -------
    list of numpy.ndarray
        float32, each of shape (H, W, 3), in [-1, 1].

    Raises
    ------
    DreamError
        If there is no such folder, a single picture is given, there are over 1,000 pictures, or
        none can be read.

    Warns
    -----
    PictureNote
        If some cannot be read; they are left out, and named.
    """
    sources = _files(Path(pictures)) if isinstance(pictures, str | Path) else _listed(pictures)
    if len(sources) > MOST_PICTURES:
        raise DreamError(
            f"there are {len(sources):,} pictures; choose at most {MOST_PICTURES:,} of them"
        )
    images, left_out, reason = [], [], ""
    for number, source in enumerate(sources, 1):
        try:
            images.append(read_image(source, max_side=max_side, background=background).image)
        except DreamError as error:
            left_out.append(source.name if isinstance(source, Path) else f"picture {number}")
            reason = reason or str(error)
    if not images:
        raise DreamError(
            f"{shown(str(pictures)) if isinstance(pictures, str | Path) else 'the list'} has no "
            f"picture that can be read{f' ({reason})' * bool(reason)}; give others"
        )
    if left_out:
        warnings.warn(
            f"left out, as they cannot be read as pictures: {listed(left_out, _MOST_NAMES)}",
            PictureNote,
            stacklevel=2,
        )
    return images


def _listed(pictures: Any) -> list[Source]:
    # The rows of one picture would be read as pictures.
    single = isinstance(pictures, np.ndarray) and pictures.ndim < 4
    if single or isinstance(pictures, bytes) or hasattr(pictures, "read"):
        raise DreamError("a single picture is given; give a folder or a list of pictures")
    if not isinstance(pictures, Iterable):
        raise DreamError(f"{shown(pictures)} is no list; give a folder or a list of pictures")
    return list(pictures)


def _files(folder: Path) -> list[Source]:
    try:
        found = sorted(folder.iterdir(), key=lambda path: path.name)
    except OSError:
        raise DreamError(
            f"there is no folder {shown(str(folder))} that can be read; give a folder of pictures"
        ) from None
    return [path for path in found if not path.name.startswith(".") and path.is_file()]
