"""Measures how strongly the layers of a network respond to a picture."""

import functools
from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from dreamlab.dream.arithmetic import arithmetic
from dreamlab.models import Network


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
        self._model = network.feature_extractor(self.layers, *arithmetic(precision))
        pictures = tf.TensorSpec((None, None, None, 3), tf.float32)
        # A compiled graph frees each feature map as soon as nothing needs it.
        self._compiled_squares = tf.function(
            self._squares, input_signature=[pictures], autograph=False
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

    def relative_change(self, picture: np.ndarray, other: np.ndarray) -> dict[str, float]:
        """Return the relative change of each layer's activation between two pictures.

        It is the norm of the difference of the two feature maps, divided by the norm of the
        first; 0 if both are 0.

        Parameters
        ----------
        picture, other : numpy.ndarray
            float32, of one shape (H, W, 3), in [-1, 1].
        """
        # The pictures go through the network in turn: a batch of two takes twice the memory.
        before, after = self._compiled_maps(picture[None]), self._compiled_maps(other[None])
        changes = [
            tf.math.divide_no_nan(tf.norm(second - first), tf.norm(first))
            for first, second in zip(before, after, strict=True)
        ]
        return self._named(tf.stack(changes))

    def maps(self, picture: np.ndarray) -> dict[str, np.ndarray]:
        """Return the feature map of each layer, float32, shape (rows, columns, channels)."""
        activations = self._compiled_maps(picture[None])
        return {
            name: activation.numpy()[0]
            for name, activation in zip(self.layers, activations, strict=True)
        }

    def _maps(self, pictures: tf.Tensor) -> list[tf.Tensor]:
        outputs = self._model(
            self._network.preprocess(pictures, self._preprocessing), training=False
        )
        return [tf.cast(outputs[name], tf.float32) for name in self.layers]

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
