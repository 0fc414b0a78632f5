"""Copies a model in another number format."""

from typing import Any

import keras
import numpy as np

#: Formats in which a network may have been saved, other than that in which it is dreamt with.
_OTHERS = {"float16", "bfloat16", "float64"}


def cast(model: keras.Model, policy: str) -> keras.Model:
    """Copy a model, with a dtype policy for each layer; the global policy stays as it is.

    An input in another format than float32 becomes one in float32, in which pictures come.
    """

    def clone(layer: keras.Layer) -> keras.Layer:
        config: dict[str, Any] = layer.get_config()
        # A sum written as "x + y" is an operation, not a layer; its inputs set its format.
        if isinstance(layer, keras.Layer) and not isinstance(layer, keras.layers.InputLayer):
            config["dtype"] = policy
        return layer.__class__.from_config(config)

    entry = model.inputs[0]
    exact = keras.Input(batch_shape=entry.shape) if entry.dtype in _OTHERS else None
    copy = keras.models.clone_model(model, input_tensors=exact, clone_function=clone)
    for target, source in zip(copy.weights, model.weights, strict=True):
        target.assign(np.asarray(source))
    return copy


def in_float32(model: keras.Model) -> keras.Model:
    """Return a model with all its layers in float32: itself if it is so already.

    In float16, as networks trained in mixed precision are saved, the gradient of a loss that is a
    mean over a large picture is 0.
    """
    formats = {model.inputs[0].dtype} | {layer.compute_dtype for layer in model.layers}
    return cast(model, "float32") if formats & _OTHERS else model
