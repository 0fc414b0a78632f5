"""Layers that stand in for those of Keras where a network is dreamt with, and are faster.

Their operations, or the gradients of these, are kernels of `dreamlab.kernels`: weights that never
change, channels last, float32 unless they say so. For the way back they keep marks, a bit or a
byte a value, rather than the feature maps. Only the gradient for their input is there.
"""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from dreamlab.images.shape import Shape
from dreamlab.kernels import (
    Convolution,
    Following,
    ShallowConvolution,
    added,
    max_pool_gradient,
    max_pool_halving,
    max_pool_halving_gradient,
)
from dreamlab.models.leftovers import keep_with_graph
from dreamlab.models.lent import Lent

Kernels = Convolution | ShallowConvolution
Gradient = Callable[[tf.Tensor], tf.Tensor]


def by_kernel(
    kernel: Callable[..., Any], inputs: list[tf.Tensor], *outputs: tf.DType, shape: Any = None
) -> Any:
    """Call a function of NumPy arrays in a graph; the shape is that of its first output.

    TensorFlow gives the arrays back that it is done with when it next holds Python's lock for an
    operation of its own. A small one, ahead of the kernel, spares a whole feature map.
    """

    def call(*arrays: np.ndarray) -> Any:
        tf.constant(0.0)
        return kernel(*arrays)

    if len(outputs) == 1:
        result = first = tf.numpy_function(call, inputs, outputs[0], stateful=False)
    else:
        result = first, *_ = tf.numpy_function(call, inputs, outputs, stateful=False)
    keep_with_graph(call, first)
    first.set_shape(shape)
    return result


class Borrowed(Lent):
    """A `Lent` layer in a network that is faster.

    Attributes
    ----------
    kept_bytes : float
        Bytes that the way back keeps for each value of the output.
    """

    kept_bytes = 4.0


class MarkedConv2D(Borrowed):
    """A `keras.layers.Conv2D` with ReLU, in any number format: keeps what ReLU let through."""

    kept_bytes = 1.0

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        layer, size = self._layer, tf.shape(inputs)
        # Outside, so that its gradient is in the number format of what comes in.
        inputs = tf.cast(inputs, layer.compute_dtype)

        @tf.custom_gradient
        def convolve(x: tf.Tensor) -> tuple[tf.Tensor, Gradient]:
            y = layer(x)
            passed = y > 0

            def gradient(upstream: tf.Tensor, variables: Any = None) -> Any:
                back = tf.raw_ops.Conv2DBackpropInput(
                    input_sizes=size,
                    filter=tf.cast(layer.kernel, upstream.dtype),
                    out_backprop=tf.where(passed, upstream, tf.zeros([], upstream.dtype)),
                    strides=[1, *layer.strides, 1],
                    padding=layer.padding.upper(),
                    dilations=[1, *layer.dilation_rate, 1],
                )
                return back if variables is None else (back, [None] * len(variables))

            return y, gradient

        return convolve(inputs)


