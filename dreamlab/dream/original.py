"""Fits the picture of a run to its network: the sides that it takes, and grey where it is."""

import warnings
from collections.abc import Iterable

import numpy as np

from dreamlab.dream.step import floats
from dreamlab.images import Picture
from dreamlab.images.arrays import check_floats
from dreamlab.images.load import load_image
from dreamlab.images.picture import digest
from dreamlab.images.pixels import LUMINANCE
from dreamlab.images.shape import Shape
from dreamlab.models import Network


class SidesRounded(UserWarning):
    """Rows or columns at the picture's edges were left out, as the network's layers need."""


def checked(image: np.ndarray | Picture) -> np.ndarray | Picture:
    """Return an image as float32 in [-1, 1], or as a picture, as whole numbers are pixels.

    Raises
    ------
    DreamError
        If it is no picture of floats in that range, or of pixels.
    """
    if isinstance(image, Picture):
        return image
    image = np.asarray(image)
    if image.dtype.kind in "uib":
        return Picture.exactly(load_image(image))
    image = np.asarray(image, np.float32)
    check_floats(image)
    return image


def digest_of(image: np.ndarray | Picture) -> str:
    """Return the SHA-256 of an image's size and values, in hexadecimal."""
    return image.digest if isinstance(image, Picture) else digest(image)


def fitting(
    image: np.ndarray | Picture, network: Network, layers: Iterable[str]
) -> np.ndarray | Picture:
    """Return a picture as some layers of a network take it.

    Parameters
    ----------
    image : numpy.ndarray or Picture
        float32, shape (H, W, 3), in [-1, 1], or a picture.
    network : Network
        The network.
    layers : iterable of str
        Names of the layers.

    Returns
    -------
    numpy.ndarray or Picture
        The picture itself where nothing is to be done.

    Raises
    ------
    DreamError
        If the layers take no picture of its size.

    Warns
    -----
    SidesRounded
        If rows or columns are left out.
    """
    layers = list(layers)
    shape = Shape(*image.shape[:2])
    fitted = network.fitted(shape, layers)
    if fitted != shape:
        warnings.warn(
            f"the sides are rounded to {fitted.width} x {fitted.height} px: {network.name} needs "
            f"sides that divide by {network.multiple(layers)}, and the picture is "
            f"{shape.width} x {shape.height} px",
            SidesRounded,
            stacklevel=3,
        )
        top, left = (shape.height - fitted.height) // 2, (shape.width - fitted.width) // 2
        rows, columns = slice(top, top + fitted.height), slice(left, left + fitted.width)
        if isinstance(image, Picture):
            image = Picture(np.ascontiguousarray(image.pixels[rows, columns]), image.name)
        else:
            image = image[rows, columns]
    return Picture.exactly(grey(floats(image))) if network.feeding.grey else image


def fitting_all(image: np.ndarray, network: Network) -> np.ndarray:
    """Return a picture as all layers of a network take it, but for those that take one size.

    Parameters
    ----------
    image : numpy.ndarray
        float32, shape (H, W, 3), in [-1, 1].
    network : Network
        The network.

    Raises
    ------
    DreamError
        If the picture is too small for the network.

    Warns
    -----
    SidesRounded
        If rows or columns are left out.
    """
    return floats(
        fitting(image, network, [layer.name for layer in network.layers if not layer.only])
    )


def grey(image: np.ndarray) -> np.ndarray:
    """Return a picture with its luminance in all three channels: float32, shape (H, W, 3).

    A grey picture is returned as it is, so that a picture may be prepared more than once.
    """
    image = np.asarray(image, np.float32)
    if np.array_equal(image, np.broadcast_to(image[..., :1], image.shape)):
        return image
    luminance = image @ np.array(LUMINANCE, np.float32)
    return np.repeat(luminance[..., None], 3, axis=2)
