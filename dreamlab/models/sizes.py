"""Finds the sizes of pictures that the layers of a network take, by trying some."""

import math
from collections.abc import Iterable
from typing import Any

import keras
import tensorflow as tf

from dreamlab.models.calls import through

#: Largest stride that is looked into; the sides that a network takes divide by no more.
_LARGEST_STRIDE = 64

#: Sides from which the deepest layers of nearly all networks have a map, in pixels.
_AMPLE = 96


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
    found: dict[str, int] = {}
    wanted = {layer.name for layer in model.layers}
    for divisor in _divisors(min(stride, _LARGEST_STRIDE)):
        for name in _taking(model, *_sides(divisor, stride)):
            found.setdefault(name, divisor)
        if found.keys() >= wanted:
            break
    return found


def _divisors(number: int) -> Iterable[int]:
    return (divisor for divisor in range(1, number + 1) if number % divisor == 0)


def _sides(divisor: int, stride: int) -> tuple[int, int]:
    """Return two sides that divide by nothing else that matters.

    Halved again and again, a side just below a multiple of the stride is odd each time where
    halves are rounded down, and one just above it where they are rounded up.
    """
    multiple = math.ceil(_AMPLE / stride + 1) * stride
    return multiple - divisor, multiple + divisor


def _taking(model: keras.Model, height: int, width: int) -> set[str]:
    """Return the names of the layers that have an output for a picture of a size."""
    taking = {layer.name for layer in model.layers if isinstance(layer, keras.layers.InputLayer)}

    def call(node: Any, args: tuple, kwargs: dict) -> list | None:
        try:
            outputs = node.operation(*args, **kwargs)
        except Exception:  # Keras and TensorFlow raise nearly anything for a shape that fails
            return None
        taking.add(node.operation.name)
        return keras.tree.flatten(outputs)

    @tf.function(autograph=False)
    def traced() -> None:
        through(model, [tf.zeros((1, height, width, model.inputs[0].shape[-1]))], call)

    traced.get_concrete_function()  # works the shapes out, and computes nothing
    return taking
