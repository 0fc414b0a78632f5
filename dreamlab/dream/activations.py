"""Measures how strongly the layers of a network respond to a picture."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from dreamlab.dream.arithmetic import arithmetic
from dreamlab.dream.memory import budget, bytes_per_pixel
from dreamlab.dream.objective import BORDER
from dreamlab.images.shape import Shape
from dreamlab.models import Network
from dreamlab.models.keras_settings import own_settings
from dreamlab.models.per_network import per_network

#: Standard deviation of the noise that shows whether a channel changes with the picture.
_NUDGE = 0.01

#: Most pictures that are compared with another at once: more are hardly faster.
_MOST = 4


class Activations:
    """Computes the activations of some layers, without their gradients.

    Parameters
    ----------
    network : Network
        The network.
    layers : sequence of str
        Names of the layers.
    precision : str
        ``"auto"``, ``"float32"`` or ``"bfloat16"``.
    preprocessing : str
        ``"notebook"`` or ``"imagenet"``.
    """

    def __init__(
        self, network: Network, layers: Sequence[str], precision: str, preprocessing: str
    ) -> None:
        network.feeding.chosen(preprocessing)  # fails before anything is compiled
        self.layers = tuple(layers)
        self._network = network
        self._preprocessing = preprocessing
        computed = arithmetic(precision)
        self._model = network.feature_extractor(self.layers, *computed)
        # That of a gradient, which is more than enough for the maps alone.
        self._bytes_per_pixel = bytes_per_pixel(self._model, network.fields_in_keras, computed[0])
        pictures = tf.TensorSpec((None, None, None, 3), tf.float32)
        # A compiled graph frees each feature map as soon as nothing needs it.
        self._compiled_squares = tf.function(
            self._squares, input_signature=[pictures], autograph=False
        )
        self._compiled_changes = tf.function(
            self._changes, input_signature=[pictures], autograph=False
        )
        self._compiled_answers = tf.function(
            self._answers, input_signature=[pictures], autograph=False
        )
        self._compiled_maps = tf.function(self._maps, input_signature=[pictures], autograph=False)

    def mean_squares(self, picture: np.ndarray) -> dict[str, float]:
        """Return the mean squared activation of each layer, over its whole feature map.

        Parameters
        ----------
        picture : numpy.ndarray
            float32, shape (H, W, 3), in [-1, 1].
        """
        peaks, means = self._compiled_squares(picture[None]).numpy().astype(np.float64)
        return dict(zip(self.layers, (peaks**2 * means).tolist(), strict=True))

    def relative_changes(
        self, picture: np.ndarray, others: Sequence[np.ndarray], memory: float | None = None
    ) -> list[dict[str, float]]:
        """Return the relative change of each layer's activation from a picture to each other.

        It is the norm of the difference of the two feature maps, divided by the norm of the
        first; NaN if that is 0.

        Parameters
        ----------
        picture : numpy.ndarray
            float32, shape (H, W, 3), in [-1, 1].
        others : sequence of numpy.ndarray
            The other pictures, each of that shape.
        memory : float, optional
            As in `dreamlab.dream.dream`.

        Returns
        -------
        list of dict
            For each of `others` the change by layer.
        """
        most = min(_MOST, self._fitting(Shape.of(picture).area, memory))
        changes: list[dict[str, float]] = []
        for first in range(0, len(others), most):
            pictures = np.stack([picture, *others[first : first + most]])
            changes += map(self._named, self._compiled_changes(pictures))
        return changes

    def answers(self, picture: np.ndarray) -> dict[str, np.ndarray]:
        """Return how strongly each channel of each layer answers to a picture.

        Parameters
        ----------
        picture : numpy.ndarray
            float32, shape (H, W, 3), in [-1, 1].

        Returns
        -------
        dict of str to numpy.ndarray
            For each layer, float32, shape (channels,): the sum of the squares that count in a loss,
            over the largest of them; 0 for a channel that does not change when the picture does.
        """
        noise = np.random.default_rng(0).normal(0, _NUDGE, picture.shape).astype(np.float32)
        sums = self._compiled_answers(np.stack([picture, picture + noise]))
        return {name: of.numpy() for name, of in zip(self.layers, sums, strict=True)}

    def maps(self, picture: np.ndarray) -> dict[str, np.ndarray]:
        """Return the feature map of each layer, float32, shape (rows, columns, channels)."""
        activations = self._compiled_maps(picture[None])
        return {
            name: activation.numpy()[0]
            for name, activation in zip(self.layers, activations, strict=True)
        }

    @own_settings()
    def _maps(self, pictures: tf.Tensor) -> list[tf.Tensor]:
        outputs = self._network.activations(self._model, pictures, self._preprocessing)
        return [tf.cast(outputs[name], tf.float32) for name in self.layers]

    def _changes(self, pictures: tf.Tensor) -> tf.Tensor:
        """Return the change from the first picture to each other, shape (others, layers)."""
        changes = []
        for maps in self._maps(pictures):
            maps /= tf.reduce_max(tf.abs(maps[0]))
            norms = tf.norm(tf.reshape(maps[1:] - maps[:1], (tf.shape(maps)[0] - 1, -1)), axis=1)
            changes.append(norms / tf.norm(maps[0]))
        return tf.stack(changes, axis=1)

    def _squares(self, pictures: tf.Tensor) -> tf.Tensor:
        """Return the peak of each layer, and the mean square over its square: (2, layers)."""
        # The square of an activation below 1e-19 is 0 in float32.
        peaks, means = [], []
        for layer in self._maps(pictures):
            peaks.append(tf.reduce_max(tf.abs(layer)))
            relative = tf.math.divide_no_nan(layer, peaks[-1])
            means.append(tf.reduce_mean(tf.square(relative)))
        return tf.stack([peaks, means])

    def _answers(self, pictures: tf.Tensor) -> list[tf.Tensor]:
        """Return the sums of each layer's channels, shape (channels,), for a nudged pair."""
        answers = []
        for maps in self._maps(pictures):
            top, left = (
                tf.where(side > 2 * BORDER, BORDER, 0) for side in tf.unstack(tf.shape(maps)[1:3])
            )
            inner = maps[:, top : tf.shape(maps)[1] - top, left : tf.shape(maps)[2] - left]
            change = tf.reduce_max(tf.abs(inner[1] - inner[0]), axis=(0, 1))
            # Over the peak, as the square of an activation below 1e-19 is 0 in float32.
            relative = tf.math.divide_no_nan(inner[0], tf.reduce_max(tf.abs(inner[0])))
            sums = tf.reduce_sum(tf.square(relative), axis=(0, 1))
            answers.append(tf.where(change > 0, sums, 0.0))
        return answers

    def _fitting(self, area: int, memory: float | None) -> int:
        """Return how many pictures fit the memory beside another one, at least 1."""
        return max(1, int(budget(area, memory) / (area * self._bytes_per_pixel)) - 1)

    def _named(self, figures: tf.Tensor) -> dict[str, float]:
        return dict(zip(self.layers, figures.numpy().tolist(), strict=True))


@per_network(4)
def activations(
    network: Network, layers: tuple[str, ...], precision: str, preprocessing: str
) -> Activations:
    """Return the `Activations` of some layers, from the cache if they are there."""
    return Activations(network, layers, precision, preprocessing)
