"""Names the layers of a model with models in it, for its user and for Keras."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import keras

from dreamlab.models.calls import Key, augments, functional, nodes

#: Names that TensorFlow takes for the scope of a layer's operations.
_SCOPE = re.compile(r"[A-Za-z0-9.][A-Za-z0-9_.-]*")


@dataclass
class Names:
    """The names of a flat model's layers, for each call of a layer in the model it is made from.

    A layer keeps its name where that is unique, else the names of the models around it stand before
    it, as in ``backbone/conv_b``. Each further use of a layer has a number behind it.

    Parameters
    ----------
    public : dict of Key to str
        The names for the user.
    keras : dict of Key to str
        Names that Keras and TensorFlow take.
    maps : set of str
        Public names of the layers whose output has four dimensions.
    """

    public: dict[Key, str] = field(default_factory=dict)
    keras: dict[Key, str] = field(default_factory=dict)
    maps: set[str] = field(default_factory=set)


def names_of(model: keras.Model) -> Names:
    """Name the layers of a functional model once it is flat.

    Raises
    ------
    DreamError
        If a model in it is not functional or sequential.
    """
    leaves = list(_leaves(model, (), ()))
    uses = Counter(node.operation.name for _, _, node in leaves)
    names, given, taken = Names(), set[str](), set[str]()
    for key, path, node in leaves:
        own = node.operation.name
        wanted = own if uses[own] == 1 else "/".join([*path, own])
        public, number = wanted, 1
        while public in given:
            number += 1
            public = f"{wanted}/{number}"
        plain = public if _SCOPE.fullmatch(public) else re.sub(r"[^A-Za-z0-9_.-]", "_", public)
        plain = plain if _SCOPE.fullmatch(plain) else f"layer_{plain}"
        while plain in taken or plain in uses and plain != public:
            plain += "_"
        given.add(public)
        taken.add(plain)
        names.public[key], names.keras[key] = public, plain
        if len(node.outputs) == 1 and len(node.outputs[0].shape) == 4:
            if isinstance(node.operation, keras.Layer):
                names.maps.add(public)
    return names


def _leaves(model: keras.Model, path: tuple[str, ...], calls: Key) -> Iterator[tuple]:
    """Yield key, path of model names, and node of each layer that a flat model has."""
    for node in nodes(model):
        key = (*calls, id(node))
        if isinstance(node.operation, keras.Model):
            inner = functional(node.operation)
            yield from _leaves(inner, (*path, node.operation.name), key)
        elif not augments(node.operation):
            yield key, path, node
