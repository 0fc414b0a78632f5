"""Compiles all kernels, or reads what was compiled, before anyone waits for them."""

import numpy as np

from dreamlab.kernels.convolution import Convolution
from dreamlab.kernels.pooling import (
    max_pool_gradient,
    max_pool_halving,
    max_pool_halving_gradient,
)
from dreamlab.kernels.shallow import ShallowConvolution
from dreamlab.kernels.sums import added, square_sums, square_sums_gradient


def compile_all() -> None:
    """Call each kernel once, with small arrays; takes some seconds where none is on disk."""
    size = (2, 2)
    maps = np.ones((1, *size, 4), np.float32)
    kernel = np.ones((3, 3, 4, 4), np.float32)
    for convolution in (
        Convolution(kernel, None, "same"),
        ShallowConvolution(kernel, None, "same"),
    ):
        y, marks = convolution.forward(maps, "relu")
        convolution.gradient(y, marks, size, "relu")
    y, places = max_pool_halving(maps)
    max_pool_halving_gradient(y, places, size)
    max_pool_gradient(maps, y, size, size, (0, 0))
    window, mask = np.array([0, 2, 0, 2], np.int32), np.ones(4, np.float32)
    square_sums(maps, window, mask)
    added(maps, square_sums_gradient(maps, np.ones(1, np.float32), window, mask))
