"""Noise as large as any change of a picture, measured at a few levels and read between them."""

import math
from collections.abc import Mapping

import numpy as np

from dreamlab.images.cues import CUES
from dreamlab.images.distance import distance

#: Deviations of the noise are the powers of the root of 2 with these exponents. Shifts between two
#: are read off a monotone curve of logarithms, which is within 2 % of the shift under noise in
#: between; with powers of 2, or with straight lines, it would not be.
_LOWEST, _HIGHEST = -20, 8


class NoiseLevels:
    """Gaussian noise on a picture, clipped to [-1, 1] as the picture is, at levels in a row.

    The noise of a draw is the same at all levels, but for its size.

    Parameters
    ----------
    image : numpy.ndarray
        float32, shape (H, W, 3), in [-1, 1].
    seed : int
        Seed of all draws.
    grey : bool
        Whether all channels have the same noise, for a network that sees grey pictures alone.
    """

    def __init__(self, image: np.ndarray, seed: int, *, grey: bool) -> None:
        self._image = image
        self._seed = seed
        self._channels = 1 if grey else 3
        self._sizes: dict[tuple[int, int], float] = {}

    def picture(self, draw: int, level: int) -> np.ndarray:
        """Return the noisy picture of a draw and a level: float32, shape (H, W, 3)."""
        # Further than any cue's number, so that no cue has the same noise.
        generator = np.random.default_rng((self._seed, draw, len(CUES)))
        shape = (*self._image.shape[:2], self._channels)
        noise = generator.standard_normal(shape, np.float32)
        return np.clip(self._image + np.float32(2.0 ** (level / 2)) * noise, -1, 1)

    def size(self, draw: int, level: int) -> float:
        """Return the root mean square by which the noise changes the picture, as it is clipped."""
        if (draw, level) not in self._sizes:
            self._sizes[draw, level] = distance(self.picture(draw, level), self._image)
        return self._sizes[draw, level]

    def around(self, draw: int, size: float) -> tuple[int, ...] | None:
        """Return the two levels next below and the two above a size; None if none is as large."""
        level = max(_LOWEST, math.floor(2 * math.log2(size)))
        while level > _LOWEST and self.size(draw, level - 1) > size:
            level -= 1
        while level <= _HIGHEST and self.size(draw, level) < size:
            level += 1
        return None if level > _HIGHEST else (level - 2, level - 1, level, level + 1)

    def between(self, draw: int, size: float, shifts: Mapping[int, float]) -> float | None:
        """Return the shift under noise of a size, from those of the levels around it.

        Parameters
        ----------
        draw : int
            The draw.
        size : float
            Root mean square of the change.
        shifts : mapping of int to float
            The shift at each of the levels `around` the size.

        Returns
        -------
        float or None
            None if noise shifts nothing.
        """
        if not min(shifts.values()) > 0:
            return None
        levels = sorted(shifts)
        sizes = np.log([self.size(draw, level) for level in levels])
        return math.exp(_monotone(math.log(size), sizes, np.log([shifts[of] for of in levels])))


def _monotone(at: float, places: np.ndarray, values: np.ndarray) -> float:
    """Return the value between the second and the third of four places, by a monotone cubic.

    Its slopes there are the weighted harmonic means of those of the straight lines on both sides,
    after Fritsch and Butland.
    """
    lengths = np.diff(places)
    slopes = np.diff(values) / lengths
    ends = []
    for before, after in ((0, 1), (1, 2)):
        if slopes[before] * slopes[after] <= 0:
            ends.append(0.0)
            continue
        weights = np.array(
            [lengths[before] + 2 * lengths[after], 2 * lengths[before] + lengths[after]]
        )
        ends.append(weights.sum() / np.sum(weights / slopes[[before, after]]))
    way = (at - places[1]) / lengths[1]
    curve = (1 + 2 * way) * (1 - way) ** 2 * values[1] + way**2 * (3 - 2 * way) * values[2]
    return float(curve + way * (1 - way) * lengths[1] * ((1 - way) * ends[0] - way * ends[1]))
