"""Synthesises, from noise, a picture that activates one channel.

The method is that of Olah, Mordvintsev and Schubert, "Feature Visualization" (Distill, 2017),
https://distill.pub/2017/feature-visualization: the picture is parameterised by its Fourier
coefficients, each scaled by its frequency, in colours decorrelated over natural pictures, and is
shifted at random before each step. Ascent on the pixels themselves ends in high-frequency noise.

We depart from it in two ways: we neither rotate nor scale the picture, and we skip a layer's last
ReLU, so that a channel that is silent on noise still has a gradient.
"""

import functools
from collections.abc import Iterator

import keras
import numpy as np
import tensorflow as tf

from dreamlab.dream.arithmetic import arithmetic
from dreamlab.errors import DreamError
from dreamlab.models import Network

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


def to_picture(coefficients: tf.Tensor, scales: np.ndarray) -> tf.Tensor:
    """Turn coefficients into a picture.

    Parameters
    ----------
    coefficients : tf.Tensor
        float32, shape (2, 3, side, side // 2 + 1): real and imaginary parts, by colour.
    scales : numpy.ndarray
        The factors that `frequency_scales` returns.

    Returns
    -------
    tf.Tensor
        float32, shape (side, side, 3), within [-1, 1].
    """
    spectrum = tf.complex(coefficients[0] * scales, coefficients[1] * scales)
    side = scales.shape[0]
    waves = tf.signal.irfft2d(spectrum, [side, side]) / 4.0  # Lucid's own factor
    colours = tf.tensordot(COLOUR, waves, [[1], [0]])
    return 2.0 * tf.sigmoid(tf.transpose(colours, (1, 2, 0))) - 1.0


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
        if side < network.smallest:
            raise DreamError(f"side is {side}; {network.name} needs at least {network.smallest} px")
        self._network = network
        self._preprocessing = preprocessing
        self._scales = frequency_scales(side)
        precision, convolution = arithmetic(precision)
        model = unrectified(network.feature_extractor([layer], precision), layer)
        self._model = network.with_convolution(model, convolution)
        coefficients = tf.TensorSpec((2, 3, *self._scales.shape), tf.float32)
        self._step = tf.function(
            self._ascend,
            input_signature=[
                coefficients,
                coefficients,
                coefficients,
                tf.TensorSpec((), tf.float32),
                tf.TensorSpec((), tf.int32),
                tf.TensorSpec((2,), tf.int32),
            ],
            autograph=False,
        )

    def visualize(
        self, channel: int, steps: int, *, jitter: int, seed: int
    ) -> Iterator[tuple[float, np.ndarray]]:
        """Ascend the mean activation of a channel, step by step.

        Parameters
        ----------
        channel : int
            Number of the channel, from 0.
        steps : int
            Number of steps of Adam.
        jitter : int
            Largest random shift before each step, in pixels; the picture wraps around.
        seed : int
            Seed of the noise and of the shifts: same seed, same picture.

        Yields
        ------
        objective : float
            The channel's mean activation, before the step.
        picture : numpy.ndarray
            float32, shape (side, side, 3), in [-1, 1], after the step.
        """
        generator = np.random.default_rng((seed, channel))
        start = generator.normal(0, _START, (2, 3, *self._scales.shape))
        coefficients = tf.constant(start, tf.float32)
        mean = square = tf.zeros_like(coefficients)
        for step in range(1, steps + 1):
            shift = generator.integers(-jitter, jitter + 1, 2).astype(np.int32)
            objective, coefficients, mean, square = self._step(
                coefficients, mean, square, float(step), channel, shift
            )
            yield float(objective), to_picture(coefficients, self._scales).numpy()

    def _ascend(
        self,
        coefficients: tf.Tensor,
        mean: tf.Tensor,
        square: tf.Tensor,
        step: tf.Tensor,
        channel: tf.Tensor,
        shift: tf.Tensor,
    ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]:
        with tf.GradientTape() as tape:
            tape.watch(coefficients)
            picture = tf.roll(to_picture(coefficients, self._scales), shift, axis=(0, 1))
            prepared = self._network.preprocess(picture[None], self._preprocessing)
            activation = tf.cast(self._model(prepared, training=False), tf.float32)
            objective = tf.reduce_mean(tf.gather(activation, channel, axis=-1))
        gradient = tape.gradient(objective, coefficients)
        # Adam (Kingma and Ba, 2015), uphill.
        mean = _BETA1 * mean + (1 - _BETA1) * gradient
        square = _BETA2 * square + (1 - _BETA2) * tf.square(gradient)
        size = tf.sqrt(square / (1 - _BETA2**step)) + _EPSILON
        return objective, coefficients + _RATE * (mean / (1 - _BETA1**step)) / size, mean, square


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


@functools.lru_cache(maxsize=4)
def channel_visualizer(
    network: Network, layer: str, side: int, precision: str, preprocessing: str
) -> ChannelVisualizer:
    """Return the `ChannelVisualizer` of a layer, from the cache if it is there."""
    return ChannelVisualizer(network, layer, side, precision, preprocessing)
