"""A look at pictures, compiled: the maps of some layers, and what is made of them at once."""

from collections.abc import Callable, Sequence

import numpy as np
import tensorflow as tf

from dreamlab.dream.arithmetic import arithmetic
from dreamlab.models import Network
from dreamlab.models.keras_settings import own_settings

#: Pictures, float32 (n, H, W, 3) in [-1, 1], to what is made of their maps; no map is kept.
Look = Callable[[np.ndarray], list[tf.Tensor]]


def compiled_look(
    network: Network,
    layers: Sequence[str],
    precision: str,
    preprocessing: str,
    of_maps: Callable[[list[tf.Tensor]], list[tf.Tensor]],
) -> Look:
    """Return the compiled function from pictures to what is made of the maps of some layers.

    Parameters
    ----------
    network : Network
        The network.
    layers : sequence of str
        Names of the layers, at least 1.
    precision, preprocessing : str
        As in `dreamlab.config.DreamConfig`.
    of_maps : callable
        Makes tensors of the layers' maps, each float32 (n, rows, columns, channels).
    """
    model = network.feature_extractor(layers, *arithmetic(precision))

    @own_settings()
    def look(pictures: tf.Tensor) -> list[tf.Tensor]:
        outputs = network.activations(model, pictures, preprocessing)
        return of_maps([tf.cast(outputs[name], tf.float32) for name in layers])

    signature = [tf.TensorSpec((None, None, None, 3), tf.float32)]
    return tf.function(look, input_signature=signature, autograph=False)
