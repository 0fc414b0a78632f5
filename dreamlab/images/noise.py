"""The two kinds of noise that the notebook adds to each octave."""

import numpy as np

from dreamlab.images.bounds import MAX_PIXELS, check_size


def add_gaussian(
    image: np.ndarray,
    standard_deviation: float,
    generator: np.random.Generator,
    *,
    grey: bool = False,
) -> np.ndarray:
    """Add Gaussian noise whose mean is minus its standard deviation.

    The notebook draws from a normal distribution of mean ``-amount`` and standard deviation
    ``amount`` for each channel, so noise also darkens the picture a little.

    Parameters
    ----------
    image : numpy.ndarray
        float32, shape (H, W, 3), in [-1, 1].
    standard_deviation : float
        Standard deviation, for a picture in [-1, 1]; 0 returns the picture itself.
    generator : numpy.random.Generator
        Source of randomness.
    grey : bool
        Whether a pixel's three values have the same noise, so that its colour stays.

    Returns
    -------
    numpy.ndarray
        float32, shape (H, W, 3); not clipped.
    """
    if standard_deviation == 0:
        return image
    shape = (*image.shape[:2], 1) if grey else image.shape
    noise = generator.standard_normal(shape, dtype=np.float32)
    noise -= 1
    noise *= standard_deviation
    if grey:
        return image + noise
    noise += image
    return noise


def add_salt_and_pepper(
    image: np.ndarray, amount: float, generator: np.random.Generator, *, grey: bool = False
) -> np.ndarray:
    """Turn whole pixels white (+1) or black (-1), half of the given share each.

    Parameters
    ----------
    image : numpy.ndarray
        float32, shape (H, W, 3), in [-1, 1].
    amount : float
        Expected share of pixels that are replaced, 0 to 1; 0 returns the picture itself.
    generator : numpy.random.Generator
        Source of randomness.
    grey : bool
        Whether a pixel's three values change by the same, to a mean of +1 or -1, so that its
        colour stays.

    Returns
    -------
    numpy.ndarray
        float32, shape (H, W, 3), a new array unless `amount` is 0.
    """
    if amount == 0:
        return image
    draws = generator.random(image.shape[:2], dtype=np.float32)
    noisy = image.copy()
    for hit, value in ((draws < amount / 2, 1.0), (draws >= 1 - amount / 2, -1.0)):
        if grey:
            noisy[hit] += value - noisy[hit].mean(axis=1, keepdims=True)
        else:
            noisy[hit] = value
    return noisy


_NOISE = 0.2


def seeded_noise(height: int, width: int, seed: int) -> np.ndarray:
    """Make a picture of Gaussian noise (standard deviation 0.2) on grey, to dream on.

    Parameters
    ----------
    height, width : int
        Size in pixels.
    seed : int
        Same seed, same picture.

    Returns
    -------
    numpy.ndarray
        float32, shape (height, width, 3), in [-1, 1].

    Raises
    ------
    DreamError
        If the size is out of range.
    """
    check_size(width, height, "the noise picture", MAX_PIXELS)
    noise = np.random.default_rng(seed).normal(0.0, _NOISE, (height, width, 3))
    return np.clip(noise, -1, 1).astype(np.float32)
