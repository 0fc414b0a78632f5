"""Masks: how far each pixel of a picture may change, from 0, not at all, to 1."""

import numpy as np

from dreamlab.config import DreamConfig
from dreamlab.config.beside import Box, area
from dreamlab.errors import DreamError
from dreamlab.images.pixels import LUMINANCE
from dreamlab.images.resample import resize
from dreamlab.images.shape import Shape

#: Luminances up to the first are black, and from the second on white: a JPEG blurs both a little.
_BLACK, _WHITE = 8, 247

#: Shares of the positions of an energy map that are wholly out of its mask, and wholly in it.
_OUT, _IN = 5, 95


def mask_at(config: DreamConfig, shape: Shape, small: np.ndarray | None = None) -> np.ndarray:
    """Return the mask of a dream at a size: float32, shape (H, W), 0 to 1.

    Parameters
    ----------
    config : DreamConfig
        Settings that name a mask.
    shape : Shape
        Height and width, in pixels.
    small : numpy.ndarray, optional
        What `picture_mask` or `energy_mask` returns, where the mask is of a picture or a layer.

    Raises
    ------
    DreamError
        If nothing is left to change.
    """
    where = area(config.mask)
    if small is not None:
        mask = enlarged_mask(small, shape)
    else:
        assert where is not None and where.box is not None
        mask = box_mask(where.box, shape, ellipse=where.kind == "ellipse").astype(np.float32)
    mask = faded(1 - mask if config.mask_outside else mask, config.mask_edge)
    if not mask.any():
        raise DreamError(
            f"the mask leaves nothing to change at {shape.width} x {shape.height} px: choose a "
            "larger area, a narrower mask_edge or fewer octaves"
        )
    return mask


def box_mask(box: Box, shape: Shape, *, ellipse: bool = False) -> np.ndarray:
    """Return the mask of a rectangle, or of the ellipse in it: bool, shape (H, W).

    A pixel is in it where its centre is.

    Parameters
    ----------
    box : Box
        The rectangle, as shares of the sides.
    shape : Shape
        Height and width of the picture, in pixels.
    ellipse : bool
        Whether it is the ellipse that touches the rectangle's sides.
    """
    down, across = ((np.arange(side) + 0.5) / side for side in shape)
    if not ellipse:
        rows = (down >= box.top) & (down < box.bottom)
        columns = (across >= box.left) & (across < box.right)
        return rows[:, None] & columns
    high, wide = (box.bottom - box.top) / 2, (box.right - box.left) / 2
    rows = np.square((down - box.top - high) / high)
    columns = np.square((across - box.left - wide) / wide)
    return rows[:, None] + columns <= 1


def picture_mask(pixels: np.ndarray) -> np.ndarray:
    """Return the mask that a picture shows: white changes, black stays, grey changes in part.

    Parameters
    ----------
    pixels : numpy.ndarray
        uint8, shape (H, W, 3).

    Returns
    -------
    numpy.ndarray
        float32, shape (H, W): the luminance, 0 up to level 8 and 1 from level 247 on.
    """
    luminance = pixels.astype(np.float32) @ np.array(LUMINANCE, np.float32)
    return np.clip((luminance - _BLACK) / (_WHITE - _BLACK), 0, 1)


def energy_mask(energy: np.ndarray) -> np.ndarray | None:
    """Return the mask of a layer's energy; None where it is the same at all positions.

    Parameters
    ----------
    energy : numpy.ndarray
        float64, shape (rows, columns): the mean square of the layer's activations by position.

    Returns
    -------
    numpy.ndarray or None
        float32, shape (rows, columns): the root of the energy, 0 for the weakest twentieth of the
        positions and 1 for the strongest, even between them.
    """
    answer = np.sqrt(energy)
    low, high = np.percentile(answer, (_OUT, _IN))
    if not high > low:  # few positions stand out of a map that is flat, or none
        low, high = answer.min(), answer.max()
    if not high > low:
        return None
    return np.clip((answer - low) / (high - low), 0, 1).astype(np.float32)


def enlarged_mask(mask: np.ndarray, shape: Shape) -> np.ndarray:
    """Return a mask at another size, bilinearly: float32, shape (H, W)."""
    return resize(mask.astype(np.float32)[..., None], shape)[..., 0]


def faded(mask: np.ndarray, edge: float) -> np.ndarray:
    """Return a mask that fades toward its edge; what it left out stays out.

    The mask is eroded by half the width, then averaged over the same squares, so that it climbs
    evenly from 0 at its edge to its own values a width further in. At the border of the picture
    there is no edge.

    Parameters
    ----------
    mask : numpy.ndarray
        float32, shape (H, W), 0 to 1.
    edge : float
        The width, as a share of the picture's shorter side.

    Returns
    -------
    numpy.ndarray
        float32, shape (H, W), nowhere above the mask.
    """
    reach = round(edge * min(mask.shape) / 2)
    if not reach:
        return mask
    soft = mask
    for step in (_eroded, _averaged):
        for _ in range(2):
            soft = np.ascontiguousarray(step(soft, reach).T)
    return np.minimum(soft, mask)


def _eroded(mask: np.ndarray, reach: int) -> np.ndarray:
    """Return the least value of each window of rows.

    By van Herk, "A fast algorithm for local minimum and maximum filters" (1992), which takes as
    long for any window.
    """
    rows, size = len(mask), 2 * reach + 1
    blocks = -(-(rows + 2 * reach) // size)
    padded = np.ones((blocks * size, mask.shape[1]), np.float32)
    padded[reach : reach + rows] = mask
    blocked = padded.reshape(blocks, size, -1)
    ahead = np.minimum.accumulate(blocked, axis=1).reshape(padded.shape)
    behind = np.minimum.accumulate(blocked[:, ::-1], axis=1)[:, ::-1].reshape(padded.shape)
    return np.minimum(behind[:rows], ahead[2 * reach : 2 * reach + rows])


def _averaged(mask: np.ndarray, reach: int) -> np.ndarray:
    """Return the mean of each window of rows; the first and the last row go on."""
    rows, size = len(mask), 2 * reach + 1
    means = np.empty_like(mask)
    total = np.zeros(mask.shape[1])
    for row in range(-reach, reach + 1):
        total += mask[min(max(row, 0), rows - 1)]
    for row in range(rows):
        means[row] = total / size
        total += mask[min(row + reach + 1, rows - 1)]
        total -= mask[max(row - reach, 0)]
    return means
