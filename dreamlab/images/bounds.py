"""Bounds of a picture's size, checked before the picture is decoded."""

import math

import numpy as np
from PIL import Image, JpegImagePlugin

from dreamlab.errors import DreamError
from dreamlab.images.shape import Shape

#: Most pixels of a picture that is read.
MAX_PIXELS = 64_000_000

#: Smallest side of a picture, in pixels; networks need more.
MIN_SIDE = 2

#: Largest ratio of longest to shortest side: scaling a longer picture would leave no pixels.
MAX_RATIO = 50

#: Steps in which longest sides are offered, in pixels.
SIDE_STEP = 8

#: Measured largest number of copies of a picture in memory while it is decoded. GIF keeps its
#: first canvas; TIFF may have 16 bits a channel in a single strip, and then be rotated.
_HELD = {"PNG": 1, "GIF": 2, "BMP": 4, "TIFF": 4, "WEBP": 4, "AVIF": 4}


def check_size(width: int, height: int, label: str, max_pixels: int) -> None:
    """Raise `DreamError` if a picture has too many or too few pixels, or is far too elongated."""
    size = f"{label} is {width} x {height} px"
    if width * height > max_pixels:
        raise DreamError(
            f"{size}, {width * height:,} pixels; at most {max_pixels:,} are read: "
            "choose a smaller one"
        )
    if min(width, height) < MIN_SIDE:
        raise DreamError(
            f"{size}; at least {MIN_SIDE} x {MIN_SIDE} are needed: choose a larger one"
        )
    ratio = max(width, height) / min(width, height)
    if ratio > MAX_RATIO:
        raise DreamError(
            f"{size}, one side {ratio:.0f} times the other; at most {MAX_RATIO} times will do: "
            "crop it first"
        )


def check_smallest(
    shape: Shape,
    smallest: int,
    name: str,
    *,
    full: Shape | None = None,
    most: int | None = None,
) -> None:
    """Raise `DreamError` if a picture is too small for what looks at it.

    Parameters
    ----------
    shape : Shape
        Height and width of the picture, in pixels.
    smallest : int
        Smallest side that is needed, in pixels.
    name : str
        Name of the network, or of the measure, that needs it.
    full : Shape, optional
        Height and width before the picture was scaled down to a longest side, in pixels.
    most : int, optional
        Largest longest side that may be chosen, in pixels.
    """
    if min(shape) >= smallest:
        return
    full = full or shape
    needs = f"picture is {shape.width} x {shape.height} px; {name} needs at least {smallest}"
    if min(full) < smallest:
        raise DreamError(f"{needs} x {smallest}: choose a larger one")
    side = math.ceil(smallest * max(full) / min(full))
    side += -side % SIDE_STEP
    way = f"raise the longest side to {side}"
    if most is not None and side > most:
        way = f"crop it, as even a longest side of {most} is too little"
    raise DreamError(f"{needs} x {smallest}: {way}")


def check_memory(format: str, full: Shape, each: float, label: str, max_memory: float) -> None:
    """Raise `DreamError` if a picture, not yet decoded, needs too much memory to decode.

    Parameters
    ----------
    format : str
        Its format, for the sentence.
    full : Shape
        Its height and width, in pixels.
    each : float
        Bytes of memory for each of its pixels.
    label : str
        Name of the file, for the sentence.
    max_memory : float
        Most bytes.
    """
    most = int(max_memory / each)
    if full.area > most:
        raise DreamError(
            f"{label} is {full.width} x {full.height} px, {full.area:,} pixels; of a {format} like "
            f"it at most {most:,} are read: choose a smaller one"
        )


def bytes_a_pixel(picture: Image.Image, pixels: int) -> float:
    """Return the largest memory that decoding a picture takes, in bytes per pixel.

    Parameters
    ----------
    picture : PIL.Image.Image
        The picture, opened and drafted.
    pixels : int
        Pixels of the whole picture, before it was drafted.
    """
    size = {"1": 1, "L": 1, "P": 1, "I;16": 2}.get(picture.mode, 4)
    if picture.format in _HELD:
        return size * _HELD[picture.format]
    # A progressive JPEG keeps all its coefficients in memory, 2 bytes each.
    assert isinstance(picture, JpegImagePlugin.JpegImageFile)
    sampling = np.array(picture.layer)[:, 1:3]
    samples = sampling.prod(axis=1).sum() / sampling.max(axis=0).prod()
    return 2 * samples + size * picture.width * picture.height / pixels
