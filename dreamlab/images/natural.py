"""Squares cut from natural pictures: what a picture that was made is held against."""

from pathlib import Path

import numpy as np
from PIL import Image

from dreamlab.images.load import load_image
from dreamlab.images.pixels import from_pixels, to_pixels

#: The pictures that come with dreamlab.
SAMPLES = tuple(
    Path(__file__).parents[1] / "samples" / name for name in ("cat.png", "galaxies.jpg")
)


def random_crops(image: np.ndarray, side: int, count: int, seed: int) -> np.ndarray:
    """Cut squares at random and scale each to the same side, bicubically.

    Each square is as wide as the crops will be or wider, up to the picture's short side; a smaller
    picture is enlarged. All sizes are equally frequent on a logarithmic scale.

    Parameters
    ----------
    image : numpy.ndarray
        float32, shape (H, W, 3), in [-1, 1].
    side : int
        Side of the crops, in pixels.
    count : int
        Number of crops.
    seed : int
        Seed of their places and sizes.

    Returns
    -------
    numpy.ndarray
        float32, shape (count, side, side, 3), in [-1, 1].
    """
    generator = np.random.default_rng(seed)
    picture = Image.fromarray(to_pixels(image))
    longest = min(picture.size)
    shortest = min(side, longest)
    places = [
        (shortest * (longest / shortest) ** size, left, top)
        for size, left, top in generator.uniform(size=(count, 3)).tolist()
    ]
    return np.stack([_square(picture, side, *place) for place in places])


def centre_square(image: np.ndarray, side: int) -> np.ndarray:
    """Return the largest square around a picture's centre, scaled to a side, bicubically.

    Parameters
    ----------
    image : numpy.ndarray
        float32, shape (H, W, 3), in [-1, 1].
    side : int
        Side of the square that is returned, in pixels.

    Returns
    -------
    numpy.ndarray
        float32, shape (side, side, 3), in [-1, 1].
    """
    picture = Image.fromarray(to_pixels(image))
    return _square(picture, side, min(picture.size), 0.5, 0.5)


def sample_crops(side: int, count: int, seed: int = 0) -> np.ndarray:
    """Return random crops of the pictures that come with dreamlab.

    Parameters
    ----------
    side, count, seed
        As in `random_crops`, for each picture.

    Returns
    -------
    numpy.ndarray
        float32, shape (count * pictures, side, side, 3), in [-1, 1].
    """
    return np.concatenate([random_crops(load_image(path), side, count, seed) for path in SAMPLES])


def _square(picture: Image.Image, side: int, cut: float, left: float, top: float) -> np.ndarray:
    """Cut a square of a side, at shares of the way from left and from top; scale it to another."""
    x, y = left * (picture.width - cut), top * (picture.height - cut)
    box = x, y, min(x + cut, picture.width), min(y + cut, picture.height)
    scaled = picture.resize((side, side), Image.Resampling.BICUBIC, box=box)
    return from_pixels(np.asarray(scaled))
