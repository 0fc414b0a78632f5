"""The calls of a functional model's layers, one after the other."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import keras
from keras.src.models.functional import Functional

from dreamlab.errors import DreamError

#: Layers of Keras that pass the picture on as it is when a network is not trained.
_AUGMENTING = re.compile(r"Random(?!Crop).*|RandAugment|AugMix|CutMix|MixUp")

#: The calls, from the outermost model's to a layer's own, each by its node's identity.
Key = tuple[int, ...]

#: Computes the outputs of a node from its arguments; None where they cannot be.
Call = Callable[[Any, tuple, dict], list | None]


def through(model: keras.Model, inputs: Sequence, call: Call) -> list:
    """Run a functional model node by node.

    Parameters
    ----------
    model : keras.Model
        A functional model.
    inputs : sequence
        Its inputs, None for those that are missing.
    call : callable
        Called with a node, and the arguments of its call; returns its outputs, with None for those
        that there are not, or None for all of them.

    Returns
    -------
    list
        The outputs, None for those that could not be computed.
    """
    values = {id(tensor): value for tensor, value in zip(model.inputs, inputs, strict=False)}
    for node in nodes(model):
        needed = node.arguments.keras_tensors
        if any(values.get(id(tensor)) is None for tensor in needed):
            continue
        outputs = call(node, *node.arguments.fill_in(values))
        if outputs is not None:
            values |= {
                id(tensor): value for tensor, value in zip(node.outputs, outputs, strict=True)
            }
    return [values.get(id(tensor)) for tensor in model.outputs]


def nodes(model: keras.Model) -> Iterator:
    """Yield the calls of a functional model's layers, each after those whose outputs it needs."""
    for depth in sorted(model._nodes_by_depth, reverse=True):
        yield from (node for node in model._nodes_by_depth[depth] if not node.is_input)


def functional(model: keras.Model) -> keras.Model:
    """Return a model as one with a graph.

    Raises
    ------
    DreamError
        If there is none.
    """
    if isinstance(model, keras.Sequential):
        if not model.built:
            raise DreamError(
                f"network {model.name!r} has no input size yet; begin it with keras.Input(...)"
            )
        return keras.Model(model.inputs, model.outputs, name=model.name)
    overridden = type(model).call not in (Functional.call, keras.Sequential.call)
    if overridden or not hasattr(model, "_nodes_by_depth"):
        raise DreamError(
            f"network {model.name!r} is not a functional Keras model; "
            "save it as one (keras.Sequential or keras.Model with inputs and outputs)"
        )
    return model


def augments(operation: keras.Operation) -> bool:
    """Return whether a layer of Keras changes pictures in training alone."""
    if isinstance(operation, keras.layers.Pipeline):
        return all(augments(layer) for layer in operation.layers)
    kind = type(operation)
    of_keras = kind.__module__.partition(".")[0] == "keras"
    return of_keras and _AUGMENTING.fullmatch(kind.__name__) is not None


def inputs_of(model: keras.Model, args: tuple, kwargs: dict) -> list:
    """Return what a model is called with, in the order of its inputs.

    Keras takes a dict of their names too for inputs that are a list.
    """
    given = args[0] if args else kwargs.get("inputs")
    names = [tensor.name for tensor in model.inputs]
    if isinstance(given, dict) and set(names) <= given.keys():
        return [given[name] for name in names]
    return keras.tree.flatten((args, kwargs))
