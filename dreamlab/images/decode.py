"""Reads pictures: files, bytes, Pillow's pictures and arrays."""

import io
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import ExifTags, Image, PngImagePlugin

from dreamlab.errors import DreamError, shown
from dreamlab.images.arrays import from_floats, to_picture
from dreamlab.images.bounds import MAX_PIXELS, MIN_SIDE, check_memory, check_size
from dreamlab.images.colour import to_rgb
from dreamlab.images.picture import Picture
from dreamlab.images.pixels import from_pixels
from dreamlab.images.shape import Shape

#: The formats that are read. Pillow knows many more, which strangers must not reach.
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")

#: Most bytes of a file that is read.
MAX_BYTES = 256 * 2**20

# Cap PNG text chunks; Pillow's default lets a small file expand to 256 MB.
PngImagePlugin.MAX_TEXT_MEMORY = 4 * 2**20

#: EXIF orientation to the operation that turns a picture upright.
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# Hiding Pillow's warnings changes a list that all threads share, so this lock admits one thread.
# It also keeps two large pictures from being decoded at once.
_decoding = threading.Lock()


def load_image(
    picture: str | Path | bytes | BinaryIO | Image.Image | np.ndarray | Picture,
    *,
    max_side: int | None = None,
    max_pixels: int = MAX_PIXELS,
    max_memory: float | None = None,
) -> np.ndarray:
    """Read a picture.

    It reads the first frame of a PNG, JPEG, WebP, GIF, BMP or TIFF file of any colour mode, applies
    the EXIF orientation and drops all metadata. `dreamlab.images.colour.to_rgb` converts the
    colours.

    Parameters
    ----------
    picture : path, bytes, binary file, PIL.Image.Image, numpy.ndarray or Picture
        The picture. An array has shape (H, W, 3), or (H, W) for a grey picture: whole numbers in 0
        to 255 (a fourth channel is transparency) or floats in [-1, 1].
    max_side : int, optional
        Longest side, in pixels, to which a larger picture is scaled down. A smaller picture is
        never scaled up, as that adds no detail.
    max_pixels : int
        Largest number of pixels; a larger picture is refused.
    max_memory : float, optional
        Largest memory of the decoding, in bytes, estimated from size and format; a picture that
        needs more is refused. Scaling down takes up to 40 MB more.

    Returns
    -------
    numpy.ndarray
        float32, shape (height, width, 3), RGB in [-1, 1].

    Raises
    ------
    DreamError
        If there is no such file, or it is not a usable picture.
    """
    if max_side is not None and max_side < MIN_SIDE:
        raise DreamError(f"max_side is {max_side}; choose {MIN_SIDE} px or more")
    if isinstance(picture, Picture):
        picture = picture.pixels
    if isinstance(picture, np.ndarray):
        if picture.dtype.kind == "f":
            return from_floats(picture, max_side)
        picture = to_picture(picture)
    if isinstance(picture, Image.Image):
        return from_pixels(np.asarray(_converted(picture, max_side, max_pixels)))
    label = _label(picture)
    data = _read(picture, label)
    if not data:
        raise DreamError(f"{label} is empty; choose a picture file")
    if len(data) > MAX_BYTES:
        raise DreamError(f"{label} is larger than {MAX_BYTES >> 20} MB; choose a smaller file")
    with _decoding, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        decoded = _decoded(data, label, max_side, max_pixels, max_memory)
        return from_pixels(np.asarray(decoded))


def _label(file: str | Path | bytes | BinaryIO) -> str:
    """Return a file's name for a sentence: its last part, printable, at most 60 characters."""
    if isinstance(file, str | Path):
        name = Path(file).name or str(file)
    else:
        path = getattr(file, "name", None)
        name = Path(path).name if isinstance(path, str) else ""
    plain = "".join(char if char.isprintable() else "?" for char in name)
    if len(plain) > 60:
        plain = plain[:40] + "..." + plain[-17:]
    return plain or "the picture"


def _read(file: str | Path | bytes | BinaryIO, label: str) -> bytes:
    if isinstance(file, bytes):
        return file
    if not isinstance(file, str | Path) and not hasattr(file, "read"):
        raise DreamError(
            f"the picture is {shown(file)}; give a path, bytes, a file, a Pillow picture or an "
            "array"
        )
    try:
        if not isinstance(file, str | Path):
            return file.read(MAX_BYTES + 1)
        path = Path(file)
        if path.exists() and not path.is_file():
            raise DreamError(f"{label} is not a file; choose a picture file")
        with path.open("rb") as binary:
            return binary.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a null character in the path
        reason = getattr(error, "strerror", None) or "its name is not a file name"
        raise DreamError(
            f"{label} cannot be read: {reason.lower()}; choose another file"
        ) from error


def _decoded(
    data: bytes, label: str, max_side: int | None, max_pixels: int, max_memory: float | None
) -> Image.Image:
    with (
        _in_words(label, max_pixels),
        Image.open(io.BytesIO(data), formats=FORMATS) as picture,
    ):
        width, height = full = picture.size
        check_size(width, height, label, max_pixels)
        shape = Shape(height, width).fitted(max_side)
        # A JPEG can be decoded at a half, a quarter or an eighth of its size. Twice the final size
        # is enough for no visible difference.
        drafted = picture.draft(None, (2 * shape.width, 2 * shape.height))
        _, (*_, across, down) = drafted or (None, (0, 0, *full))
        if max_memory is not None:
            check_memory(picture, full, label, max_memory)
        return _scaled(picture, shape, (across, down))


def _converted(picture: Image.Image, max_side: int | None, max_pixels: int) -> Image.Image:
    """Convert a picture of Pillow to RGB and to a longest side."""
    label = "the picture"
    with _in_words(label, max_pixels):
        width, height = picture.size
        check_size(width, height, label, max_pixels)
        return _scaled(picture, Shape(height, width).fitted(max_side), picture.size)


def _scaled(picture: Image.Image, shape: Shape, part: tuple[float, float]) -> Image.Image:
    """Convert the upper left part of a picture to RGB and a shape, upright.

    `part` is the part's width and height, in pixels.
    """
    picture.load()
    across, down = part
    # The order (width by strips, height, rotation) keeps a single large copy in memory.
    small = to_rgb(picture, width=shape.width, across=across)
    box = (0, 0, shape.width, down)
    small = small.resize((shape.width, shape.height), Image.Resampling.LANCZOS, box)
    return _upright(small, picture)


@contextmanager
def _in_words(label: str, max_pixels: int) -> Iterator[None]:
    """Turn an error of the decoder into a `DreamError`."""
    try:
        yield
    except DreamError:
        raise
    except Image.DecompressionBombError as error:
        raise DreamError(
            f"{label} has far more than {max_pixels:,} pixels; choose a smaller picture"
        ) from error
    except Image.UnidentifiedImageError as error:
        raise DreamError(
            f"{label} is not a PNG, JPEG, WebP, GIF, BMP or TIFF picture, or it is damaged; "
            "choose another"
        ) from error
    except Exception as error:
        # A damaged file can make a decoder raise nearly any exception.
        raise DreamError(f"{label} is damaged and cannot be decoded; choose another") from error


def _upright(small: Image.Image, picture: Image.Image) -> Image.Image:
    """Apply the EXIF orientation of the original file to a picture."""
    try:
        turn = _TURNS.get(picture.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # a picture with broken EXIF data is still usable
        turn = None
    return small if turn is None else small.transpose(turn)
