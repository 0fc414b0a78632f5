"""How far the colours of two pictures are apart, whatever their brightness."""

import numpy as np


def colour_error(pixels: np.ndarray, other: np.ndarray) -> float:
    """Return the root mean square difference of two pictures' chroma.

    Chroma is what is left of a pixel's three values without their mean: a tint changes it, and
    brightness does not.

    Parameters
    ----------
    pixels, other : numpy.ndarray
        uint8, both of the same shape (H, W, 3).

    Returns
    -------
    float
        On the scale of -1 to 1 that dreams have, so that a level of 255 counts as 2 / 255.
    """
    difference = pixels.astype(np.float64) - other
    difference -= difference.mean(axis=2, keepdims=True)
    return float(np.sqrt(np.mean(np.square(difference))) * 2 / 255)
