"""Copies a model in another number format."""

from typing import Any

import keras
import numpy as np

from dreamlab.models.lent import Lent


def cast(model: keras.Model, policy: str) -> keras.Model:
    """Copy a model, with a dtype policy for each layer; the global policy stays as it is."""

    def clone(layer: keras.Layer) -> keras.Layer:
        if isinstance(layer, Lent):
            return layer.again()
        config: dict[str, Any] = layer.get_config()
        # A sum written as "x + y" is an operation, not a layer; its inputs set its format.
        # A quantized layer has weights of other numbers, which no other format has.
        if isinstance(layer, keras.Layer) and not (
            isinstance(layer, keras.layers.InputLayer) or layer.dtype_policy.name.startswith("int")
        ):
            config["dtype"] = policy
        return layer.__class__.from_config(config)

    copy = keras.models.clone_model(model, clone_function=clone)
    for target, source in zip(copy.layers, model.layers, strict=True):
        take_weights(target, source)
    return copy


def is_whole(model: keras.Model) -> bool:
    """Return whether a copy of a model shares no layer with it."""
    return not any(isinstance(layer, Lent) for layer in model.layers)


def take_weights(copy: keras.Layer, layer: keras.Layer) -> None:
    """Give a copy of a layer, in any number format, the layer's weights."""
    for target, source in zip(copy.weights, layer.weights, strict=True):
        target.assign(np.asarray(source))
    if isinstance(copy, keras.layers.Normalization) and copy.weights:
        copy.finalize_state()  # works out from the weights what it computes with
