"""Checks pictures that are arrays, of pixels or of floats, and converts them."""

import numpy as np
from PIL import Image

from dreamlab.errors import DreamError
from dreamlab.images.shape import Shape

#: Largest absolute value: a picture in 0 to 255 exceeds it, a dream never does.
_LARGEST = 100.0


def from_floats(array: np.ndarray, max_side: int | None = None) -> np.ndarray:
    """Return floats in [-1, 1] as a picture, scaled down to a longest side.

    Parameters
    ----------
    array : numpy.ndarray
        Floats, shape (H, W, 3), or (H, W) for a grey picture, in [-1, 1]. A dream may exceed that
        a little, so only values that must mean another range are refused.
    max_side : int, optional
        Longest side, in pixels.

    Returns
    -------
    numpy.ndarray
        float32, shape (height, width, 3).

    Raises
    ------
    DreamError
        If the array has another shape, a value is not finite, or the range is 0 to 255.
    """
    image = np.asarray(array, np.float32)
    if image.ndim == 2:
        image = np.repeat(image[:, :, None], 3, axis=2)
    check_floats(image)
    if image.size and np.abs(image).max() > _LARGEST:
        raise DreamError(
            f"picture has float values from {image.min():g} to {image.max():g}; give -1 to 1, or "
            "uint8 pixels"
        )
    shape = Shape.of(image).fitted(max_side)
    if shape == image.shape[:2]:
        return image
    size = shape.width, shape.height
    bands = [
        np.asarray(Image.fromarray(band).resize(size, Image.Resampling.LANCZOS))
        for band in np.moveaxis(image, 2, 0)
    ]
    return np.stack(bands, axis=2)


def check_floats(image: np.ndarray) -> None:
    """Raise `DreamError` if floats lack the shape (H, W, 3) or a value is not finite."""
    if image.ndim != 3 or image.shape[2] != 3:
        raise DreamError(f"picture has shape {image.shape}; give height x width x 3")
    if not np.isfinite(image).all():
        raise DreamError("picture has values that are not finite numbers; give -1 to 1")


def to_picture(array: np.ndarray) -> Image.Image:
    """Return whole numbers in 0 to 255 as a picture.

    Parameters
    ----------
    array : numpy.ndarray
        Whole numbers of any type, or true and false; shape (H, W), (H, W, 1), (H, W, 3) or, with
        transparency, (H, W, 4).

    Raises
    ------
    DreamError
        If the values are not whole, exceed that range, or the array has another shape.
    """
    if array.dtype.kind not in "uib":
        raise DreamError(f"picture is an array of {array.dtype}; give uint8 pixels or floats")
    if array.ndim not in (2, 3) or array.ndim == 3 and array.shape[2] not in (1, 3, 4):
        raise DreamError(f"picture has shape {array.shape}; give height x width x 3")
    pixels = array * 255 if array.dtype.kind == "b" else array
    if pixels.size and not 0 <= pixels.min() <= pixels.max() <= 255:
        raise DreamError(
            f"picture is an array of {array.dtype} from {pixels.min()} to {pixels.max()}; give "
            "0 to 255, or floats in -1 to 1"
        )
    pixels = pixels.astype(np.uint8)
    return Image.fromarray(pixels[:, :, 0] if pixels.ndim == 3 and pixels.shape[2] == 1 else pixels)