class FastConv2D(Borrowed):
    """A `keras.layers.Conv2D` of 3 x 3 with kernels of ours, with its bias and ReLU.

    Parameters
    ----------
    layer : keras.layers.Conv2D
        The layer.
    kernels : Convolution or ShallowConvolution
        Its kernels.
    pool : keras.layers.MaxPooling2D, optional
        The layer behind it, which halves its output; this one then stands in for both.
    """

    def __init__(
        self,
        layer: keras.layers.Conv2D,
        kernels: Kernels,
        pool: keras.layers.MaxPooling2D | None = None,
    ) -> None:
        super().__init__(layer, None if pool is None else pool.name)
        self._kernels = kernels
        self._pool = pool
        rectifies = layer.activation is keras.activations.relu
        self._following: Following = "relu" if rectifies else "nothing"
        if pool is not None:
            self._following = "relu and pooling"
        self.kept_bytes = {"nothing": 0.0, "relu": 1 / 8, "relu and pooling": 1.0}[self._following]

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        shape = self._layer.compute_output_shape(input_shape)
        return shape if self._pool is None else self._pool.compute_output_shape(shape)

    def compute_output_spec(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        return keras.KerasTensor(self.compute_output_shape(inputs.shape), self.compute_dtype)

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        size = tf.shape(inputs)[1:3]

        def forward(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            return self._kernels.forward(x, self._following)

        def back(upstream: np.ndarray, marks: np.ndarray, size: np.ndarray) -> np.ndarray:
            return self._kernels.gradient(upstream, marks, Shape(*size.tolist()), self._following)

        @tf.custom_gradient
        def convolve(x: tf.Tensor) -> tuple[tf.Tensor, Gradient]:
            shape = self.compute_output_shape(x.shape)
            y, marks = by_kernel(forward, [x], tf.float32, tf.uint8, shape=shape)

            def gradient(upstream: tf.Tensor) -> tf.Tensor:
                return by_kernel(back, [upstream, marks, size], tf.float32, shape=x.shape)

            return y, gradient

        response = convolve(inputs)
        if self._following != "nothing" or self._layer.activation is None:
            return response
        return self._layer.activation(response)


class HalvingMaxPooling2D(Borrowed):
    """A `keras.layers.MaxPooling2D` of 2 x 2 without overlap or padding, also in bfloat16."""

    kept_bytes = 1.0

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        size = tf.shape(inputs)[1:3]
        inputs = tf.cast(inputs, self._layer.compute_dtype)

        @tf.custom_gradient
        def pool(x: tf.Tensor) -> tuple[tf.Tensor, Gradient]:
            shape = self.compute_output_shape(x.shape)
            y, places = by_kernel(max_pool_halving, [x], x.dtype, tf.uint8, shape=shape)

            def gradient(upstream: tf.Tensor) -> tf.Tensor:
                inputs = [upstream, places, size]
                return by_kernel(max_pool_halving_gradient, inputs, x.dtype, shape=x.shape)

            return y, gradient

        return pool(inputs)


class FastMaxPooling2D(Borrowed):
    """A `keras.layers.MaxPooling2D` with a gradient several times as fast as TensorFlow's."""

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        layer = self._layer
        size, strides = tuple(layer.pool_size), tuple(layer.strides)

        def back(x: np.ndarray, upstream: np.ndarray) -> np.ndarray:
            before = (0, 0)
            if layer.padding == "same":
                before = tuple(
                    max(0, (rows - 1) * stride + reach - side) // 2
                    for side, rows, reach, stride in zip(
                        x.shape[1:3], upstream.shape[1:3], size, strides, strict=True
                    )
                )
            return max_pool_gradient(x, upstream, size, strides, before)

        @tf.custom_gradient
        def pool(x: tf.Tensor) -> tuple[tf.Tensor, Gradient]:
            def gradient(upstream: tf.Tensor) -> tf.Tensor:
                return by_kernel(back, [x, upstream], tf.float32, shape=x.shape)

            return layer(x), gradient

        return pool(inputs)


class Fork(keras.layers.Layer):
    """Gives a feature map to two sides, and adds their gradients outside TensorFlow's memory.

    TensorFlow keeps for good the largest memory that its own sums of gradients ever took.
    """

    def compute_output_spec(self, inputs: keras.KerasTensor) -> tuple[keras.KerasTensor, ...]:
        return tuple(keras.KerasTensor(inputs.shape, inputs.dtype) for _ in range(2))

    def call(self, inputs: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        @tf.custom_gradient
        def fork(x: tf.Tensor) -> tuple[tuple[tf.Tensor, tf.Tensor], Callable[..., tf.Tensor]]:
            def gradient(first: tf.Tensor, second: tf.Tensor) -> tf.Tensor:
                return by_kernel(added, [first, second], tf.float32, shape=x.shape)

            return (tf.identity(x), tf.identity(x)), gradient

        return fork(inputs)
