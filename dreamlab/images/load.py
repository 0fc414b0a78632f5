"""Reads pictures: files, bytes, Pillow's pictures and arrays."""

import threading
import warnings
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
from PIL import Image

from dreamlab.errors import DreamError
from dreamlab.images import files
from dreamlab.images.arrays import from_floats, to_picture
from dreamlab.images.background import BACKGROUND
from dreamlab.images.bounds import MAX_PIXELS, MIN_SIDE
from dreamlab.images.decode import Wanted, converted, decoded
from dreamlab.images.picture import Picture
from dreamlab.images.pixels import from_pixels
from dreamlab.images.shape import Shape

# Hiding Pillow's warnings changes a list that all threads share, so this lock admits one thread.
# It also keeps two large pictures from being decoded at once.
_decoding = threading.Lock()


class PictureNote(UserWarning):
    """A picture is read, but something of it is missing or changed."""


class Loaded(NamedTuple):
    """A picture that was read.

    Parameters
    ----------
    image : numpy.ndarray
        float32, shape (height, width, 3), RGB in [-1, 1].
    full : Shape
        Height and width before it was scaled down, in pixels.
    notes : tuple of str
        What is missing or changed, in a sentence each.
    transparent : bool
        Whether the file is transparent somewhere, so that a background shows.
    """

    image: np.ndarray
    full: Shape
    notes: tuple[str, ...] = ()
    transparent: bool = False


Source = str | Path | bytes | BinaryIO | Image.Image | np.ndarray | Picture | Loaded


def load_image(
    picture: Source,
    *,
    max_side: int | None = None,
    max_pixels: int = MAX_PIXELS,
    max_memory: float | None = None,
    background: str = "auto",
) -> np.ndarray:
    """Read a picture, and warn of what is missing or changed in it.

    Parameters
    ----------
    picture : path, bytes, binary file, PIL.Image.Image, numpy.ndarray, Picture or Loaded
        The picture. An array has shape (H, W, 3), or (H, W) for a grey picture: whole numbers in 0
        to 255 (a fourth channel is transparency) or floats in [-1, 1].
    max_side, max_pixels, max_memory, background
        As `read_image` has them: the longest side, in pixels, to which a larger picture is scaled
        down, the most pixels, the most memory, and the colour behind a transparent picture.

    Returns
    -------
    numpy.ndarray
        float32, shape (height, width, 3), RGB in [-1, 1].

    Warns
    -----
    PictureNote
        If something of the picture is missing or changed.

    Raises
    ------
    DreamError
        If there is no such file, or it is not a usable picture.
    """
    loaded = read_image(
        picture,
        max_side=max_side,
        max_pixels=max_pixels,
        max_memory=max_memory,
        background=background,
    )
    return warned(loaded).image


def warned(loaded: Loaded) -> Loaded:
    """Warn of what is missing or changed in a picture, and return it."""
    for note in loaded.notes:
        warnings.warn(note, PictureNote, stacklevel=3)
    return loaded


def read_image(
    picture: Source,
    *,
    max_side: int | None = None,
    max_pixels: int = MAX_PIXELS,
    max_memory: float | None = None,
    background: str = "auto",
) -> Loaded:
    """Read a picture.

    It reads the first frame of a PNG, JPEG, WebP, GIF, BMP, TIFF or AVIF file of any colour mode,
    applies the EXIF orientation and drops all metadata. `dreamlab.images.colour.to_rgb` converts
    the colours. A JPEG that lacks its end is read if no more is missing than a
    tenth of its rows, or than the rows that are coded together.

    Parameters
    ----------
    picture : path, bytes, binary file, PIL.Image.Image, numpy.ndarray, Picture or Loaded
        The picture. An array has shape (H, W, 3), or (H, W) for a grey picture: whole numbers in 0
        to 255 (a fourth channel is transparency) or floats in [-1, 1]. What was read before keeps
        its full size, and is not noted on again.
    max_side : int, optional
        Longest side, in pixels, to which a larger picture is scaled down. A smaller picture is
        never scaled up, as that adds no detail.
    max_pixels : int
        Largest number of pixels; a larger picture is refused.
    max_memory : float, optional
        Largest memory of the decoding, in bytes, estimated from size and format; a picture that
        needs more is refused. Scaling down takes up to 40 MB more.
    background : str
        Colour behind a transparent picture: ``"white"``, ``"black"``, ``"grey"`` or ``"auto"``,
        which is white unless more of the picture shows on another.

    Returns
    -------
    Loaded
        The picture, its size before it was scaled down, and notes on it.

    Raises
    ------
    DreamError
        If there is no such file, or it is not a usable picture.
    """
    if max_side is not None and max_side < MIN_SIDE:
        raise DreamError(f"max_side is {max_side}; choose {MIN_SIDE} px or more")
    before = None
    BACKGROUND.check("background", background)
    if isinstance(picture, Loaded):
        return Loaded(from_floats(picture.image, max_side), picture.full)
    if isinstance(picture, Picture):
        before, picture = picture.full, picture.pixels
    if isinstance(picture, np.ndarray):
        if picture.dtype.kind == "f":
            return Loaded(from_floats(picture, max_side), Shape.of(picture))
        picture = to_picture(picture)
    wanted = Wanted(max_side, max_pixels, max_memory, background)
    if isinstance(picture, Image.Image):
        label = "the picture"
        read = converted(picture, wanted)
    else:
        label = files.label(picture)
        data = files.read(picture, label)
        with _decoding, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            read = decoded(data, label, wanted)
    notes = tuple(f"{label} {note}" for note in read.notes)
    image = from_pixels(np.asarray(read.picture))
    return Loaded(image, before or read.full, notes, read.transparent)
