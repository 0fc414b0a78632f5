"""A convolution of 3 x 3 with fixed weights, forward and back, on all cores."""

from typing import Literal

import numpy as np

from dreamlab.kernels.marks import MARKED, PLAIN, POOLED
from dreamlab.kernels.one_way import OneWay

#: What follows on a convolution, and is computed with it: ReLU, and max-pooling that halves.
Following = Literal["nothing", "relu", "relu and pooling"]

_CODES: dict[Following, int] = {"nothing": PLAIN, "relu": MARKED, "relu and pooling": POOLED}


class Convolution:
    """A convolution of 3 x 3, stride 1, with bias, by Winograd's algorithm.

    Nothing of the feature maps is needed for the way back but marks: a bit for each value, whether
    ReLU let it through, or a byte, which of four was the largest, where max-pooling follows.

    Parameters
    ----------
    kernel : numpy.ndarray
        Shape (3, 3, channels in, channels out).
    bias : numpy.ndarray or None
        Shape (channels out,).
    padding : {"same", "valid"}
        Whether the input is surrounded by a row and a column of zeros on each side.
    """

    def __init__(
        self,
        kernel: np.ndarray,
        bias: np.ndarray | None,
        padding: Literal["same", "valid"],
    ) -> None:
        kernel = np.ascontiguousarray(kernel, np.float32)
        if kernel.shape[:2] != (3, 3):
            raise ValueError(f"the kernel has shape {kernel.shape}; give (3, 3, in, out)")
        pad = 1 if padding == "same" else 0
        # The gradient for the input is a convolution too: with the kernel turned by half a turn.
        turned = np.ascontiguousarray(kernel[::-1, ::-1].transpose(0, 1, 3, 2))
        self._there = OneWay(kernel, bias, pad)
        self._back = OneWay(turned, None, 2 - pad)

    def keep_transformed(self, keep: bool) -> None:
        """Keep the transformed kernels from now on, or drop them; the results are the same.

        They take 8 times the memory of the weights. Without them, large kernels are transformed
        whenever they are needed, which takes as long as to convolve some twenty tiles.
        """
        for way in (self._there, self._back):
            way.keep_transformed(keep)

    def forward(self, x: np.ndarray, following: Following) -> tuple[np.ndarray, np.ndarray]:
        """Convolve feature maps.

        Parameters
        ----------
        x : numpy.ndarray
            float32, shape (N, H, W, channels in).
        following : {"nothing", "relu", "relu and pooling"}
            What follows, and is part of the output; pooling is of 2 x 2 without overlap or padding.

        Returns
        -------
        y : numpy.ndarray
            float32, shape (N, H, W, channels out), without padding (N, H - 2, W - 2, …), half as
            many rows and columns if pooled. Values that are not finite are where the direct way
            has them.
        marks : numpy.ndarray
            uint8, what `gradient` asks for, shape (N, rows, columns, bytes).
        """
        return self._there.convolve(x, None, PLAIN, x.shape[1:3], _CODES[following])

    def gradient(
        self, upstream: np.ndarray, marks: np.ndarray, size: tuple[int, int], following: Following
    ) -> np.ndarray:
        """Return the gradient for the input.

        Parameters
        ----------
        upstream : numpy.ndarray
            The gradient for y, float32, of its shape.
        marks : numpy.ndarray
            What `forward` returned beside y.
        size : (int, int)
            Rows and columns of the input.
        following : {"nothing", "relu", "relu and pooling"}
            As it was forward.

        Returns
        -------
        numpy.ndarray
            float32, of the input's shape.
        """
        shrunk = 2 * self._there.pad - 2
        size = (int(size[0]) + shrunk, int(size[1]) + shrunk)
        return self._back.convolve(upstream, marks, _CODES[following], size, PLAIN)[0]
