"""Squares of pictures, all of one size: from their middles, or from seeded places."""

from collections.abc import Sequence

import numpy as np
from PIL import Image

from dreamlab.images.pixels import from_pixels


def middle_square(pixels: np.ndarray, side: int) -> np.ndarray:
    """Return the middle of a picture, as large as it can be, scaled to a side.

    Parameters
    ----------
    pixels : numpy.ndarray
        uint8, shape (H, W, 3).
    side : int
        Side of the square, in pixels.

    Returns
    -------
    numpy.ndarray
        float32, shape (side, side, 3), in [-1, 1].
    """
    height, width = pixels.shape[:2]
    own = min(height, width)
    top, left = (height - own) // 2, (width - own) // 2
    return square(pixels[top : top + own, left : left + own], 0, 0, own, side)


def seeded_squares(
    pictures: Sequence[np.ndarray], count: int, side: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return squares from random places of pictures, of random sizes, scaled to a side.

    A square is at least `side` pixels wide, where the picture is, and at most the whole picture;
    of that range, each doubling is as likely as any other.

    Parameters
    ----------
    pictures : sequence of numpy.ndarray
        uint8, shape (H, W, 3) each.
    count : int
        Number of squares; the pictures take turns.
    side : int
        Side of the squares, in pixels.
    seed : int
        Starts the random numbers.

    Returns
    -------
    squares : numpy.ndarray
        float32, shape (count, side, side, 3), in [-1, 1].
    pictures : numpy.ndarray
        Place of the picture of each, int, shape (count,).
    """
    generator = np.random.default_rng(seed)
    places = np.arange(count) % len(pictures)
    turns = places.tolist()
    squares = []
    for place in turns:
        height, width = pictures[place].shape[:2]
        most = min(height, width)
        least = min(side, most)
        own = least * (most / least) ** generator.random()
        top, left = (generator.random() * (length - own) for length in (height, width))
        squares.append(square(pictures[place], top, left, own, side))
    return np.stack(squares), places


def square(pixels: np.ndarray, top: float, left: float, own: float, side: int) -> np.ndarray:
    """Return a square of a picture, scaled to a side, bicubically.

    Parameters
    ----------
    pixels : numpy.ndarray
        uint8, shape (H, W, 3).
    top, left, own : float
        Place and side of the square in the picture, in pixels.
    side : int
        Side of the square that is returned, in pixels.

    Returns
    -------
    numpy.ndarray
        float32, shape (side, side, 3), in [-1, 1].
    """
    image = Image.fromarray(pixels)
    # Rounding errors would lead out of the picture, which Pillow refuses.
    box = left, top, min(left + own, image.width), min(top + own, image.height)
    return from_pixels(np.asarray(image.resize((side, side), Image.Resampling.BICUBIC, box=box)))
