"""Pictures: files to arrays and back."""

import io
import threading
import warnings
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import ExifTags, Image, PngImagePlugin

from dreamlab.errors import DreamError
from dreamlab.images.colour import to_rgb
from dreamlab.images.pixels import fit, from_pixels

#: The formats that are read; Pillow knows many more, which strangers need not try.
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")

#: Most pixels of a picture that is read; looked at before anything is decoded.
MAX_PIXELS = 64_000_000

#: Most bytes of a file that is read.
MAX_BYTES = 256 * 2**20

#: Smallest side of a picture, in pixels; a network asks for more than that.
MIN_SIDE = 2

#: Longest side to shortest side, at most: beyond it nothing is left once the picture is scaled.
MAX_RATIO = 50

#: How often decoding holds a picture in memory at once, at most, as measured: GIF keeps what it
#: began on, TIFF may have 16 bits a channel, all of them in one strip, and then be turned.
_HELD = {"PNG": 1, "GIF": 2, "BMP": 4, "TIFF": 4, "WEBP": 4}

# Text that nobody reads: Pillow would take 64 million characters of it, of four bytes each, out
# of a small PNG.
PngImagePlugin.MAX_TEXT_MEMORY = 4 * 2**20

#: EXIF orientation to what brings a picture upright.
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


# Hiding Pillow's warnings changes a list that all threads share, so one thread at a time does
# it. It also means that no two large pictures are decoded at once.
_decoding = threading.Lock()


def load_image(
    file: str | Path | bytes | BinaryIO,
    *,
    max_side: int | None = None,
    max_pixels: int = MAX_PIXELS,
    max_memory: float | None = None,
) -> np.ndarray:
    """Read a picture.

    The first frame of a PNG, JPEG, WebP, GIF, BMP or TIFF file of any colour mode, turned as
    its EXIF orientation says; see `dreamlab.images.colour.to_rgb` for how colours are treated. No
    metadata is kept.

    Parameters
    ----------
    file : path, bytes or binary file
        The picture.
    max_side : int, optional
        Scale a larger picture down so that its longest side has this many pixels. A smaller
        picture is never scaled up, as that adds no detail for a network to find.
    max_pixels : int
        Refuse a picture with more pixels.
    max_memory : float, optional
        Refuse a picture whose decoding may take more bytes than that, by its size and format.
        To scale it down takes up to 40 MB more.

    Returns
    -------
    numpy.ndarray
        float32, shape (height, width, 3), RGB in [-1, 1].

    Raises
    ------
    DreamError
        If there is no such file, or it is no picture that can be used.
    """
    if max_side is not None and max_side < MIN_SIDE:
        raise DreamError(f"max_side is {max_side}; choose {MIN_SIDE} px or more")
    label = _label(file)
    data = _read(file, label)
    if not data:
        raise DreamError(f"{label} is empty; choose a picture file")
    if len(data) > MAX_BYTES:
        raise DreamError(f"{label} is larger than {MAX_BYTES >> 20} MB; choose a smaller file")
    with _decoding, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        picture = _decoded(data, label, max_side, max_pixels, max_memory)
        return from_pixels(np.asarray(picture))


def _label(file: str | Path | bytes | BinaryIO) -> str:
    """Name a file in a sentence: its last part, in printable characters, not too long."""
    if isinstance(file, str | Path):
        name = Path(file).name or str(file)
    else:
        name = getattr(file, "name", None)
        name = Path(name).name if isinstance(name, str) else ""
    shown = "".join(char if char.isprintable() else "?" for char in name)
    if len(shown) > 60:
        shown = shown[:40] + "..." + shown[-17:]
    return shown or "the picture"


def _read(file: str | Path | bytes | BinaryIO, label: str) -> bytes:
    if isinstance(file, bytes):
        return file
    try:
        if not isinstance(file, str | Path):
            return file.read(MAX_BYTES + 1)
        path = Path(file)
        if path.exists() and not path.is_file():
            raise DreamError(f"{label} is not a file; choose a picture file")
        with path.open("rb") as opened:
            return opened.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a null character in the path
        reason = getattr(error, "strerror", None) or "its name is not a file name"
        raise DreamError(
            f"{label} cannot be read: {reason.lower()}; choose another file"
        ) from error


def _check_size(width: int, height: int, label: str, max_pixels: int) -> None:
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


def _check_memory(
    picture: Image.Image, full: tuple[int, int], label: str, max_memory: float
) -> None:
    """Refuse a picture, opened and not yet decoded, that would take too much to decode."""
    width, height = full
    most = int(max_memory / _bytes_a_pixel(picture, width * height))
    if width * height > most:
        raise DreamError(
            f"{label} is {width} x {height} px, {width * height:,} pixels; of a "
            f"{picture.format} like it at most {most:,} are read: choose a smaller one"
        )


def _bytes_a_pixel(picture: Image.Image, pixels: int) -> float:
    """Return the most bytes that decoding a picture takes for each of its pixels."""
    size = {"1": 1, "L": 1, "P": 1, "I;16": 2}.get(picture.mode, 4)
    if picture.format in _HELD:
        return size * _HELD[picture.format]
    # A JPEG: its coefficients may come in any order, and then all of them wait in 2 bytes each.
    sampling = np.array(picture.layer)[:, 1:3]
    samples = sampling.prod(axis=1).sum() / sampling.max(axis=0).prod()
    return 2 * samples + size * picture.width * picture.height / pixels


def _decoded(
    data: bytes, label: str, max_side: int | None, max_pixels: int, max_memory: float | None
) -> Image.Image:
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            full = picture.size
            _check_size(*full, label, max_pixels)
            width, height = fit(*full, max_side)
            # A JPEG can be decoded at a half, a quarter or an eighth of its size. Twice what is
            # wanted is enough for no difference to be seen.
            drafted = picture.draft(None, (2 * width, 2 * height))
            _, (*_, across, down) = drafted or (None, (0, 0, *full))
            if max_memory is not None:
                _check_memory(picture, full, label, max_memory)
            picture.load()
            # Scaled across strip by strip, then down, then turned: what is large is there once.
            small = to_rgb(picture, width=width, across=across)
            small = small.resize((width, height), Image.Resampling.LANCZOS, (0, 0, width, down))
            return _upright(small, picture)
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
        # A damaged file can make a decoder raise nearly anything; all of it means the same.
        raise DreamError(f"{label} is damaged and cannot be decoded; choose another") from error


def _upright(small: Image.Image, picture: Image.Image) -> Image.Image:
    """Turn a picture as the EXIF orientation of the file that it is from says."""
    try:
        turn = _TURNS.get(picture.getexif().get(ExifTags.Base.Orientation))
    except Exception:  # EXIF is the camera's business: a broken one spoils no picture
        turn = None
    return small if turn is None else small.transpose(turn)
