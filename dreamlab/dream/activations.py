"""How strongly the layers of a network answer a picture."""

import functools
from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from dreamlab.dream.precision import resolve
from dreamlab.models import Network


class Activations:
    """Answers of some layers, without their gradients.

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
        self._model = network.feature_extractor(self.layers, resolve(precision))
        pictures = tf.TensorSpec((None, None, None, 3), tf.float32)
        # Compiled, so that a feature map is let go as soon as nothing needs it any more.
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
        """Return how far each layer's activation shifts from one picture to another.

        It is the norm of the difference of the two feature maps, divided by the norm of the
        first; 0 where both are silent.
        """
        # One picture after the other: both at once would take twice the memory.
        before, after = self._compiled_maps(picture[None]), self._compiled_maps(other[None])
        shifts = [
            tf.math.divide_no_nan(tf.norm(two - one), tf.norm(one))
            for one, two in zip(before, after, strict=True)
        ]
        return self._named(tf.stack(shifts))

    def maps(self, picture: np.ndarray) -> dict[str, np.ndarray]:
        """Return the feature map of each layer, float32, shape (rows, columns, channels)."""
        activations = self._compiled_maps(picture[None])
        return {
            name: activation.numpy()[0]
            for name, activation in zip(self.layers, activations, strict=True)
        }

    def _maps(self, pictures: tf.Tensor) -> list[tf.Tensor]:
        found = self._model(self._network.preprocess(pictures, self._preprocessing), training=False)
        return [tf.cast(found[name], tf.float32) for name in self.layers]

    def _squares(self, pictures: tf.Tensor) -> tf.Tensor:
        return tf.stack([tf.reduce_mean(tf.square(one)) for one in self._maps(pictures)])

    def _named(self, figures: tf.Tensor) -> dict[str, float]:
        return dict(zip(self.layers, figures.numpy().tolist(), strict=True))


@functools.lru_cache(maxsize=4)
def activations(
    network: Network, layers: tuple[str, ...], precision: str, preprocessing: str
) -> Activations:
    """Return the `Activations` of some layers, compiled before if they can be."""
    return Activations(network, layers, precision, preprocessing)
