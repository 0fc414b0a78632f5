"""Shapes the gradient of a whole picture into the direction of a step.

The order is: the mean of the colours, the Gaussian, the pyramid, the mask, the length. Colours come
first, so that the levels of the pyramid are equally strong in what is left.
"""

import numpy as np

from dreamlab.config import DreamConfig
from dreamlab.dream.direction import mean_size
from dreamlab.dream.turn import turns
from dreamlab.images.filters import blurred
from dreamlab.images.pyramid import equalised


def bytes_per_pixel(config: DreamConfig) -> float:
    """Return the memory that shaping a step takes, in bytes per pixel of the picture.

    Parameters
    ----------
    config : DreamConfig
        Settings; those of the look are used.
    """
    channels = 1 if config.keep_colours else 3
    taken = 10.0 if config.mask else 0.0
    taken += 24.0 if turns(config) else 0.0
    taken += 4.0 * channels if config.smooth else 0.0
    taken += 10.0 * channels if config.pyramid else 0.0
    return taken + 12.0 if taken or config.keep_colours else 0.0


class Shaping:
    """How the settings of a dream shape its gradients.

    Parameters
    ----------
    config : DreamConfig
        Settings; ``keep_colours``, ``smooth`` and ``pyramid`` are used.
    """

    def __init__(self, config: DreamConfig) -> None:
        self._grey, self._smooth, self._pyramid = (
            config.keep_colours,
            config.smooth,
            config.pyramid,
        )

    @property
    def plain(self) -> bool:
        """Whether gradients stay as they are, but for a mask and their length."""
        return not (self._grey or self._smooth or self._pyramid)

    def linear(self, gradient: np.ndarray, mask: np.ndarray | None) -> np.ndarray:
        """Return a gradient as it is shaped by all but pyramid and length.

        Gradients that are shaped so add up to their sum shaped so.

        Parameters
        ----------
        gradient : numpy.ndarray
            float32, shape (H, W, 3).
        mask : numpy.ndarray or None
            float32, shape (H, W, 1), 0 to 1.

        Returns
        -------
        numpy.ndarray
            float32, shape (H, W, 3).
        """
        return self._finished(self._coloured(gradient), gradient, mask)

    def direction(self, gradient: np.ndarray, mask: np.ndarray | None) -> np.ndarray:
        """Return the direction of a step.

        Parameters
        ----------
        gradient, mask
            As for `linear`; squares of the gradient are within the range of float32.

        Returns
        -------
        numpy.ndarray
            float32, shape (H, W, 3), a new array. The mean of its absolute values over the mean of
            the mask is 1, so that it is 1 inside a hard mask; or it is 0.
        """
        shaped = self._coloured(gradient)
        if self._pyramid:
            shaped = equalised(shaped, self._pyramid)
        shaped = self._finished(shaped, gradient, mask)
        inside = 1.0 if mask is None else float(np.mean(mask, dtype=np.float64))
        mean = mean_size(shaped) / inside
        if mean:
            shaped /= np.float32(mean)
        return shaped

    def _coloured(self, gradient: np.ndarray) -> np.ndarray:
        """Return the gradient, smoothed, with 1 channel where colours are kept.

        To change all three values of a pixel alike, by as much as raises the loss most, is to
        follow the mean of its three slopes.
        """
        if self._grey:
            gradient = gradient.mean(axis=2, keepdims=True)
        return blurred(gradient, self._smooth) if self._smooth else gradient

    def _finished(
        self, shaped: np.ndarray, gradient: np.ndarray, mask: np.ndarray | None
    ) -> np.ndarray:
        """Return a new array with 3 channels, of what became of a gradient, times the mask."""
        shaped = shaped.copy() if shaped is gradient else shaped
        if mask is not None:
            shaped *= mask
        return np.repeat(shaped, 3, axis=2) if self._grey else shaped
