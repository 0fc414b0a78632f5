"""Copies a model in another number format."""

from typing import Any

import keras
import numpy as np


def cast(model: keras.Model, policy: str) -> keras.Model:
    """Copy a model, with a dtype policy for each layer; the global policy stays as it is."""

    def clone(layer: keras.Layer) -> keras.Layer:
        config: dict[str, Any] = layer.get_config()
        # A sum written as "x + y" is an operation, not a layer; its inputs set its format.
        if isinstance(layer, keras.Layer) and not isinstance(layer, keras.layers.InputLayer):
            config["dtype"] = policy
        return layer.__class__.from_config(config)

    copy = keras.models.clone_model(model, clone_function=clone)
    for target, source in zip(copy.weights, model.weights, strict=True):
        target.assign(np.asarray(source))
    return copy
