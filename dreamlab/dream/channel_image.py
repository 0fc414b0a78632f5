"""Synthesises, from noise, pictures that each activate one channel.

The method is that of Olah, Mordvintsev and Schubert, "Feature Visualization" (Distill, 2017),
https://distill.pub/2017/feature-visualization: the picture is parameterised by its Fourier
coefficients, each scaled by its frequency, in colours decorrelated over natural pictures, and is
shifted at random before each step. Ascent on the pixels themselves ends in high-frequency noise.

We depart from it in two ways: we neither rotate nor scale the picture, and we skip a layer's last
ReLU, so that a channel that is silent on noise still has a gradient.
"""

from collections.abc import Iterator, Sequence

import keras
import numpy as np
import tensorflow as tf

from dreamlab.dream.arithmetic import arithmetic
from dreamlab.dream.memory import budget, bytes_per_pixel
from dreamlab.models import Network
from dreamlab.models.keras_settings import own_settings
from dreamlab.models.per_network import per_network

#: Square root of the covariance of the colours of natural pictures (ImageNet), from Lucid.
_COLOUR = np.array(
    [[0.26, 0.09, 0.02], [0.27, 0.00, -0.05], [0.27, -0.09, 0.03]],
    np.float32,
)
#: The same, scaled as in Lucid: its longest column has length 1.
COLOUR = _COLOUR / np.linalg.norm(_COLOUR, axis=0).max()

#: Standard deviation of the initial coefficients, and Adam's constants.
_START = 0.01
_RATE, _BETA1, _BETA2, _EPSILON = 0.05, 0.9, 0.999, 1e-8

#: Most pictures at once: more are hardly faster, and make a step long that can be cancelled
#: only at its end.
_MOST = 16


def frequency_scales(side: int) -> np.ndarray:
    """Return the factor of each Fourier coefficient: the side over its frequency.

    Natural pictures have amplitudes of about 1 over the frequency. The constant coefficient gets
    the factor of the lowest frequency.

    Parameters
    ----------
    side : int
        Side of the picture, in pixels.

    Returns
    -------
    numpy.ndarray
        float32, shape (side, side // 2 + 1), as `numpy.fft.rfft2` orders frequencies.
    """
    frequencies = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side)[None, :])
    return (side / np.maximum(frequencies, 1 / side)).astype(np.float32)


def to_pictures(coefficients: tf.Tensor, scales: np.ndarray) -> tf.Tensor:
    """Turn coefficients into pictures.

    Parameters
    ----------
    coefficients : tf.Tensor
        float32, shape (N, 2, 3, side, side // 2 + 1): real and imaginary parts, by colour.
    scales : numpy.ndarray
        The factors that `frequency_scales` returns.

    Returns
    -------
    tf.Tensor
        float32, shape (N, side, side, 3), within [-1, 1].
    """
    spectrum = tf.complex(coefficients[:, 0] * scales, coefficients[:, 1] * scales)
    side = scales.shape[0]
    waves = tf.signal.irfft2d(spectrum, [side, side]) / 4.0  # Lucid's own factor
    colours = tf.tensordot(tf.transpose(waves, (0, 2, 3, 1)), COLOUR, [[3], [1]])
    return 2.0 * tf.sigmoid(colours) - 1.0


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
        self._scales = frequency_scales(side)
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
        fit = int(budget(self._scales.shape[0] ** 2, memory) / self._bytes)
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
        return to_pictures(coefficients, self._scales).numpy()

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
                (to_pictures(coefficients, self._scales), shifts),
                fn_output_signature=tf.float32,
            )
            activation = self._network.activations(self._model, pictures, self._preprocessing)
            activation = tf.cast(activation, tf.float32)
            means = tf.reduce_mean(activation, axis=(1, 2))
            objectives = tf.gather(means, channels, axis=1, batch_dims=1)
            # No picture has a part in another's objective, so each gets the gradient of its own.
            total = tf.reduce_sum(objectives)
        gradient = tape.gradient(total, coefficients)
        # Adam (Kingma and Ba, 2015), uphill.
        mean = _BETA1 * mean + (1 - _BETA1) * gradient
        square = _BETA2 * square + (1 - _BETA2) * tf.square(gradient)
        size = tf.sqrt(square / (1 - _BETA2**step)) + _EPSILON
        return objectives, coefficients + _RATE * (mean / (1 - _BETA1**step)) / size, mean, square


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
