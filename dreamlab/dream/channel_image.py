"""Synthesises pictures that each activate one channel, or several channels with weights.

The method is that of Olah, Mordvintsev and Schubert, "Feature Visualization" (Distill, 2017),
https://distill.pub/2017/feature-visualization: the picture is on the Fourier canvas
(`dreamlab.dream.fourier`), and is shifted at random before each step; in good quality it is turned
and scaled too, before the first of them. Pictures of one channel differ where the likeness of their
Gram matrices is a penalty.

We depart from it in skipping a layer's last ReLU, so that a channel that is silent on noise still
has a gradient, and in shortening good quality's steps towards the end.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import tensorflow as tf

from dreamlab.dream.arithmetic import arithmetic
from dreamlab.dream.channel_step import channel_step
from dreamlab.dream.fourier import frequency_scales, to_coefficients, to_pictures
from dreamlab.dream.memory import budget, bytes_per_pixel
from dreamlab.dream.transforms import drawn
from dreamlab.dream.unrectified import unrectified
from dreamlab.images.shape import Shape
from dreamlab.models import Network
from dreamlab.models.keras_settings import own_settings
from dreamlab.models.per_network import per_network

#: Standard deviation of the initial coefficients, and length of a step.
_START, _RATE = 0.01, 0.05

#: In good quality, length of the first step, from which on steps shorten to 0; and the most that
#: all would come to at that length: further on, colours only saturate.
_GOOD_RATE, _GOOD_WAY = 0.3, 12.0

#: In good quality, share of the steps before which pictures are turned and scaled: these lay them
#: out. Turned to the end, some channels reach less than in fast quality after as many steps.
_TURNED = 0.3

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

    Attributes
    ----------
    side : int
        As given.
    of_samples : numpy.ndarray or None
        Answers to crops of the samples, once they are known: they serve all channels.
    """

    of_samples: np.ndarray | None = None

    def __init__(
        self, network: Network, layer: str, side: int, precision: str, preprocessing: str
    ) -> None:
        network.feeding.chosen(preprocessing)  # fails before anything is compiled
        network.check_side(layer, side)
        self._network = network
        self._preprocessing = preprocessing
        self.side = side
        self._scales = frequency_scales(Shape(side, side))
        precision, convolution = arithmetic(precision)
        model, self._rectify = unrectified(
            network.plain_extractor([layer], precision), network.name_in_keras(layer)
        )
        self._channels = model.output.shape[-1]
        self._model = network.accelerated(model, precision, convolution)
        needed = bytes_per_pixel(self._model, network.fields_in_keras, precision)
        self._bytes = needed * side**2
        self._steps: dict[int, tf.types.experimental.PolymorphicFunction] = {}
        self._compiled_answers = tf.function(
            self._answers,
            input_signature=[tf.TensorSpec((None, side, side, 3), tf.float32)],
            autograph=False,
        )

    def most_at_once(self, memory: float | None = None, diverse: int = 1) -> int:
        """Return how many channels to visualize together: at least 1, at most 16.

        Parameters
        ----------
        memory : float, optional
            As in `dreamlab.dream.dream`.
        diverse : int
            Pictures of each channel.
        """
        # Those that are to differ have two Gram matrices each, and their gradients.
        grams = 4 * 4 * self._channels**2 if diverse > 1 else 0
        fit = int(budget(self.side**2, memory) / (self._bytes + grams))
        return max(1, min(_MOST, fit) // diverse)

    def visualize(
        self,
        targets: Sequence[Mapping[int, float]],
        steps: int,
        *,
        jitter: int,
        seed: int,
        good: bool = False,
        diverse: int = 1,
        start: np.ndarray | None = None,
    ) -> Iterator[tuple[np.ndarray, tf.Tensor]]:
        """Ascend the mean activation of each target, step by step, in pictures of its own.

        Parameters
        ----------
        targets : sequence of mapping of int to float
            For each its channels, from 0, with their weights.
        steps : int
            Number of steps of Adam.
        jitter : int
            Largest random shift before each step, in pixels; the picture wraps around.
        seed : int
            Seed of the noise and of the transforms: same seed and target, same pictures, up to
            rounding, whatever other targets there are.
        good : bool
            Whether pictures are turned and scaled at random in the first steps, which are longer.
        diverse : int
            Pictures of each target; the likeness of those of a target is a penalty.
        start : numpy.ndarray, optional
            Picture that all begin with, under the noise: float32, (side, side, 3), in [-1, 1].

        Yields
        ------
        objectives : numpy.ndarray
            float32, shape (targets * diverse,): the mean activation that each picture is to raise,
            before the step, the pictures of a target one after another.
        coefficients : tf.Tensor
            The pictures after the step, as `pictures` takes them.
        """
        generators = [
            np.random.default_rng((seed, *channels, *([copy] if copy else [])))
            for channels in targets
            for copy in range(diverse)
        ]
        coefficients = self._start(generators, start)
        mean = square = tf.zeros_like(coefficients)
        weights = np.zeros((len(generators), self._channels), np.float32)
        for place, of in enumerate(np.repeat(np.array(targets), diverse)):
            weights[place, list(of)] = list(of.values())
        if diverse not in self._steps:
            self._steps[diverse] = channel_step(
                self._activations, self._channels, self._scales, self.side, diverse
            )
        first = min(_GOOD_RATE, _GOOD_WAY / steps)
        for step in range(1, steps + 1):
            rate = first * (1 - (step - 1) / steps) if good else _RATE
            turned = good and step <= _TURNED * steps
            affine = np.stack([drawn(generator, jitter, turned=turned) for generator in generators])
            objectives, coefficients, mean, square = self._steps[diverse](
                coefficients, mean, square, float(step), rate, weights, affine
            )
            yield objectives.numpy(), coefficients

    def pictures(self, coefficients: tf.Tensor) -> np.ndarray:
        """Return the pictures of coefficients, float32, shape (N, side, side, 3), in [-1, 1]."""
        return to_pictures(coefficients, self._scales, self.side).numpy()

    def answers(self, pictures: np.ndarray) -> np.ndarray:
        """Return the mean activation of each channel in each picture, after the layer's ReLU.

        Parameters
        ----------
        pictures : numpy.ndarray
            float32, shape (N, side, side, 3), in [-1, 1]; at most as many as `most_at_once`.

        Returns
        -------
        numpy.ndarray
            float32, shape (N, channels).
        """
        return self._compiled_answers(pictures).numpy()

    def _start(
        self, generators: Sequence[np.random.Generator], start: np.ndarray | None
    ) -> tf.Tensor:
        shape = (2, 3, *self._scales.shape)
        coefficients = np.stack([generator.normal(0, _START, shape) for generator in generators])
        if start is not None:
            coefficients += to_coefficients(start[None], self._scales)
        return tf.constant(coefficients, tf.float32)

    @own_settings()
    def _activations(self, pictures: tf.Tensor) -> tf.Tensor:
        return self._network.activations(self._model, pictures, self._preprocessing)

    @own_settings()
    def _answers(self, pictures: tf.Tensor) -> tf.Tensor:
        activation = self._rectify(self._activations(pictures))
        return tf.reduce_mean(tf.cast(activation, tf.float32), axis=(1, 2))


@per_network(4)
def channel_visualizer(
    network: Network, layer: str, side: int, precision: str, preprocessing: str
) -> ChannelVisualizer:
    """Return the `ChannelVisualizer` of a layer, from the cache if it is there."""
    return ChannelVisualizer(network, layer, side, precision, preprocessing)
