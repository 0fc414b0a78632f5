"""Resizes with aligned corners, as `scipy.ndimage.zoom` does with ``order=1``."""

from collections.abc import Iterator

import numpy as np

from dreamlab.images.pixels import from_pixels
from dreamlab.images.shape import Shape

#: Values that are resized at a time, so that the copies in double precision stay small.
_VALUES = 2**20


def resize(image: np.ndarray, shape: Shape) -> np.ndarray:
    """Resize bilinearly with aligned corner pixels.

    TensorFlow's default aligns pixel edges instead (half-pixel centres), which would shift the lost
    detail against the dream. We compute in double precision, as SciPy does: a dream doubles every
    rounding error in a step or two, so only identical pixels give the notebook's losses.

    Parameters
    ----------
    image : numpy.ndarray
        float32, shape (H, W, 3), or uint8 pixels, which are taken as `from_pixels` gives them.
    shape : Shape
        Target height and width, in pixels.

    Returns
    -------
    numpy.ndarray
        float32, shape (height, width, 3); the same array if neither size nor type changes.
    """
    if image.shape[:2] == tuple(shape):
        return _floats(image)
    resized = np.empty((*shape, image.shape[2]), np.float32)
    for rows, strip in _strips(image, shape):
        resized[rows] = strip
    return resized


def restore_detail(
    picture: np.ndarray,
    original: np.ndarray,
    shrunk: np.ndarray,
    share: np.ndarray | None = None,
) -> np.ndarray:
    """Add to a picture the detail that the original lost when it was shrunk.

    Parameters
    ----------
    picture : numpy.ndarray
        The dream, float32 (H, W, 3).
    original : numpy.ndarray
        The original at this size, float32 (H, W, 3) or uint8 pixels.
    shrunk : numpy.ndarray
        The original at the previous size, float32; resized to H x W it lacks the lost detail.
    share : numpy.ndarray, optional
        The share of the detail that is added, float32 (H, W, 1), 0 to 1; without it all.

    Returns
    -------
    numpy.ndarray
        float32 (H, W, 3), a new array.
    """
    shape = Shape.of(picture)
    if shrunk.shape[:2] == shape:
        strips = iter([(slice(None), _floats(shrunk))])
    else:
        strips = _strips(shrunk, shape)
    restored = np.empty_like(picture)
    for rows, strip in strips:
        # The sum runs from left to right, which the notebook's losses need to the last bit.
        if share is None:
            restored[rows] = picture[rows] + _floats(original[rows]) - strip
        else:
            restored[rows] = picture[rows] + share[rows] * (_floats(original[rows]) - strip)
    return restored


def _strips(image: np.ndarray, shape: Shape) -> Iterator[tuple[slice, np.ndarray]]:
    """Resize some rows at a time; yields the rows, and their pixels in float32."""
    above, below, down = _neighbours(image.shape[0], shape[0])
    left, right, across = _neighbours(image.shape[1], shape[1])
    down, across = down[:, None, None], across[None, :, None]
    count = max(1, _VALUES // (shape[1] * image.shape[2]))
    for begin in range(0, shape[0], count):
        rows = slice(begin, begin + count)
        upper = _floats(image[above[rows]]) * (1 - down[rows])
        lower = _floats(image[below[rows]]) * down[rows]
        # The sum runs in SciPy's order, so that even the last bit is the same.
        total = upper[:, left] * (1 - across)
        total += upper[:, right] * across
        total += lower[:, left] * (1 - across)
        total += lower[:, right] * across
        yield rows, total.astype(np.float32)


def _floats(image: np.ndarray) -> np.ndarray:
    return from_pixels(image) if image.dtype == np.uint8 else image


def _neighbours(old: int, new: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return for each new position the old neighbours, and the fraction of the way between."""
    positions = np.arange(new) * ((old - 1) / max(1, new - 1))
    before = np.minimum(positions.astype(np.intp), old - 1)
    return before, np.minimum(before + 1, old - 1), positions - before
