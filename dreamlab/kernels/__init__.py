"""Kernels for ordinary processors, compiled by Numba; NumPy and Numba alone are imported here.

Inside: convolutions, Winograd's and that of a picture, with their matrix product; max-pooling;
sums; and the threads that share all of it over the cores. May be imported from it: the names
below, where they are needed.
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

from dreamlab.kernels.convolution import Convolution, Following  # noqa: E402
from dreamlab.kernels.pooling import (  # noqa: E402
    max_pool_gradient,
    max_pool_halving,
    max_pool_halving_gradient,
)
from dreamlab.kernels.preparation import compile_all  # noqa: E402
from dreamlab.kernels.shallow import ShallowConvolution  # noqa: E402
from dreamlab.kernels.sums import added, square_sums, square_sums_gradient  # noqa: E402

__all__ = [
    "Convolution",
    "Following",
    "ShallowConvolution",
    "added",
    "compile_all",
    "max_pool_gradient",
    "max_pool_halving",
    "max_pool_halving_gradient",
    "square_sums",
    "square_sums_gradient",
]
