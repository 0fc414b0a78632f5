"""Which number format is fastest here: measured, not guessed."""

import functools
import time

import tensorflow as tf

#: How many times faster bfloat16 has to be: below that, exactness is worth more.
_CLEAR_MARGIN = 1.3

#: Side of the map and channels of the convolutions that are timed: a network's early and late ones.
_SAMPLES = ((96, 64), (24, 256))

#: Both formats are timed in turns, so that a moment in which the machine is busy favours neither.
_ROUNDS, _RUNS = 2, 3


def resolve(precision: str) -> str:
    """Return the precision to compute in: ``auto`` becomes what is fastest on this machine."""
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
    return "bfloat16" if speed_up() >= _CLEAR_MARGIN else "float32"


@functools.cache
def speed_up() -> float:
    """How many times faster bfloat16 convolutions are than float32 ones; once a process."""
    rounds = [(_seconds(tf.float32), _seconds(tf.bfloat16)) for _ in range(_ROUNDS)]
    exact, rounded = (min(column) for column in zip(*rounds, strict=True))
    return exact / rounded


def _seconds(dtype: tf.DType) -> float:
    """Time the sample convolutions in a number format, in seconds: the best of some runs."""

    @tf.function(autograph=False)
    def forward_and_back(image: tf.Tensor, kernel: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            tape.watch(image)
            response = tf.nn.relu(tf.nn.conv2d(image, kernel, 1, "SAME"))
        return tf.reduce_sum(tf.cast(tape.gradient(response, image), tf.float32))

    total = 0.0
    for side, channels in _SAMPLES:
        image = tf.ones((1, side, side, channels), dtype)
        kernel = tf.ones((3, 3, channels, channels), dtype)
        forward_and_back(image, kernel)  # traces, and lets oneDNN choose its kernels
        best = float("inf")
        for _ in range(_RUNS):
            began = time.perf_counter()
            forward_and_back(image, kernel).numpy()
            best = min(best, time.perf_counter() - began)
        total += best
    return total
