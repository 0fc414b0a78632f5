"""A feature map drawn over its picture."""

import numpy as np

from dreamlab.images.resample import resize
from dreamlab.images.shape import Shape

#: Colour of the map: warm, in [-1, 1].
_GLOW = np.array([1.0, 0.35, -0.8], np.float32)

#: Share of the picture's brightness where the map is 0.
_DIM = 0.45


def overlay(image: np.ndarray, activation: np.ndarray) -> np.ndarray:
    """Draw a feature map over a picture, grey where it is silent and glowing at its peak.

    Parameters
    ----------
    image : numpy.ndarray
        float32, shape (H, W, 3), in [-1, 1].
    activation : numpy.ndarray
        float32, shape (rows, columns); the drawing shows its absolute value.
    """
    strength = np.abs(activation)[:, :, None]
    strength = resize(strength / max(float(strength.max()), 1e-12), Shape.of(image))
    grey = (image.mean(axis=2, keepdims=True) + 1) * _DIM - 1
    return grey + strength * (_GLOW - grey)


def outlined(image: np.ndarray, top: int, left: int, height: int, width: int) -> np.ndarray:
    """Return a picture with a white line around a part of it, where that is in the picture.

    Parameters
    ----------
    image : numpy.ndarray
        float32, shape (H, W, 3), in [-1, 1].
    top, left, height, width : int
        The part, in pixels; it may reach beyond the picture.
    """
    drawn = image.copy()
    rows, columns = (
        [place for place in (first, first + length - 1) if 0 <= place < side]
        for first, length, side in ((top, height, len(image)), (left, width, image.shape[1]))
    )
    inside = slice(max(0, top), max(0, top + height)), slice(max(0, left), max(0, left + width))
    drawn[rows, inside[1]] = 1.0
    drawn[inside[0], columns] = 1.0
    return drawn
