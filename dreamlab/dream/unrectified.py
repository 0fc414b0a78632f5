"""Models up to a layer's own ReLU: a channel that it silences still has a gradient there."""

from collections.abc import Callable

import keras
import tensorflow as tf

from dreamlab.models.keras_settings import own_settings


@own_settings()
def unrectified(
    model: keras.Model, layer: str
) -> tuple[keras.Model, Callable[[tf.Tensor], tf.Tensor]]:
    """Return a model up to a layer, without the layer's own ReLU, and that ReLU.

    Parameters
    ----------
    model : keras.Model
        A model of at least the layers up to this one.
    layer : str
        The layer.

    Returns
    -------
    keras.Model, callable
        The second makes the layer's activation of the first's output; it changes nothing if the
        layer has no ReLU.
    """
    last = model.get_layer(layer)
    if isinstance(last, keras.layers.ReLU):
        return keras.Model(model.inputs[0], last.input), last
    if getattr(last, "activation", None) is not keras.activations.relu:
        return keras.Model(model.inputs[0], last.output), tf.identity
    if isinstance(last, keras.layers.Activation):
        return keras.Model(model.inputs[0], last.input), tf.nn.relu
    straight = type(last).from_config({**last.get_config(), "activation": "linear"})
    output = straight(last.input)
    straight.set_weights(last.get_weights())
    return keras.Model(model.inputs[0], output), tf.nn.relu
