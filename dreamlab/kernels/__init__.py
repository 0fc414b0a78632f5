"""Kernels for ordinary processors, compiled by Numba; NumPy and Numba alone are imported here.

Inside: Winograd's convolution with its matrix product, max-pooling's gradient, and the threads
that share both over the cores. May be imported from it: the names below, where they are needed.
"""

from dreamlab.errors import DreamError, needed

needed("numba", extra="cpu")

try:
    import numba  # noqa: F401
except ImportError as error:  # it does not go with the NumPy that is installed
    raise DreamError(
        f"Winograd's convolutions need Numba, which cannot be imported ({error}): "
        "install another version of it, or choose convolution direct"
    ) from error

from dreamlab.kernels.convolution import Convolution  # noqa: E402
from dreamlab.kernels.pooling import max_pool_gradient  # noqa: E402

__all__ = ["Convolution", "max_pool_gradient"]
