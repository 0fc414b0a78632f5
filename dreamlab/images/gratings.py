"""Gratings: striped pictures of several orientations and periods, to find what is tuned to them."""

import math

import numpy as np

from dreamlab.images.shape import Shape

#: Orientations, evenly from 0 to half a turn; an even number, so that each has one across it.
ORIENTATIONS = 8
#: Periods, in pixels.
PERIODS = (3, 5, 8, 12, 20, 32)
#: Phases, a quarter of a period apart.
PHASES = 2

#: From grey to the brightest part.
_CONTRAST = 0.5


def grating(shape: Shape, orientation: int, period: float, phase: int) -> np.ndarray:
    """Return a grey grating: a sine wave around 0, the same in all channels.

    Parameters
    ----------
    shape : Shape
        Height and width, in pixels.
    orientation : int
        Of `ORIENTATIONS`: 0 changes from left to right, the next is turned clockwise.
    period : float
        Pixels from one bright stripe to the next.
    phase : int
        Of `PHASES`.

    Returns
    -------
    numpy.ndarray
        float32, shape (H, W, 3), in [-0.5, 0.5].
    """
    rows, columns = np.mgrid[0 : shape.height, 0 : shape.width]
    angle = math.pi * orientation / ORIENTATIONS
    way = columns * math.cos(angle) + rows * math.sin(angle)
    wave = _CONTRAST * np.sin(2 * math.pi * (way / period + phase / 4))
    return np.repeat(wave.astype(np.float32)[..., None], 3, axis=2)


def gratings(shape: Shape) -> list[np.ndarray]:
    """Return all gratings: by orientation, within that by period, within that by phase."""
    return [
        grating(shape, orientation, period, phase)
        for orientation in range(ORIENTATIONS)
        for period in PERIODS
        for phase in range(PHASES)
    ]


def sheet(shape: Shape) -> np.ndarray:
    """Return the gratings of the first phase side by side, a row for each period: float32."""
    rows = [
        np.concatenate([grating(shape, turn, period, 0) for turn in range(ORIENTATIONS)], axis=1)
        for period in PERIODS
    ]
    return np.concatenate(rows)
