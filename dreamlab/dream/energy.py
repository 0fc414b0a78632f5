"""Where on a picture the layers of a network answer."""

from collections.abc import Callable, Sequence

import numpy as np
import tensorflow as tf

from dreamlab.dream.arithmetic import arithmetic
from dreamlab.dream.compiled import in_words
from dreamlab.images.shape import Shape
from dreamlab.models import Network
from dreamlab.models.keras_settings import own_settings
from dreamlab.models.per_network import per_network


def energy_maps(
    network: Network, layers: Sequence[str], picture: np.ndarray, precision: str, preprocessing: str
) -> dict[str, np.ndarray]:
    """Return the mean square over the channels of each layer, by position.

    Parameters
    ----------
    network : Network
        The network.
    layers : sequence of str
        Names of the layers.
    picture : numpy.ndarray
        float32, shape (H, W, 3), in [-1, 1].
    precision, preprocessing : str
        As in `dreamlab.config.DreamConfig`.

    Returns
    -------
    dict of str to numpy.ndarray
        float64, shape (rows, columns).

    Raises
    ------
    DreamError
        If the network has no such layer or range, or fails.
    """
    network.feeding.chosen(preprocessing)  # fails before anything is compiled
    squares = _squares(network, tuple(layers), precision, preprocessing)
    with in_words(Shape.of(picture)):
        found = squares(picture[None])
    return {
        name: energy.numpy().astype(np.float64) * float(peak) ** 2
        for name, (peak, energy) in zip(layers, found, strict=True)
    }


@per_network(4)
def _squares(
    network: Network, layers: tuple[str, ...], precision: str, preprocessing: str
) -> Callable[[np.ndarray], list[tuple[tf.Tensor, tf.Tensor]]]:
    """Return the compiled function from a picture to peaks and energies over their squares."""
    model = network.feature_extractor(layers, *arithmetic(precision))

    @own_settings()
    def squares(pictures: tf.Tensor) -> list[tuple[tf.Tensor, tf.Tensor]]:
        outputs = network.activations(model, pictures, preprocessing)
        found = []
        for name in layers:
            activation = tf.cast(outputs[name][0], tf.float32)
            # Over the peak, as the square of an activation below 1e-19 is 0 in float32.
            peak = tf.reduce_max(tf.abs(activation))
            relative = tf.math.divide_no_nan(activation, peak)
            found.append((peak, tf.reduce_mean(tf.square(relative), axis=2)))
        return found

    # A compiled graph frees each feature map as soon as nothing needs it.
    signature = [tf.TensorSpec((1, None, None, 3), tf.float32)]
    return tf.function(squares, input_signature=signature, autograph=False)
