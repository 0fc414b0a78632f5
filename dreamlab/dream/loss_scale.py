"""Scales the loss by a power of two, so that no gradient vanishes or overflows on its way back.

A gradient passes through many layers, and float32 has nothing between 0 and 1e-38 in them. Times a
power of two it has the same digits, and its direction is the same.
"""

import math
from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

from dreamlab.errors import DreamError
from dreamlab.images.shape import Shape

#: A gradient whose mean size is within these needs no other power.
_SMALLEST, _LARGEST = 2.0**-60, 2.0**60

#: Powers that are tried where a gradient vanishes, and where it overflows, beside the usual one.
_RAISED, _LOWERED = (120, 60, 0), (-60, -120)

_G = TypeVar("_G")

#: Layers' scaled losses, the gradient or what is made of it, and the gradient's mean size.
Computed = tuple[np.ndarray, _G, float]


class LossScale:
    """The power of two by which the loss of one octave is scaled.

    The largest factor of a layer's sum becomes 0.5 to 1 in size. Where the gradient
    still vanishes, or overflows, it is computed anew with another power, which the next steps keep.

    Parameters
    ----------
    weights : sequence of float
        The layers' weights, not all 0.
    shares : sequence of numpy.ndarray
        For each tile one over the number of values in the mean of each layer's loss, float32, shape
        (layers,).
    shape : Shape
        Height and width of the picture, in pixels.
    """

    def __init__(
        self, weights: Sequence[float], shares: Sequence[np.ndarray], shape: Shape
    ) -> None:
        # Digits and powers are apart, as float32 holds no weight below 1e-38.
        fractions, self._powers = np.frexp(np.array(weights, np.float64))
        self._digits = [share * fractions.astype(np.float32) for share in shares]
        powers = [(np.frexp(of)[1] + self._powers)[of != 0] for of in self._digits]
        self._usual = -int(np.concatenate(powers).max())
        self._kept = self._usual
        self._shape = shape

    @property
    def power(self) -> int:
        """The power of two that the next step begins with."""
        return self._kept

    def factors(self, tile: int, power: int) -> np.ndarray:
        """Return the layers' factors for a tile times a power of two: float32, (layers,)."""
        digits = self._digits[tile].astype(np.float64)
        return np.ldexp(digits, self._powers + power).astype(np.float32)

    def losses(self, scaled: np.ndarray, power: int) -> np.ndarray:
        """Return layers' losses from scaled ones: float64, of the same shape."""
        return np.ldexp(scaled.astype(np.float64), -power)

    def fits(self, mean: float) -> bool:
        """Return whether a gradient of this mean size needs no other power of two."""
        return _SMALLEST <= mean <= _LARGEST

    def search(self, compute: Callable[[int], Computed[_G]]) -> tuple[np.ndarray, _G, float, int]:
        """Compute a gradient with the power of two that it needs.

        Parameters
        ----------
        compute : callable
            Returns the `Computed` of a power of two.

        Returns
        -------
        losses : numpy.ndarray
            float64, shape (layers,).
        gradient
            What `compute` returned.
        mean : float
            The scaled gradient's mean size; 0 where it is 0 with every power of two.
        power : int
            The power of two.

        Raises
        ------
        DreamError
            If the losses are finite numbers, and the gradient is not with any power of two.
        """
        power = self._kept
        scaled, gradient, mean = compute(power)
        losses = self.losses(scaled, power)
        if self.fits(mean) or not np.isfinite(losses).all():
            return losses, gradient, mean, power
        for other in self._others(power, mean):
            _, again, mean_again = compute(other)
            if math.isfinite(mean_again) and mean_again:
                self._kept = other
                return losses, again, mean_again, other
            if mean == mean_again == 0:
                break  # the powers that are left are smaller
        if not math.isfinite(mean):
            raise DreamError(
                f"the gradient on a picture of {self._shape.width} x {self._shape.height} px is no "
                "finite number: choose another layer, or add noise"
            )
        return losses, gradient, mean, power

    def _others(self, power: int, mean: float) -> list[int]:
        """Return the powers of two to try for a gradient whose mean does not fit."""
        if not math.isfinite(mean):
            others = [power + lower for lower in _LOWERED]
        elif mean == 0:
            others = [self._usual + raised for raised in _RAISED]
        else:
            others = [min(self._usual + max(_RAISED), power - math.frexp(mean)[1])]
        return [other for other in others if other != power]
