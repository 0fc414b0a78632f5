"""The difference of pictures from the original, amplified until it can be seen."""

from collections.abc import Iterable

import numpy as np

from dreamlab.images.pixels import resize_pixels

#: Factors on offer: round ones, as they are said.
_FACTORS = (1, 2, 3, 5, 10, 20, 50, 100)

#: Middle grey, which stands for no difference, and the share of the values that may be cut off.
_GREY = 128
_CUT = 0.01


def factor(original: np.ndarray, pictures: Iterable[np.ndarray]) -> int:
    """Return by how much to amplify, the same for all: the most that hardly cuts anything off.

    Parameters
    ----------
    original : numpy.ndarray
        uint8, shape (H, W, 3).
    pictures : iterable of numpy.ndarray
        uint8, each of shape (h, w, 3); the original is scaled to that size.

    Returns
    -------
    int
        From 1 to 100: with it, 99 % of the values of each picture stay within the range.
    """
    changes = (np.abs(_difference(original, picture)) for picture in pictures)
    most = max((float(np.quantile(change, 1 - _CUT)) for change in changes), default=0.0)
    return max((times for times in _FACTORS if times * most < _GREY), default=1)


def difference(original: np.ndarray, picture: np.ndarray, times: int) -> np.ndarray:
    """Return a picture's difference from the original, on grey; arguments as of `factor`."""
    amplified = _GREY + times * _difference(original, picture)
    return np.clip(amplified, 0, 255).astype(np.uint8)


def _difference(original: np.ndarray, picture: np.ndarray) -> np.ndarray:
    scaled = resize_pixels(original, *picture.shape[:2])
    return picture.astype(np.int16) - scaled.astype(np.int16)
