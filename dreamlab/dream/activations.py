"""Measures how strongly the layers of a network respond to a picture."""

import functools
from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from dreamlab.dream.arithmetic import arithmetic
from dreamlab.dream.memory import budget, bytes_per_pixel
from dreamlab.images.shape import Shape
from dreamlab.models import Network
from dreamlab.models.keras_settings import own_settings

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
        self.layers = tuple(layers)
        self._network = network
        self._preprocessing = preprocessing
        computed = arithmetic(precision)
        self._model = network.feature_extractor(self.layers, *computed)
        # That of a gradient, which is more than enough for the maps alone.
        self._bytes_per_pixel = bytes_per_pixel(self._model, network.receptive_fields, computed[0])
        pictures = tf.TensorSpec((None, None, None, 3), tf.float32)
        # A compiled graph frees each feature map as soon as nothing needs it.
        self._compiled_squares = tf.function(
            self._squares, input_signature=[pictures], autograph=False
        )
        self._compiled_changes = tf.function(
            self._changes, input_signature=[pictures], autograph=False
        )
        self._compiled_maps = tf.function(self._maps, input_signature=[pictures], autograph=False)

    def mean_squares(self, picture: np.ndarray) -> dict[str, float]:
        """Return the mean squared activation of each layer, over its whole feature map.

        Parameters
        ----------
        picture : numpy.ndarray
            float32, shape (H, W, 3), in [-1, 1].
        """
        return self._named(self._compiled_squares(picture[None]))

    def relative_changes(
        self, picture: np.ndarray, others: Sequence[np.ndarray], memory: float | None = None
    ) -> list[dict[str, float]]:
        """Return the relative change of each layer's activation from a picture to each other.

        It is the norm of the difference of the two feature maps, divided by the norm of the
        first; 0 if both are 0.

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
        area = Shape.of(picture).area
        fit = int(budget(area, memory) / (area * self._bytes_per_pixel)) - 1
        most = min(_MOST, max(1, fit))
        changes: list[dict[str, float]] = []
        for first in range(0, len(others), most):
            pictures = np.stack([picture, *others[first : first + most]])
            changes += map(self._named, self._compiled_changes(pictures))
        return changes

    def maps(self, picture: np.ndarray) -> dict[str, np.ndarray]:
        """Return the feature map of each layer, float32, shape (rows, columns, channels)."""
        activations = self._compiled_maps(picture[None])
        return {
            name: activation.numpy()[0]
            for name, activation in zip(self.layers, activations, strict=True)
        }

    @own_settings()
    def _maps(self, pictures: tf.Tensor) -> list[tf.Tensor]:
        outputs = self._model(
            self._network.preprocess(pictures, self._preprocessing), training=False
        )
        return [tf.cast(outputs[name], tf.float32) for name in self.layers]

    def _changes(self, pictures: tf.Tensor) -> tf.Tensor:
        """Return the change from the first picture to each other, shape (others, layers)."""
        changes = []
        for maps in self._maps(pictures):
            norms = tf.norm(tf.reshape(maps[1:] - maps[:1], (tf.shape(maps)[0] - 1, -1)), axis=1)
            changes.append(tf.math.divide_no_nan(norms, tf.norm(maps[0])))
        return tf.stack(changes, axis=1)

    def _squares(self, pictures: tf.Tensor) -> tf.Tensor:
        return tf.stack([tf.reduce_mean(tf.square(layer)) for layer in self._maps(pictures)])

    def _named(self, figures: tf.Tensor) -> dict[str, float]:
        return dict(zip(self.layers, figures.numpy().tolist(), strict=True))


@functools.lru_cache(maxsize=4)
def activations(
    network: Network, layers: tuple[str, ...], precision: str, preprocessing: str
) -> Activations:
    """Return the `Activations` of some layers, from the cache if they are there."""
    return Activations(network, layers, precision, preprocessing)
