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
