"""Draws places: a guide in colours that differ by place, and a picture in those that it matched."""

import numpy as np
from PIL import Image

from dreamlab.images.pixels import resize_pixels
from dreamlab.images.shape import Shape

#: Brightness of black, and of white: a colour must be seen in the dark too.
_DARK, _LIGHT = 0.3, 1.0

#: Colour of what has no place, before its brightness: darker than any place.
_NONE = np.array([95, 95, 95], np.float32)

_LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)


def place_colours(places: np.ndarray) -> np.ndarray:
    """Return the colour of each place.

    Parameters
    ----------
    places : numpy.ndarray
        Shape (places, 2): shares of height and width, 0 to 1.

    Returns
    -------
    numpy.ndarray
        float32, shape (places, 3), 0 to 255.
    """
    down, right = np.asarray(places, np.float32).T - 0.5
    # A colour wheel: hues go around the middle, which is white.
    hue = np.arctan2(down, right) / np.pi * 3
    chroma = np.clip(np.hypot(down, right) * 2, 0, 1)[:, None]
    pure = np.abs((hue[:, None] + np.array([0, 4, 2])) % 6 - 3) - 1
    return np.asarray(255 * (1 - chroma * (1 - np.clip(pure, 0, 1))), np.float32)


def used_places(pixels: np.ndarray, places: np.ndarray, used: np.ndarray) -> np.ndarray:
    """Draw a guide: what was used in the colours of its places, the rest in grey.

    Parameters
    ----------
    pixels : numpy.ndarray
        The guide, uint8, shape (H, W, 3).
    places : numpy.ndarray
        Shape (places, 2), as in `place_colours`. Each pixel belongs to the nearest.
    used : numpy.ndarray
        bool, shape (places,).

    Returns
    -------
    numpy.ndarray
        uint8, shape (H, W, 3).
    """
    shape = Shape.of(pixels)
    cells = shape.fitted(96)
    middles = (np.argwhere(np.ones(cells)) + 0.5) / cells
    here, there = middles * shape, places * np.array(shape)
    # The square of the distance, but for that of the pixel, which is the same for all places.
    nearest = (np.square(there).sum(1) - 2 * here @ there.T).argmin(1)
    colours = np.where(used[nearest, None], place_colours(middles), _NONE)
    return _lit(colours.reshape(*cells, 3), pixels)


def matched_places(pixels: np.ndarray, places: np.ndarray, matched: np.ndarray) -> np.ndarray:
    """Draw a picture in the colours of the places that it matched.

    Parameters
    ----------
    pixels : numpy.ndarray
        The picture, uint8, shape (H, W, 3).
    places : numpy.ndarray
        Shape (places, 2), as in `place_colours`.
    matched : numpy.ndarray
        int, shape (rows, columns): the number of the place of each position of a layer; -1 for
        none, which is drawn in grey.

    Returns
    -------
    numpy.ndarray
        uint8, shape (H, W, 3).
    """
    colours = np.vstack([place_colours(places), _NONE])
    return _lit(colours[matched], pixels)


def _lit(colours: np.ndarray, pixels: np.ndarray) -> np.ndarray:
    """Return colours, (rows, columns, 3), at a picture's size and with its brightness."""
    size = pixels.shape[1], pixels.shape[0]
    cells = Image.fromarray(colours.astype(np.uint8))
    large = np.asarray(cells.resize(size, Image.Resampling.NEAREST), np.float32)
    light = pixels @ _LUMINANCE / 255
    return (large * (_DARK + (_LIGHT - _DARK) * light[..., None])).astype(np.uint8)


def side_by_side(first: np.ndarray, second: np.ndarray, gap: int = 8) -> np.ndarray:
    """Return two pictures, uint8 (H, W, 3), beside each other on white, at the second's height."""
    height = second.shape[0]
    first = resize_pixels(first, height, max(1, round(first.shape[1] * height / first.shape[0])))
    return np.hstack([first, np.full((height, gap, 3), 255, np.uint8), second])
