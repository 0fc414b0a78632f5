"""The Laplacian pyramid, and pictures whose levels are equally strong.

Burt and Adelson, "The Laplacian pyramid as a compact image code" (1983). Equal levels are the
``lap_norm`` of TensorFlow's DeepDream notebook,
https://github.com/tensorflow/tensorflow/blob/r0.12/tensorflow/examples/tutorials/deepdream/deepdream.ipynb.
At the border a picture goes on as its mirror image.
"""

import numpy as np

#: Shortest side that is halved once more, in pixels.
_SMALLEST = 4


def laplacian(image: np.ndarray, levels: int) -> list[np.ndarray]:
    """Split a picture into a Laplacian pyramid.

    Parameters
    ----------
    image : numpy.ndarray
        float32, shape (H, W, C).
    levels : int
        Levels to split off, finest first; fewer where a side would be halved below 2 pixels.

    Returns
    -------
    list of numpy.ndarray
        The levels, then the rest: float32, each half as high and wide as the one before, rounded
        up. `merged` adds them up.
    """
    found = list[np.ndarray]()
    while len(found) < levels and min(image.shape[:2]) >= _SMALLEST:
        rest = _halved(image)
        found.append(image - _doubled(rest, image.shape))
        image = rest
    return [*found, image]


def merged(levels: list[np.ndarray]) -> np.ndarray:
    """Return the picture of a Laplacian pyramid, float32 (H, W, C)."""
    *finer, image = levels
    for level in reversed(finer):
        image = _doubled(image, level.shape)
        image += level
    return image


def equalised(image: np.ndarray, levels: int) -> np.ndarray:
    """Return a picture with its Laplacian pyramid's levels, and the rest, equally strong.

    Parameters
    ----------
    image, levels
        As for `laplacian`.

    Returns
    -------
    numpy.ndarray
        float32, shape (H, W, C): each level has a root mean square of 1, or is 0.
    """
    # Channel by channel, as what is made on the way takes twice the memory of the picture.
    channels = [laplacian(image[..., at : at + 1], levels) for at in range(image.shape[2])]
    for level in zip(*channels, strict=True):
        # Row by row, as a sum over a whole level would be rounded more.
        squares = sum(float(np.vdot(row, row)) for part in level for row in part)
        if squares:
            size = sum(part.size for part in level)
            for part in level:
                part /= np.float32(np.sqrt(squares / size))
    found = np.empty_like(image)
    for at in range(image.shape[2]):
        found[..., at : at + 1] = merged(channels[at])
    return found


def _halved(image: np.ndarray) -> np.ndarray:
    """Return every other pixel under the binomial filter 1 4 6 4 1."""
    for axis in (0, 1):
        margins = [(0, 0)] * 3
        margins[axis] = (2, 2)
        padded = np.moveaxis(np.pad(image, margins, "symmetric"), axis, 0)
        length = image.shape[axis]
        one, two, three, four, five = (padded[at : at + length : 2] for at in range(5))
        total = 6 * three
        total += 4 * (two + four)
        total += one + five
        total /= 16
        image = np.moveaxis(total, 0, axis)
    return np.ascontiguousarray(image)


def _doubled(image: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Return a picture at twice its size, cut to a shape, under the same filter."""
    for axis in (0, 1):
        margins = [(0, 0)] * 3
        margins[axis] = (1, 1)
        padded = np.moveaxis(np.pad(image, margins, "symmetric"), axis, 0)
        before, here, after = padded[:-2], padded[1:-1], padded[2:]
        total = np.empty((2 * len(here), *here.shape[1:]), np.float32)
        total[::2] = (before + after + 6 * here) / 8
        total[1::2] = (here + after) / 2
        image = np.moveaxis(total[: shape[axis]], 0, axis)
    return np.ascontiguousarray(image)
