"""Finds the range of pictures that a network is made for, in its own preparation of them."""

import keras
import numpy as np
import tensorflow as tf

from dreamlab.models.calls import nodes

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
    *("GetItem", "Stack", "Concatenate", "Flip", "Sqrt", "Identity", "Clip", "RGBToGrayscale"),
)

#: Ranges that networks are commonly given after their own preparation.
_USUAL = ((0.0, 1.0), (-1.0, 1.0), (0.0, 255.0), (-0.5, 0.5), (0.0, 2.0), (-127.5, 127.5))

#: The ranges that can be found in a graph: lowest and highest number of a picture.
BOUNDS = {"0,255": (0.0, 255.0), "0,1": (0.0, 1.0), "-1,1": (-1.0, 1.0)}

#: Share of a range by which its middle may lie off 0 for the range to be centred.
_CENTRED = 0.12

#: Largest number that a network with normalised pictures gets.
_LARGEST = 10.0


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
    if abs(factor) < 1e-12 or (abs(factor - 1) < 1e-6 and abs(offset) < 1e-6):
        return None
    chosen = _range_for(factor, offset)
    return None if chosen is None else (chosen, last)


def _range_for(factor: float, offset: float) -> str | None:
    """Return the range that ``factor * x + offset`` brings to numbers that a network is given."""
    mapped = {
        name: sorted((factor * low + offset, factor * high + offset))
        for name, (low, high) in BOUNDS.items()
    }
    for name, interval in mapped.items():
        if any(np.allclose(interval, usual, atol=0.02 * (usual[1] - usual[0])) for usual in _USUAL):
            return name
    off_centre = {}
    for name, (low, high) in mapped.items():
        off = abs(low + high) / 2 / (high - low)
        if high - low >= 0.3 and (max(-low, high) <= _LARGEST or off < _CENTRED):
            off_centre[name] = off
    return min(off_centre, key=off_centre.__getitem__, default=None)


def _prepared(model: keras.Model) -> tuple[keras.KerasTensor, str | None]:
    """Return the tensor that all layers with weights of their own are given.

    The name of the last layer before them comes with it, None if there is none, or if they are
    given several.
    """
    prepared, made_by = {id(model.inputs[0])}, dict[int, str]()
    given: dict[int, keras.KerasTensor] = {}
    for node in nodes(model):
        operation = node.operation
        prepares = isinstance(operation, _PREPARING_LAYERS) or (
            not isinstance(operation, keras.Layer) and type(operation).__name__ in _PREPARING
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
