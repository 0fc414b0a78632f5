"""How far a picture is from another, by root mean square, and where on its way it is so far.

The distance is that of the clipped picture: values beyond the range of colours do not count.
"""

import math
from collections.abc import Iterable

import numpy as np


def distance(picture: np.ndarray, image: np.ndarray) -> float:
    """Return the root mean square distance between a clipped picture and an image.

    Parameters
    ----------
    picture, image : numpy.ndarray
        float32, shape (H, W, 3); the image is in [-1, 1], the picture is clipped to it.
    """
    return _distance(picture, image)


def line_search(image: np.ndarray, before: np.ndarray, after: np.ndarray, amount: float) -> float:
    """Return the fraction of a step after which the picture is `amount` away from the image.

    Parameters
    ----------
    image, before, after : numpy.ndarray
        float32, shape (H, W, 3): the original, and the picture before and after the step. `before`
        is nearer to `image` than `amount`, `after` is not.
    amount : float
        Target of `distance`.

    Returns
    -------
    float
        From 0 to 1, by bisection: at most a millionth of the step too large.
    """
    low, high = 0.0, 1.0
    for _ in range(20):
        middle = (low + high) / 2
        rows = (
            start + np.float32(middle) * (end - start)
            for start, end in zip(before, after, strict=True)
        )
        if _distance(rows, image) < amount:
            low = middle
        else:
            high = middle
    return high


def _distance(rows: Iterable[np.ndarray], image: np.ndarray) -> float:
    # Row by row: at 24 megapixels, each copy of the picture is 288 MB.
    squares = sum(
        float(np.sum(np.square(np.clip(row, -1, 1) - target), dtype=np.float64))
        for row, target in zip(rows, image, strict=True)
    )
    return math.sqrt(squares / image.size)
