"""Pictures: files to arrays and back."""

import base64
import io
import threading
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

import imageio.v3 as iio
import numpy as np
from PIL import Image, ImageOps, PngImagePlugin

from dreamlab.colour import to_rgb
from dreamlab.errors import DreamError

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

_NOISE = 0.2

# Hiding Pillow's warnings changes a list that all threads share, so one thread at a time does
# it. It also means that no two large pictures are decoded at once.
_decoding = threading.Lock()


def load_image(
    file: str | Path | bytes | BinaryIO,
    *,
    max_side: int | None = None,
    max_pixels: int = MAX_PIXELS,
) -> np.ndarray:
    """Read a picture.

    The first frame of a PNG, JPEG, WebP, GIF, BMP or TIFF file of any colour mode, turned as
    its EXIF orientation says; see `dreamlab.colour.to_rgb` for how colours are treated. No
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
        picture = _decoded(data, label, max_pixels)
        if max_side is not None:
            picture = _shrunk(picture, max_side)
        return from_pixels(np.asarray(picture))


def from_pixels(pixels: np.ndarray) -> np.ndarray:
    """Turn uint8 pixels into float32 in [-1, 1], same shape: ``pixels / 127.5 - 1``."""
    image = pixels.astype(np.float32)
    image /= 127.5
    image -= 1
    return image


def to_pixels(image: np.ndarray) -> np.ndarray:
    """Turn an image in [-1, 1] into uint8 pixels, same shape.

    What is out of range is clipped, and what is not a number becomes grey. Pixels that came
    from `from_pixels` come back exactly.
    """
    scaled = np.nan_to_num(np.asarray(image, dtype=np.float32))
    np.clip(scaled, -1, 1, out=scaled)
    scaled += 1
    scaled *= 127.5
    return np.rint(scaled, out=scaled).astype(np.uint8)


def png(pixels: np.ndarray, *, text: Mapping[str, str] | None = None) -> bytes:
    """Encode uint8 (H, W, 3) pixels as PNG, with text chunks if any."""
    info = PngImagePlugin.PngInfo()
    for key, value in (text or {}).items():
        info.add_text(key, value)
    return iio.imwrite("<bytes>", pixels, extension=".png", pnginfo=info)


def jpeg(pixels: np.ndarray, *, max_side: int | None = None, quality: int = 85) -> bytes:
    """Encode uint8 (H, W, 3) pixels as JPEG, scaled down if the longest side passes `max_side`."""
    if max_side is not None:
        pixels = np.asarray(_shrunk(Image.fromarray(pixels), max_side))
    return iio.imwrite("<bytes>", pixels, extension=".jpg", quality=quality)


def data_url(picture: bytes) -> str:
    """Return a PNG or JPEG file as an address that holds the picture itself."""
    kind = "png" if picture.startswith(b"\x89PNG") else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(picture).decode()}"


def resize_pixels(pixels: np.ndarray, height: int, width: int) -> np.ndarray:
    """Scale uint8 (H, W, 3) pixels to a size, in pixels, with Lanczos's filter."""
    if pixels.shape[:2] == (height, width):
        return pixels
    return np.asarray(Image.fromarray(pixels).resize((width, height), Image.Resampling.LANCZOS))


def seeded_noise(height: int, width: int, seed: int) -> np.ndarray:
    """Make a picture to grow a dream from: Gaussian noise (standard deviation 0.2) on grey.

    Parameters
    ----------
    height, width : int
        Size in pixels.
    seed : int
        Same seed, same picture.

    Returns
    -------
    numpy.ndarray
        float32, shape (height, width, 3), in [-1, 1].

    Raises
    ------
    DreamError
        If the size is out of range.
    """
    _check_size(width, height, "the noise picture", MAX_PIXELS)
    noise = np.random.default_rng(seed).normal(0.0, _NOISE, (height, width, 3))
    return np.clip(noise, -1, 1).astype(np.float32)


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


def _decoded(data: bytes, label: str, max_pixels: int) -> Image.Image:
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            _check_size(*picture.size, label, max_pixels)
            picture.load()
            return to_rgb(_upright(picture))
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


def _upright(picture: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(picture)
    except Exception:  # EXIF is the camera's business: a broken one spoils no picture
        return picture


def _shrunk(picture: Image.Image, max_side: int) -> Image.Image:
    scale = max_side / max(picture.size)
    if scale >= 1:
        return picture
    width, height = (max(1, round(side * scale)) for side in picture.size)
    return picture.resize((width, height), Image.Resampling.LANCZOS)
