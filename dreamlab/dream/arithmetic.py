"""Chooses how a network is computed: its number format, and the way of its convolutions."""

import functools
import time
from typing import TYPE_CHECKING

import numpy as np
import tensorflow as tf

from dreamlab.dream import precision as formats
from dreamlab.errors import DreamError
from dreamlab.models.machine import has_much_memory

if TYPE_CHECKING:
    from dreamlab.kernels import Convolution

#: Winograd's way has to be this many times as fast as the direct one to be chosen.
_CLEAR_MARGIN = 1.15

_ROUNDS, _RUNS = 2, 3


def arithmetic(precision: str, convolution: str = "auto") -> tuple[str, str]:
    """Return the number format and the way of convolutions; ``auto`` becomes the fastest here.

    Parameters
    ----------
    precision, convolution : str
        As in `dreamlab.config.DreamConfig`.

    Returns
    -------
    precision : str
        ``"float32"`` or ``"bfloat16"``.
    convolution : str
        ``"direct"``, or ``"winograd"`` with float32 alone.

    Raises
    ------
    DreamError
        If Winograd's way is asked for in bfloat16.
    """
    if convolution == "direct":
        return formats.resolve(precision), convolution
    if convolution == "winograd":
        if precision == "bfloat16":
            raise DreamError(
                "convolution is winograd, which computes in float32, and precision is bfloat16; "
                "choose precision float32 or auto, or convolution direct or auto"
            )
        return "float32", convolution
    if precision == "bfloat16":
        return precision, "direct"
    gain = winograd_speed_up()
    fast = gain >= _CLEAR_MARGIN
    if precision == "auto" and formats.resolve("auto") == "bfloat16":
        if not fast or formats.speed_up() >= formats.CLEAR_MARGIN * gain:
            return "bfloat16", "direct"
    return "float32", "winograd" if fast else "direct"


@functools.cache
def winograd_speed_up() -> float:
    """Return the speed of Winograd's way over that of the direct one, in float32; once a process.

    Returns
    -------
    float
        0 where there are no compiled kernels: Numba is not installed, or does not work.
    """
    try:
        from dreamlab.kernels import Convolution
    except DreamError:
        return 0.0
    convolutions = []
    for side, channels in formats.SAMPLES:
        kernel = np.ones((3, 3, channels, channels), np.float32)
        image = np.ones((1, side, side, channels), np.float32)
        convolution = Convolution(kernel, None, "same")
        convolution.keep_transformed(has_much_memory())
        convolutions.append((convolution, image))
    rounds = [
        (formats.seconds(tf.float32), sum(_seconds(*sample) for sample in convolutions))
        for _ in range(_ROUNDS)
    ]
    direct, winograd = (min(column) for column in zip(*rounds, strict=True))
    return direct / winograd


def _seconds(convolution: "Convolution", image: np.ndarray) -> float:
    """Return the seconds of a convolution, forward and back: the best of some runs."""
    size = image.shape[1:3]
    response, marks = convolution.forward(image, "relu")  # compiles, or reads what was compiled
    best = float("inf")
    for _ in range(_RUNS + 1):
        began = time.perf_counter()
        convolution.forward(image, "relu")
        convolution.gradient(response, marks, size, "relu")
        best = min(best, time.perf_counter() - began)
    return best
