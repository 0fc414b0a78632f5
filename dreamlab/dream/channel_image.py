"""Synthesises, from noise, pictures that each activate one channel.

The method is that of Olah, Mordvintsev and Schubert, "Feature Visualization" (Distill, 2017),
https://distill.pub/2017/feature-visualization: the picture is on the Fourier canvas
(`dreamlab.dream.fourier`) and is shifted at random before each step.

We depart from it in two ways: we neither rotate nor scale the picture, and we skip a layer's last
ReLU, so that a channel that is silent on noise still has a gradient.
"""

from collections.abc import Iterator, Sequence

import keras
import numpy as np
import tensorflow as tf

from dreamlab.dream.arithmetic import arithmetic
from dreamlab.dream.fourier import adam, frequency_scales, to_pictures
from dreamlab.dream.memory import budget, bytes_per_pixel
from dreamlab.images.shape import Shape
from dreamlab.models import Network
from dreamlab.models.keras_settings import own_settings
from dreamlab.models.per_network import per_network

#: Standard deviation of the initial coefficients, and length of a step.
_START, _RATE = 0.01, 0.05

#: Most pictures at once: more are hardly faster, and make a step long that can be cancelled
#: only at its end.
_MOST = 16


class ChannelVisualizer:
    """Synthesises pictures for the channels of one layer, with one graph for all of them.

    Parameters
    ----------
    network : Network
        The network.
    layer : str
        The layer.
    side : int
        Side of the pictures, in pixels.
    precision, preprocessing : str
        As in `dreamlab.config.DreamConfig`.

    Raises
    ------
    DreamError
        If the side is too small for the network, or the network has no such layer.
    """

    def __init__(
        self, network: Network, layer: str, side: int, precision: str, preprocessing: str
    ) -> None:
        network.feeding.chosen(preprocessing)  # fails before anything is compiled
        network.check_side(layer, side)
        self._network = network
        self._preprocessing = preprocessing
        self._side = side
        self._scales = frequency_scales(Shape(side, side))
        precision, convolution = arithmetic(precision)
        model = unrectified(
            network.plain_extractor([layer], precision), network.name_in_keras(layer)
        )
        self._model = network.accelerated(model, precision, convolution)
        needed = bytes_per_pixel(self._model, network.fields_in_keras, precision)
        self._bytes = needed * side**2
        coefficients = tf.TensorSpec((None, 2, 3, *self._scales.shape), tf.float32)
        self._step = tf.function(
            self._ascend,
            input_signature=[
                coefficients,
                coefficients,
                coefficients,
                tf.TensorSpec((), tf.float32),
                tf.TensorSpec((None,), tf.int32),
                tf.TensorSpec((None, 2), tf.int32),
            ],
            autograph=False,
        )

    def most_at_once(self, memory: float | None = None) -> int:
        """Return how many channels to visualize together: at least 1, at most 16.

        Parameters
        ----------
        memory : float, optional
            As in `dreamlab.dream.dream`.
        """
        fit = int(budget(self._side**2, memory) / self._bytes)
        return min(_MOST, max(1, fit))

    def visualize(
        self, channels: Sequence[int], steps: int, *, jitter: int, seed: int
    ) -> Iterator[tuple[np.ndarray, tf.Tensor]]:
        """Ascend the mean activation of each channel, step by step, each in a picture of its own.

        Parameters
        ----------
        channels : sequence of int
            Numbers of the channels, from 0.
        steps : int
            Number of steps of Adam.
        jitter : int
            Largest random shift before each step, in pixels; the picture wraps around.
        seed : int
            Seed of the noise and of the shifts: same seed and channel, same picture, up to
            rounding, whatever other channels there are.

        Yields
        ------
        objectives : numpy.ndarray
            float32, shape (channels,): each channel's mean activation, before the step.
        coefficients : tf.Tensor
            The pictures after the step, as `pictures` takes them.
        """
        generators = [np.random.default_rng((seed, channel)) for channel in channels]
        shape = (2, 3, *self._scales.shape)
        starts = [generator.normal(0, _START, shape) for generator in generators]
        coefficients = tf.constant(np.stack(starts), tf.float32)
        mean = square = tf.zeros_like(coefficients)
        numbers = np.array(channels, np.int32)
        for step in range(1, steps + 1):
            shifts = [generator.integers(-jitter, jitter + 1, 2) for generator in generators]
            objectives, coefficients, mean, square = self._step(
                coefficients, mean, square, float(step), numbers, np.array(shifts, np.int32)
            )
            yield objectives.numpy(), coefficients

    def pictures(self, coefficients: tf.Tensor) -> np.ndarray:
        """Return the pictures of coefficients, float32, shape (N, side, side, 3), in [-1, 1]."""
        return to_pictures(coefficients, self._scales, self._side).numpy()

    @own_settings()
    def _ascend(
        self,
        coefficients: tf.Tensor,
        mean: tf.Tensor,
        square: tf.Tensor,
        step: tf.Tensor,
        channels: tf.Tensor,
        shifts: tf.Tensor,
    ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]:
        with tf.GradientTape() as tape:
            tape.watch(coefficients)
            pictures = tf.map_fn(
                lambda rolled: tf.roll(*rolled, axis=(0, 1)),
                (to_pictures(coefficients, self._scales, self._side), shifts),
                fn_output_signature=tf.float32,
            )
            activation = self._network.activations(self._model, pictures, self._preprocessing)
            activation = tf.cast(activation, tf.float32)
            means = tf.reduce_mean(activation, axis=(1, 2))
            objectives = tf.gather(means, channels, axis=1, batch_dims=1)
            # No picture has a part in another's objective, so each gets the gradient of its own.
            total = tf.reduce_sum(objectives)
        gradient = tape.gradient(total, coefficients)
        change, mean, square = adam(gradient, mean, square, step, _RATE)
        return objectives, coefficients + change, mean, square


@own_settings()
def unrectified(model: keras.Model, layer: str) -> keras.Model:
    """Return a model up to a layer's activation, before the layer's own ReLU if it has one."""
    last = model.get_layer(layer)
    if isinstance(last, keras.layers.ReLU):
        return keras.Model(model.inputs[0], last.input)
    if getattr(last, "activation", None) is not keras.activations.relu:
        return keras.Model(model.inputs[0], last.output)
    if isinstance(last, keras.layers.Activation):
        return keras.Model(model.inputs[0], last.input)
    straight = type(last).from_config({**last.get_config(), "activation": "linear"})
    output = straight(last.input)
    straight.set_weights(last.get_weights())
    return keras.Model(model.inputs[0], output)


@per_network(4)
def channel_visualizer(
    network: Network, layer: str, side: int, precision: str, preprocessing: str
) -> ChannelVisualizer:
    """Return the `ChannelVisualizer` of a layer, from the cache if it is there."""
    return ChannelVisualizer(network, layer, side, precision, preprocessing)
