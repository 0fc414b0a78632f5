"""The size of a picture, with its sides named: Pillow puts width first, NumPy height."""

from typing import NamedTuple

import numpy as np


class Shape(NamedTuple):
    """Height and width of a picture, in pixels, or of a feature map, in positions.

    Parameters
    ----------
    height, width : int
        Rows and columns.
    """

    height: int
    width: int

    @classmethod
    def of(cls, array: np.ndarray) -> "Shape":
        """Return the shape of an array, (H, W) or (H, W, channels)."""
        return cls(*array.shape[:2])

    @property
    def area(self) -> int:
        """Number of pixels, or of positions."""
        return self.height * self.width

    def fitted(self, max_side: int | None) -> "Shape":
        """Return the shape scaled down to a longest side in pixels; None keeps it as it is."""
        scale = (max_side or np.inf) / max(self)
        if scale >= 1:
            return self
        return Shape(max(1, round(self.height * scale)), max(1, round(self.width * scale)))
