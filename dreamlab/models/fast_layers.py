"""Layers of Keras whose operation, or its gradient, is a kernel of `dreamlab.kernels`.

They stand in for the layers of a network that is dreamt with: float32, weights that never change,
channels last. Only the gradient for their input is there.
"""

from collections.abc import Callable
from functools import cached_property
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from dreamlab.kernels import Convolution, max_pool_gradient

#: Channels in and out from which Winograd's way is clearly the faster one.
_LEAST_CHANNELS = 32

Gradient = Callable[[tf.Tensor], tf.Tensor]


def accelerated(layer: keras.Layer) -> keras.Layer:
    """Return what stands in for a layer: a faster one of the same name, or a copy of it.

    Parameters
    ----------
    layer : keras.Layer
        A layer of a built model.
    """
    config: dict[str, Any] = layer.get_config()
    if type(layer) is keras.layers.Conv2D and _has_tiles(layer):
        return WinogradConv2D.from_config(config)
    if type(layer) is keras.layers.MaxPooling2D and layer.data_format == "channels_last":
        return FastMaxPooling2D.from_config(config)
    return layer.__class__.from_config(config)


def _has_tiles(layer: keras.layers.Conv2D) -> bool:
    """Return whether Winograd's algorithm computes a convolution, and faster."""
    return (
        layer.kernel_size == (3, 3)
        and layer.strides == (1, 1)
        and layer.dilation_rate == (1, 1)
        and layer.groups == 1
        and layer.padding in ("same", "valid")
        and layer.data_format == "channels_last"
        and min(layer.kernel.shape[2:]) >= _LEAST_CHANNELS
    )


class WinogradConv2D(keras.layers.Conv2D):
    """A `keras.layers.Conv2D` of 3 x 3 by Winograd's algorithm, with its bias and ReLU."""

    @cached_property
    def kernels(self) -> Convolution:
        """The convolution, its kernels transformed when it is first asked for."""
        with tf.init_scope():  # a graph that is being traced cannot read a variable
            bias = np.asarray(self.bias) if self.use_bias else None
            kernel = np.asarray(self.kernel)
        return Convolution(kernel, bias, self._rectifies, self.padding)

    @property
    def _rectifies(self) -> bool:
        return self.activation is keras.activations.relu

    def compute_output_spec(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        return keras.KerasTensor(self.compute_output_shape(inputs.shape), self.compute_dtype)

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        kernels = self.kernels

        @tf.custom_gradient
        def convolve(x: tf.Tensor) -> tuple[tf.Tensor, Gradient]:
            y = tf.numpy_function(kernels.forward, [x], tf.float32, stateful=False)
            y.set_shape(self.compute_output_shape(x.shape))

            def gradient(upstream: tf.Tensor) -> tf.Tensor:
                back = tf.numpy_function(
                    kernels.gradient, [upstream, y], tf.float32, stateful=False
                )
                back.set_shape(x.shape)
                return back

            return y, gradient

        response = convolve(inputs)
        if self._rectifies or self.activation is None:
            return response
        return self.activation(response)


class FastMaxPooling2D(keras.layers.MaxPooling2D):
    """A `keras.layers.MaxPooling2D` with a gradient several times as fast as TensorFlow's."""

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        size, strides = tuple(self.pool_size), tuple(self.strides)

        def back(x: np.ndarray, upstream: np.ndarray) -> np.ndarray:
            before = (0, 0)
            if self.padding == "same":
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
                result = tf.numpy_function(back, [x, upstream], tf.float32, stateful=False)
                result.set_shape(x.shape)
                return result

            return super(FastMaxPooling2D, self).call(x), gradient

        return pool(inputs)
