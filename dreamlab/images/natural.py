"""Squares cut from natural pictures: what a picture that was made is held against."""

from pathlib import Path

import numpy as np

from dreamlab.images.load import load_image
from dreamlab.images.pixels import to_pixels
from dreamlab.images.squares import square

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
    pixels = to_pixels(image)
    height, width = pixels.shape[:2]
    longest = min(height, width)
    shortest = min(side, longest)
    crops = []
    for size, left, top in generator.uniform(size=(count, 3)).tolist():
        own = shortest * (longest / shortest) ** size
        crops.append(square(pixels, top * (height - own), left * (width - own), own, side))
    return np.stack(crops)


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
