"""How far a distribution over pixels reaches, and how alike two maps are."""

import numpy as np
from PIL import Image

from dreamlab.images.shape import Shape

#: Deviation of a map in float32 from its mean, over its size, that rounding alone may make.
_ROUNDING = 1e-6


def deviation(distribution: np.ndarray) -> float:
    """Return the standard deviation an axis of a distribution, in pixels.

    It is the root of the mean of both axes' variances about the distribution's own mean.

    Parameters
    ----------
    distribution : numpy.ndarray
        Shape (H, W), not negative, with a sum above 0.
    """
    variances = []
    for axis in (0, 1):
        along = distribution.sum(axis=1 - axis, dtype=np.float64)
        along /= along.sum()
        places = np.arange(len(along))
        variances.append(along @ np.square(places - along @ places))
    return float(np.sqrt(np.mean(variances)))


def square_side(distribution: np.ndarray, centre: tuple[float, float], share: float) -> int:
    """Return the side of the smallest square about a centre that holds a share, in pixels.

    Parameters
    ----------
    distribution : numpy.ndarray
        Shape (H, W), not negative, with a sum above 0.
    centre : (float, float)
        Row and column, whole or between two pixels; the square may reach beyond the edges.
    share : float
        Share of the whole sum, above 0 and at most 1.
    """
    rows, columns = (
        np.abs(np.arange(length) - place)
        for length, place in zip(distribution.shape, centre, strict=True)
    )
    sides = np.ceil(2 * np.maximum(rows[:, None], columns)).astype(np.intp) + 1
    held = np.cumsum(np.bincount(sides.ravel(), distribution.ravel()))
    # Rounding must not make the last pixels, which hold nothing, part of a whole.
    return int(np.searchsorted(held, share * held[-1] * (1 - 1e-12)))


def half_share(energy: np.ndarray) -> float | None:
    """Return the smallest share of positions that together hold half of a map, at most 0.5.

    Parameters
    ----------
    energy : numpy.ndarray
        Shape (rows, columns), not negative. Of a map of zeros there is none.
    """
    held = np.cumsum(np.sort(energy, axis=None)[::-1], dtype=np.float64)
    if not held[-1]:
        return None
    count = int(np.searchsorted(held, held[-1] / 2)) + 1
    before = held[count - 2] if count > 1 else 0.0
    part = (held[-1] / 2 - before) / (held[count - 1] - before)  # of the last position
    return float((count - 1 + part) / held.size)


def correlation(first: np.ndarray, second: np.ndarray) -> float | None:
    """Return Pearson's correlation of two maps of one shape; None if one is the same all over."""
    maps = np.float64(first), np.float64(second)
    deviations = [values - values.mean() for values in maps]
    norms = [np.linalg.norm(values) for values in deviations]
    # What float32 leaves of a map that is the same all over is no pattern.
    least = [_ROUNDING * np.linalg.norm(values) for values in maps]
    if any(norm <= low for norm, low in zip(norms, least, strict=True)):
        return None
    return float(np.vdot(*deviations) / np.prod(norms))


def local_contrast(image: np.ndarray, shape: Shape) -> np.ndarray:
    """Return where the brightness of a picture changes: its mean squared slope, by place.

    Parameters
    ----------
    image : numpy.ndarray
        float32, shape (H, W, 3).
    shape : Shape
        Rows and columns of the map; each of its places is the mean of the pixels below.

    Returns
    -------
    numpy.ndarray
        float32, shape (rows, columns).
    """
    brightness = image.mean(axis=2)
    squares = np.zeros_like(brightness)
    for axis, side in enumerate(brightness.shape):
        if side > 1:
            squares += np.square(np.gradient(brightness, axis=axis))
    scaled = Image.fromarray(squares).resize((shape.width, shape.height), Image.Resampling.BOX)
    return np.asarray(scaled)
