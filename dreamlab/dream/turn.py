"""How a picture is mirrored, turned and scaled before a look at it, and the way back."""

import math
from typing import NamedTuple

import numpy as np

from dreamlab.config import DreamConfig
from dreamlab.images.warp import affine, warped, warped_back


class Turn(NamedTuple):
    """The transform of a picture before a look at it, about its middle.

    Parameters
    ----------
    flipped : bool
        Whether left and right change places, before the rest.
    angle : float
        The turn, clockwise in radians.
    zoom : float
        The scale; above 1 the picture is larger.
    """

    flipped: bool = False
    angle: float = 0.0
    zoom: float = 1.0

    def seen(self, picture: np.ndarray) -> np.ndarray:
        """Return what a look sees of a picture: float32, shape (H, W, 3)."""
        picture = picture[:, ::-1] if self.flipped else picture
        return warped(picture, affine(self.angle, self.zoom)) if self._warps else picture

    def back(self, gradient: np.ndarray) -> np.ndarray:
        """Return the gradient with respect to a picture, from that with respect to what is seen."""
        if self._warps:
            gradient = warped_back(gradient, affine(self.angle, self.zoom))
        return gradient[:, ::-1] if self.flipped else gradient

    @property
    def _warps(self) -> bool:
        return self.angle != 0 or self.zoom != 1


#: The picture as it is.
STILL = Turn()


def turns(config: DreamConfig) -> bool:
    """Return whether a dream's looks differ by more than a shift."""
    return config.flip or config.rotation > 0 or config.rescale > 0


def drawn(config: DreamConfig, generator: np.random.Generator) -> Turn:
    """Draw the transform of a step; without one in the settings, nothing is drawn.

    The scale is as often above 1 as below: its logarithm is drawn evenly, as the angle is.
    """
    flipped, angle, zoom = STILL
    if config.flip:
        flipped = bool(generator.random() < 0.5)
    if config.rotation:
        angle = math.radians(generator.uniform(-1, 1) * config.rotation)
    if config.rescale:
        zoom = math.exp(generator.uniform(-1, 1) * math.log1p(config.rescale))
    return Turn(flipped, angle, zoom)
