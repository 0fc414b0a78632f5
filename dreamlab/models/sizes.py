"""Finds the sizes of pictures that the layers of a network take, by tracing it at some."""

import math
from collections.abc import Callable, Iterable
from typing import Any

import keras
import tensorflow as tf

from dreamlab.models.calls import through

#: Sides at which the deepest layers have a map, in pixels. Tracing takes no memory for them.
AMPLE = 1500


def multiples(model: keras.Model, stride: int) -> dict[str, int]:
    """Find what the sides of a picture must divide by, for each layer of a network.

    In a U-Net for instance, maps that were halved and doubled again are joined with the maps from
    before, so that both sides must be even.

    Parameters
    ----------
    model : keras.Model
        A flat model that takes pictures of any size, (N, H, W, channels).
    stride : int
        Its largest stride, in pixels.

    Returns
    -------
    dict of str to int
        By the layer's name in Keras; layers that take no size that was tried are not in it.
    """
    sides = {divisor: _sides(divisor, stride) for divisor in _divisors(stride)}
    taking = {1: _traced(model, *sides[1])}
    everything = {layer.name for layer in model.layers}
    # By Keras, which is fast, but takes for granted that a shape suits a layer's weights.
    shaped = {divisor: _shaped(model, *sides[divisor]) for divisor in sides}
    if everything <= taking[1].intersection(*shaped.values()):
        return dict.fromkeys(everything, 1)
    taking |= {divisor: _traced(model, *sides[divisor]) for divisor in sides if divisor > 1}
    found: dict[str, int] = {}
    for divisor in taking:
        # Sides that divide by more divide by this too.
        names = [taking[more] for more in taking if more % divisor == 0]
        for name in set.intersection(*names):
            found.setdefault(name, divisor)
    return found


def _divisors(number: int) -> Iterable[int]:
    return (divisor for divisor in range(1, number + 1) if number % divisor == 0)


def _sides(divisor: int, stride: int) -> tuple[int, int]:
    """Return two sides with no larger divisor in common with the stride.

    Halved again and again, a side just below a multiple of the stride is odd each time where
    halves are rounded down, and one just above it where they are rounded up.
    """
    multiple = math.ceil(AMPLE / stride + 1) * stride
    return multiple - divisor, multiple + divisor


def _traced(model: keras.Model, height: int, width: int) -> set[str]:
    """Return the names of the layers that TensorFlow has an output of for a picture of a size."""
    size = (1, height, width, model.inputs[0].shape[-1])

    @tf.function(autograph=False)
    def traced(picture: tf.Tensor) -> None:
        taking.update(_taking(model, picture, lambda operation: operation))

    # Works the shapes out, and computes nothing.
    taking: set[str] = set()
    traced.get_concrete_function(tf.TensorSpec(size, tf.float32))
    return taking


def _shaped(model: keras.Model, height: int, width: int) -> set[str]:
    """Return the names of the layers that have an output for a picture of a size, by its shape."""
    picture = keras.KerasTensor((1, height, width, model.inputs[0].shape[-1]))
    return _taking(model, picture, lambda operation: operation.compute_output_spec)


def _taking(
    model: keras.Model, picture: Any, called: Callable[[keras.Operation], Callable[..., Any]]
) -> set[str]:
    taking = {layer.name for layer in model.layers if isinstance(layer, keras.layers.InputLayer)}

    def call(node: Any, args: tuple, kwargs: dict) -> list | None:
        try:
            outputs = keras.tree.flatten(called(node.operation)(*args, **kwargs))
        except Exception:  # Keras and TensorFlow raise nearly anything for a shape that fails
            return None
        if all(0 not in tensor.shape for tensor in outputs):
            taking.add(node.operation.name)
        return outputs

    through(model, [picture], call)
    return taking
