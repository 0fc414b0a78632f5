"""Structural similarity of two pictures."""

import numpy as np

from dreamlab.errors import DreamError

#: Side of the window in which pictures are compared, in pixels.
WINDOW = 7

#: Constants of the formula for pixels in 0 to 255; they prevent a division by 0 in flat windows.
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2


def ssim(pixels: np.ndarray, other: np.ndarray) -> float:
    """Return the mean structural similarity of two pictures; it is at most 1, for equal pictures.

    The formula is that of Wang, Bovik, Sheikh and Simoncelli, "Image Quality Assessment: From Error
    Visibility to Structural Similarity" (2004), for each channel alone. We use square windows of
    uniform weight, and the sample covariance (divided by the window's pixels less 1).

    Parameters
    ----------
    pixels, other : numpy.ndarray
        uint8, both of the same shape (H, W, 3), each side 7 px or more.

    Raises
    ------
    DreamError
        If the shapes differ, or a side is shorter than the window.
    """
    if pixels.shape != other.shape or min(pixels.shape[:2]) < WINDOW:
        raise DreamError(
            f"pictures are {pixels.shape} and {other.shape}; SSIM needs two of one shape, at "
            f"least {WINDOW} x {WINDOW} px"
        )
    x, y = pixels.astype(np.float64), other.astype(np.float64)
    mean_x, mean_y = _window_means(x), _window_means(y)
    unbiased = WINDOW**2 / (WINDOW**2 - 1)
    variance_x = unbiased * (_window_means(x * x) - mean_x * mean_x)
    variance_y = unbiased * (_window_means(y * y) - mean_y * mean_y)
    covariance = unbiased * (_window_means(x * y) - mean_x * mean_y)
    similarity = (2 * mean_x * mean_y + _C1) * (2 * covariance + _C2)
    similarity /= (mean_x**2 + mean_y**2 + _C1) * (variance_x + variance_y + _C2)
    return float(similarity.mean())


def _window_means(values: np.ndarray) -> np.ndarray:
    """Return the mean of each whole window, from differences of running sums on both axes."""
    for axis in (0, 1):
        sums = np.cumsum(values, axis=axis)
        sums = np.insert(sums, 0, 0.0, axis=axis)
        length = sums.shape[axis]
        ends = np.take(sums, range(WINDOW, length), axis=axis)
        values = (ends - np.take(sums, range(length - WINDOW), axis=axis)) / WINDOW
    return values
