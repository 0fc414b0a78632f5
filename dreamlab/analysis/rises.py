"""How much a layer's answer rises, beside what noise of the same size does: the control."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from dreamlab.images.distance import distance, line_search
from dreamlab.images.shape import Shape

if TYPE_CHECKING:
    from dreamlab.dream.activations import Activations

#: Noises that each rise is compared with.
NOISES = 3


class Rises:
    """Measures how many times as strongly a layer answers, to a dream and to noise as large.

    Parameters
    ----------
    measured : Activations
        Measures the layers.
    seed : int
        Starts the noise.
    """

    def __init__(self, measured: "Activations", seed: int) -> None:
        self._measured, self._seed = measured, seed
        self._before: dict[Shape, dict[str, float]] = {}
        self._noises: dict[tuple[Shape, str], list[dict[str, float]]] = {}

    def of(self, original: np.ndarray, layer: str, picture: np.ndarray) -> float | None:
        """Return the mean square of a layer over that of an original; None if that is 0.

        Parameters
        ----------
        original, picture : numpy.ndarray
            float32, of one shape (H, W, 3), in [-1, 1]; there is one original of each shape.
        layer : str
            Name of the layer.
        """
        shape = Shape.of(original)
        if shape not in self._before:
            self._before[shape] = self._measured.mean_squares(original)
        before = self._before[shape][layer]
        return self._measured.mean_squares(picture)[layer] / before if before else None

    def of_noise(self, original: np.ndarray, layer: str, amount: float) -> list[float]:
        """Return the rises of a layer by `NOISES` noises that move the original by an amount.

        Parameters
        ----------
        original, layer
            As of `of`, which was asked for the original before.
        amount : float
            The `distance`, in three digits.
        """
        shape = Shape.of(original)
        key = shape, f"{amount:.3g}"
        if key not in self._noises:
            seeds = [(self._seed, *shape, place) for place in range(NOISES)]
            self._noises[key] = [
                self._measured.mean_squares(noisy(original, float(key[1]), seed)) for seed in seeds
            ]
        return [squares[layer] / self._before[shape][layer] for squares in self._noises[key]]


def noisy(image: np.ndarray, amount: float, seed: Sequence[int]) -> np.ndarray:
    """Return a picture that Gaussian noise has moved by a `distance`, or as far as it can.

    Parameters
    ----------
    image : numpy.ndarray
        float32, shape (H, W, 3), in [-1, 1].
    amount : float
        The root mean square, of what is not clipped.
    seed : sequence of int
        Starts the random numbers.
    """
    noise = np.random.default_rng(seed).standard_normal(image.shape, np.float32)
    # Of noise in black and white half is clipped, and the more the further it goes.
    far = image + np.float32(4 * amount) * noise
    share = line_search(image, image, far, amount) if distance(far, image) >= amount else 1.0
    return np.clip(image + np.float32(share) * (far - image), -1, 1)
