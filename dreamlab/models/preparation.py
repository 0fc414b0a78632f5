"""Finds the range of pictures that a network is made for, in its own preparation of them."""

import keras
import numpy as np
import tensorflow as tf

from dreamlab.models.calls import nodes
from dreamlab.models.reach import of_channels

#: Layers and operations that prepare a picture, ahead of the first one with weights of its own.
_PREPARING_LAYERS = (
    keras.layers.InputLayer,
    keras.layers.Rescaling,
    keras.layers.Normalization,
    keras.layers.Resizing,
    keras.layers.CenterCrop,
    keras.layers.GaussianNoise,
    keras.layers.Identity,
)
_PREPARING = (
    *("Add", "Subtract", "Multiply", "Divide", "TrueDivide", "Negative", "Cast"),
    *("GetItem", "Stack", "Concatenate", "Identity", "RGBToGrayscale"),
)

#: Ranges that networks are commonly given after their own preparation.
_USUAL = ((0.0, 1.0), (-1.0, 1.0), (0.0, 255.0), (-0.5, 0.5), (0.0, 2.0), (-127.5, 127.5))

#: By how much of its span a range may miss a usual one.
_NEAR = 0.02

#: The ranges that can be found in a graph: lowest and highest number of a picture.
BOUNDS = {"0,255": (0.0, 255.0), "0,1": (0.0, 1.0), "-1,1": (-1.0, 1.0)}

#: Means and standard deviations of pictures in a range, for preparations that normalise.
_STATISTICS = {"0,255": ((5.0, 250.0), (10.0, 128.0)), "0,1": ((0.05, 0.95), (0.04, 0.5))}


def range_in_graph(model: keras.Model) -> tuple[str, str] | None:
    """Find the range of pictures for which a network's first layers are made.

    They are tried: what they make of 0 and of 1 tells what they make of each range.

    Parameters
    ----------
    model : keras.Model
        A flat model.

    Returns
    -------
    (str, str) or None
        The range, one of `BOUNDS`, and the last of these layers, by its name in Keras. None if
        there are no such layers, or they fit no range.
    """
    prepared, last = _prepared(model)
    if last is None or len(prepared.shape) != 4 or prepared.shape[-1] not in (1, 3):
        return None
    channels = model.inputs[0].shape[-1]
    sides = [side or 64 for side in model.inputs[0].shape[1:3]]
    preparing = keras.Model(model.inputs[0], prepared)
    middle = tuple(side // 2 for side in prepared.shape[1:3] if side) or (32, 32)
    at_0, at_1 = (
        np.mean(preparing(tf.fill((1, *sides, channels), value))[0][middle]) for value in (0.0, 1.0)
    )
    factor, offset = float(at_1 - at_0), float(at_0)
    chosen = None if factor == 0 else _range_for(factor, offset)
    return None if chosen is None else (chosen, last)


def _range_for(factor: float, offset: float) -> str | None:
    """Return the range that ``factor * x + offset`` is made for; None where it does not tell."""
    if not 0.9 < abs(factor) < 1.1:  # else what it makes of pixels are pixels, whatever it means
        for name, (low, high) in BOUNDS.items():
            made = sorted((factor * low + offset, factor * high + offset))
            span = made[1] - made[0]
            if any(np.allclose(made, usual, rtol=0, atol=_NEAR * span) for usual in _USUAL):
                return name
    # The usual normalisation: less the mean of all pictures, over their standard deviation or 1.
    mean, deviation = -offset / factor, 1 / abs(factor)
    for name, ((least, most), deviations) in _STATISTICS.items():
        over = deviations[0] <= deviation <= deviations[1] or 0.9 < deviation < 1.1
        if least <= mean <= most and over:
            return name
    return None


def _prepared(model: keras.Model) -> tuple[keras.KerasTensor, str | None]:
    """Return the tensor that all layers with weights of their own are given.

    The name of the last layer before them comes with it, None if there is none, or if they are
    given several.
    """
    prepared, made_by = {id(model.inputs[0])}, dict[int, str]()
    given: dict[int, keras.KerasTensor] = {}
    for node in nodes(model):
        operation = node.operation
        name = type(operation).__name__
        prepares = isinstance(operation, _PREPARING_LAYERS) or (
            not isinstance(operation, keras.Layer)
            and name in _PREPARING
            and (name != "GetItem" or of_channels(operation))
        )
        inputs = node.arguments.keras_tensors
        if prepares and all(id(tensor) in prepared for tensor in inputs):
            prepared |= {id(tensor) for tensor in node.outputs}
            made_by |= {id(tensor): operation.name for tensor in node.outputs}
            continue
        given |= {id(tensor): tensor for tensor in inputs if id(tensor) in prepared}
    if len(given) != 1:
        return model.inputs[0], None
    (tensor,) = given.values()
    return tensor, made_by.get(id(tensor))
