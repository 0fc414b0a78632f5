"""Convolutions of 3 x 3 the direct way, for inputs with values that are not finite."""

import numpy as np


def convolve_directly(
    x: np.ndarray, kernel: np.ndarray, bias: np.ndarray, relu: bool, pad: int, y: np.ndarray
) -> None:
    """Convolve a feature map: nine matrix products, one for each place of the kernel.

    Parameters
    ----------
    x : numpy.ndarray
        float32, shape (H, W, channels in).
    kernel : numpy.ndarray
        float32, shape (3, 3, channels in, channels out).
    bias : numpy.ndarray
        float32, shape (channels out,).
    relu : bool
        Whether negative values become 0.
    pad : int
        Rows and columns of zeros around x.
    y : numpy.ndarray
        float32, shape (H + 2 pad - 2, W + 2 pad - 2, channels out); written.
    """
    height, width, channels = y.shape
    padded = np.pad(x, ((pad, pad), (pad, pad), (0, 0)))
    total = np.zeros((height * width, channels), np.float32)
    with np.errstate(invalid="ignore", over="ignore"):
        for i in range(3):
            for j in range(3):
                part = padded[i : i + height, j : j + width].reshape(height * width, -1)
                total += part @ kernel[i, j]
        total += bias
        if relu:
            np.maximum(total, 0, out=total)
    y[:] = total.reshape(y.shape)
