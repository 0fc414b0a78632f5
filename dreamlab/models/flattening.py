"""Makes one flat graph of a model with models in it.

Keras keeps a model that is called as a layer: its inner layers' outputs belong to a graph of its
own, from which nothing leads to the picture. Here each call of a layer becomes a layer of a single
graph, with a copy of its weights.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf

from dreamlab.models.calls import Key, augments, functional, inputs_of, through
from dreamlab.models.casting import take_weights
from dreamlab.models.lent import Lent
from dreamlab.models.naming import Names


@dataclass(frozen=True)
class Flat:
    """A model whose graph is flat.

    Parameters
    ----------
    model : keras.Model
        From the picture to all tensors with four dimensions.
    names : mapping of str to str
        Name of each layer in Keras to its name for the user.
    aliases : mapping of str to str
        Name of each model within it to the user's name of the layer with its output.
    """

    model: keras.Model
    names: Mapping[str, str]
    aliases: Mapping[str, str]


def flattened(model: keras.Model, names: Names, sides: tuple[int | None, int | None]) -> Flat:
    """Make a flat graph of a model, with copies of its layers in float32.

    Layers that cannot be built for the sides are left out, with all that follows them.

    Parameters
    ----------
    model : keras.Model
        The model, functional, which takes pictures (N, H, W, channels).
    names : Names
        What `names_of` returns for it.
    sides : (int or None, int or None)
        Height and width of the pictures, in pixels; None for any.
    """
    picture = keras.Input((*sides, model.inputs[0].shape[-1]), dtype="float32")
    maps: list[keras.KerasTensor] = []
    ends: dict[str, keras.KerasTensor] = {}

    def call(key: Key, operation: keras.Operation, args: tuple, kwargs: dict) -> list | None:
        try:
            outputs = _copy_called(operation, names.keras[key], args, kwargs)
        except Exception:  # Keras and TensorFlow raise nearly anything for a shape that fails
            return None
        maps.extend(tensor for tensor in outputs if len(tensor.shape) == 4)
        return outputs

    def within(outer: keras.Model, inputs: Sequence, calls: Key) -> list:
        def call_node(node: Any, args: tuple, kwargs: dict) -> list | None:
            operation, key = node.operation, (*calls, id(node))
            if isinstance(operation, keras.Model):
                inner = functional(operation)
                given = inputs_of(inner, args, kwargs)
                made = within(inner, given, key)
                if len(made) == 1 and all(made[0] is not tensor for tensor in [None, *given]):
                    ends[operation.name] = made[0]
                return made
            if augments(operation):
                return keras.tree.flatten(args)[:1]
            return call(key, operation, args, kwargs)

        return through(outer, inputs, call_node)

    within(model, [picture], ())
    public = {names.keras[key]: name for key, name in names.public.items()}
    made_by = {id(tensor): tensor._keras_history.operation.name for tensor in maps}
    aliases = {
        inner: public[made_by[id(tensor)]]
        for inner, tensor in ends.items()
        if id(tensor) in made_by and inner not in names.maps
    }
    return Flat(keras.Model(picture, maps or picture), public, aliases)


def _copy_called(operation: keras.Operation, name: str, args: tuple, kwargs: dict) -> list:
    """Call a copy of a layer, and return its outputs."""
    if "training" in kwargs:  # a dream is not training
        kwargs = {**kwargs, "training": False}
    copy = _copy(operation, name)
    outputs = copy(*args, **kwargs)
    if isinstance(operation, keras.Layer) and not isinstance(copy, Lent):
        try:
            take_weights(copy, operation)
        except ValueError:  # the copy of a layer of the user's own has other weights
            outputs = Lent(operation, name)(*args, **kwargs)
    return keras.tree.flatten(outputs)


def _copy(operation: keras.Operation, name: str) -> keras.Operation:
    """Return a copy of a layer, or the layer itself where Keras cannot make another."""
    try:
        config = _in_float32(operation.get_config()) | {"name": name}
        return _class_for(operation).from_config(config)
    except Exception:  # of a layer of the user's own, or of a Lambda, which is code
        return Lent(operation, name) if isinstance(operation, keras.Layer) else operation


class SmoothUpSampling2D(keras.layers.UpSampling2D):
    """A `keras.layers.UpSampling2D` that interpolates, for pictures of any size.

    That of Keras asks for the size while the graph is made.
    """

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        size = tf.shape(inputs)[1:3] * self.size
        return tf.cast(tf.image.resize(inputs, size, self.interpolation), inputs.dtype)


def _class_for(operation: keras.Operation) -> type[keras.Operation]:
    if type(operation) is keras.layers.UpSampling2D and operation.interpolation != "nearest":
        return SmoothUpSampling2D
    return operation.__class__


def _in_float32(config: Any) -> Any:
    """Return a layer's config with all its number formats float32, but for whole numbers."""
    if isinstance(config, list):
        return [_in_float32(part) for part in config]
    if not isinstance(config, dict):
        return config
    return {
        key: "float32" if key == "dtype" and _is_float(value) else _in_float32(value)
        for key, value in config.items()
    }


def _is_float(policy: Any) -> bool:
    """Return whether a layer's "dtype" is one of floating point."""
    if isinstance(policy, dict):
        policy = policy.get("config", {}).get("name")
    return isinstance(policy, str) and "float" in policy and "int" not in policy
