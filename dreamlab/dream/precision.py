"""Chooses the fastest number format of this machine by measuring it."""

import functools
import time

import tensorflow as tf

#: bfloat16 has to be this many times as fast: below that, exactness is worth more.
CLEAR_MARGIN = 1.3

#: Map side and channels of the timed convolutions, as in a network's early and late layers.
SAMPLES = ((96, 64), (24, 256))

#: Both formats are timed in turns, so that a busy moment of the machine favours neither.
_ROUNDS, _RUNS = 2, 3


def resolve(precision: str) -> str:
    """Return the number format to compute in; ``auto`` becomes the fastest on this machine."""
    return fastest() if precision == "auto" else precision


@functools.cache
def fastest() -> str:
    """Time small convolutions, forward and back, in both formats; once for each process.

    Returns
    -------
    str
        ``"bfloat16"`` where it is faster by a clear margin, else ``"float32"``. A processor
        without matrix instructions for bfloat16 emulates it, several times slower.
    """
    return "bfloat16" if speed_up() >= CLEAR_MARGIN else "float32"


@functools.cache
def speed_up() -> float:
    """Return the speed of bfloat16 convolutions over that of float32 ones; once a process."""
    rounds = [(seconds(tf.float32), seconds(tf.bfloat16)) for _ in range(_ROUNDS)]
    exact, rounded = (min(column) for column in zip(*rounds, strict=True))
    return exact / rounded


def seconds(dtype: tf.DType) -> float:
    """Return the seconds of the sample convolutions in a number format: the best of some runs."""

    @tf.function(autograph=False)
    def forward_and_back(image: tf.Tensor, kernel: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            tape.watch(image)
            response = tf.nn.relu(tf.nn.conv2d(image, kernel, 1, "SAME"))
        return tf.reduce_sum(tf.cast(tape.gradient(response, image), tf.float32))

    total = 0.0
    for side, channels in SAMPLES:
        image = tf.ones((1, side, side, channels), dtype)
        kernel = tf.ones((3, 3, channels, channels), dtype)
        forward_and_back(image, kernel)  # traces the graph; oneDNN chooses its kernels
        best = float("inf")
        for _ in range(_RUNS):
            began = time.perf_counter()
            forward_and_back(image, kernel).numpy()
            best = min(best, time.perf_counter() - began)
        total += best
    return total
