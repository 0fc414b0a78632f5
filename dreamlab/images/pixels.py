"""Converts float32 in [-1, 1] to uint8 pixels and back; encodes and scales pixels."""

import base64
from collections.abc import Mapping

import imageio.v3 as iio
import numpy as np
from PIL import Image, PngImagePlugin

from dreamlab.images.shape import Shape

#: Luminance of R, G and B, as in ITU-R BT.601.
LUMINANCE = (0.299, 0.587, 0.114)


def from_pixels(pixels: np.ndarray) -> np.ndarray:
    """Turn uint8 pixels into float32 in [-1, 1], same shape: ``pixels / 127.5 - 1``."""
    image = pixels.astype(np.float32)
    image /= 127.5
    image -= 1
    return image


def to_pixels(image: np.ndarray) -> np.ndarray:
    """Turn an image in [-1, 1] into uint8 pixels, same shape.

    Values out of range are clipped, NaN becomes grey. Pixels survive `from_pixels` and back
    exactly.
    """
    scaled = np.nan_to_num(np.asarray(image, dtype=np.float32))
    np.clip(scaled, -1, 1, out=scaled)
    scaled += 1
    scaled *= 127.5
    return np.rint(scaled, out=scaled).astype(np.uint8)


def png(pixels: np.ndarray, *, text: Mapping[str, str] | None = None) -> bytes:
    """Encode uint8 (H, W, 3) pixels as PNG, with the given text chunks."""
    info = PngImagePlugin.PngInfo()
    for key, value in (text or {}).items():
        info.add_text(key, value)
    return iio.imwrite("<bytes>", pixels, extension=".png", pnginfo=info)


def jpeg(pixels: np.ndarray, *, max_side: int | None = None, quality: int = 85) -> bytes:
    """Encode uint8 (H, W, 3) pixels as JPEG, scaled down to a longest side of `max_side`."""
    if max_side is not None:
        pixels = resize_pixels(pixels, *Shape.of(pixels).fitted(max_side))
    return iio.imwrite("<bytes>", pixels, extension=".jpg", quality=quality)


def data_url(picture: bytes) -> str:
    """Return a PNG or JPEG file as a data URL."""
    kind = "png" if picture.startswith(b"\x89PNG") else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(picture).decode()}"


def resize_pixels(pixels: np.ndarray, height: int, width: int) -> np.ndarray:
    """Scale uint8 (H, W, 3) pixels to a size, in pixels, with Lanczos's filter."""
    if pixels.shape[:2] == (height, width):
        return pixels
    return np.asarray(Image.fromarray(pixels).resize((width, height), Image.Resampling.LANCZOS))
