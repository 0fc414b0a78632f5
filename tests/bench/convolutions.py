"""Winograd's convolutions against direct ones, in turns in one process.

`python -m tests.bench.convolutions` prints milliseconds of VGG16's layers at 600 x 400, forward and
back with bias and ReLU, and of max-pooling's gradient; then seconds of a whole step of the mixed
preset the notebook's way, dreamlab's direct way and by Winograd. Figures are medians; nothing is
asserted, as they depend on the machine and on what else it does.
"""

import os
import platform
import statistics
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np  # noqa: E402
import psutil  # noqa: E402
import tensorflow as tf  # noqa: E402

from dreamlab.config import DreamConfig  # noqa: E402
from dreamlab.images import load_image  # noqa: E402
from dreamlab.kernels import (  # noqa: E402
    Convolution,
    max_pool_halving,
    max_pool_halving_gradient,
)
from tests.bench.ways import WAYS  # noqa: E402

_CAT = Path(__file__).parents[1] / "data" / "cat_600x400.png"

#: Height, width, channels in and out of VGG16's convolutions after the first.
_LAYERS = [
    (400, 600, 64, 64),
    (200, 300, 64, 128),
    (200, 300, 128, 128),
    (100, 150, 128, 256),
    (100, 150, 256, 256),
    (50, 75, 256, 512),
    (50, 75, 512, 512),
    (25, 37, 512, 512),
]

_POOLS = [(400, 600, 64), (200, 300, 128), (100, 150, 256), (50, 75, 512)]

_ROUNDS = 9

_STEP_WAYS = ("notebook", "dreamlab direct", "dreamlab winograd")


def in_turns(*runs: Callable[[], object]) -> list[float]:
    """Return the median seconds of each function, all run in turns after a first run of each."""
    seconds: list[list[float]] = [[] for _ in runs]
    for number in range(_ROUNDS + 1):
        for run, taken in zip(runs, seconds, strict=True):
            began = time.perf_counter()
            run()
            if number:
                taken.append(time.perf_counter() - began)
    return [statistics.median(taken) for taken in seconds]


def convolutions(height: int, width: int, channels: int, filters: int) -> list[float]:
    """Return the seconds of a layer, direct and by Winograd, each forward and then back."""
    generator = np.random.default_rng(0)
    maps = generator.normal(size=(1, height, width, channels)).astype(np.float32)
    kernel = generator.normal(size=(3, 3, channels, filters)).astype(np.float32)
    upstream = generator.normal(size=(1, height, width, filters)).astype(np.float32)
    fast = Convolution(kernel, None, "same")
    fast.keep_transformed(True)
    output, marks = fast.forward(maps, "relu")
    kernel, given, above, response = map(tf.constant, (kernel, maps, upstream, output))
    no_bias = tf.zeros(filters)

    @tf.function(autograph=False)
    def forward() -> tf.Tensor:
        return tf.nn.relu(tf.nn.bias_add(tf.nn.conv2d(given, kernel, 1, "SAME"), no_bias))

    @tf.function(autograph=False)
    def back() -> tf.Tensor:
        through = tf.raw_ops.ReluGrad(gradients=above, features=response)
        return tf.nn.conv2d_transpose(through, kernel, tf.shape(given), 1, "SAME")

    return in_turns(
        lambda: forward().numpy(),
        lambda: fast.forward(maps, "relu"),
        lambda: back().numpy(),
        lambda: fast.gradient(upstream, marks, (height, width), "relu"),
    )


def pooling(height: int, width: int, channels: int) -> list[float]:
    """Return the seconds of the gradient of 2 x 2 pooling, TensorFlow's and ours."""
    generator = np.random.default_rng(0)
    maps = generator.normal(size=(1, height, width, channels)).astype(np.float32)
    given, windows = tf.constant(maps), {"ksize": [1, 2, 2, 1], "strides": [1, 2, 2, 1]}
    pooled = tf.raw_ops.MaxPool(input=given, padding="VALID", **windows)
    upstream = np.ones(pooled.shape, np.float32)
    _, places = max_pool_halving(maps)

    @tf.function(autograph=False)
    def back() -> tf.Tensor:
        return tf.raw_ops.MaxPoolGrad(
            orig_input=given, orig_output=pooled, grad=upstream, padding="VALID", **windows
        )

    return in_turns(
        lambda: back().numpy(),
        lambda: max_pool_halving_gradient(upstream, places, (height, width)),
    )


def main() -> None:
    """Measure and print."""
    print(f"{platform.processor() or platform.machine()}, {psutil.cpu_count()} cores\n")
    print("ms a layer              direct  winograd  ratio    back: direct  winograd  ratio")
    for layer in _LAYERS:
        direct, fast, direct_back, fast_back = (1000 * taken for taken in convolutions(*layer))
        print(
            f"{' x '.join(map(str, layer)):20} {direct:9.1f} {fast:9.1f} {direct / fast:6.2f} "
            f"{direct_back:15.1f} {fast_back:9.1f} {direct_back / fast_back:6.2f}",
            flush=True,
        )
    print("\nms of pooling's gradient  TensorFlow  here  ratio")
    for shape in _POOLS:
        theirs, ours = (1000 * taken for taken in pooling(*shape))
        print(f"{' x '.join(map(str, shape)):20} {theirs:15.1f} {ours:6.1f} {theirs / ours:6.2f}")
    image = load_image(_CAT)
    steps = [WAYS[way](DreamConfig.preset("mixed"), image) for way in _STEP_WAYS]
    taken = in_turns(*steps)
    print("\nseconds of a mixed step at 600 x 400")
    for way, seconds in zip(_STEP_WAYS, taken, strict=True):
        print(f"{way:20} {seconds:6.2f}   {taken[0] / seconds:5.2f} times the notebook's speed")


if __name__ == "__main__":
    main()
