"""Classifies pictures by a network's head."""

import numpy as np
import tensorflow as tf

from dreamlab.classes import HEAD, check_classes
from dreamlab.images import from_pixels
from dreamlab.images.crops import CROP_SIDE, crops
from dreamlab.models.keras_settings import own_settings
from dreamlab.models.network import Network
from dreamlab.models.per_network import per_network


class Classifier:
    """The head of a network, compiled once, for crops of pictures.

    Parameters
    ----------
    network : Network
        The network.

    Raises
    ------
    DreamError
        If the network has no head.
    """

    def __init__(self, network: Network) -> None:
        check_classes(network.name)
        self._network = network
        self._model = network.feature_extractor([HEAD], "float32")
        pictures = tf.TensorSpec((None, CROP_SIDE, CROP_SIDE, 3), tf.float32)
        self._compiled = tf.function(
            self._probabilities, input_signature=[pictures], autograph=False
        )

    def probabilities(self, pixels: np.ndarray) -> np.ndarray:
        """Return the probability of each class in each crop of a picture.

        Parameters
        ----------
        pixels : numpy.ndarray
            uint8, shape (H, W, 3).

        Returns
        -------
        numpy.ndarray
            float32, shape (5, classes), in the order of `dreamlab.images.crops.crops`.
        """
        return self._compiled(from_pixels(crops(pixels))).numpy()

    @own_settings()
    def _probabilities(self, pictures: tf.Tensor) -> tf.Tensor:
        maps = self._network.activations(self._model, pictures, "notebook")
        return tf.nn.softmax(maps[HEAD][:, 0, 0])


@per_network(1)
def classifier(network: Network) -> Classifier:
    """Return the `Classifier` of a network, from the cache if it is there."""
    return Classifier(network)
