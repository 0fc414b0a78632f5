"""The graph of a network, and what is known of its layers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import keras


@dataclass(frozen=True)
class Graph:
    """The graph of a network.

    Parameters
    ----------
    model : keras.Model
        A flat functional model from a picture of any size, (1, H, W, channels), to feature maps.
    of_one_size : keras.Model, optional
        The same network for pictures of a single size. It has layers besides that take no other,
        as those behind a ``Dense`` or a ``Reshape``.
    names : mapping of str to str
        Name of a layer in Keras to its name for the user, where they differ.
    aliases : mapping of str to str
        Name of a model within the network to that of the layer with its output.
    multiples : mapping of str to int
        Name of a layer in Keras to what both sides of a picture must divide by, if not 1.
    """

    model: keras.Model
    of_one_size: keras.Model | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    multiples: Mapping[str, int] = field(default_factory=dict)

    @property
    def whole(self) -> keras.Model:
        """The model that has all layers."""
        return self.of_one_size or self.model

    def public_name(self, name: str) -> str:
        """Return the name for the user of a layer in Keras."""
        return self.names.get(name, name)

    def name_in_keras(self, name: str) -> str:
        """Return the name in Keras of a layer's name for the user."""
        return self._in_keras.get(name, name)

    def only(self, name: str) -> tuple[int, int] | None:
        """Return height and width of the pictures that a layer in Keras takes; None for any."""
        if self.of_one_size is None or name in self._free:
            return None
        height, width = self.of_one_size.inputs[0].shape[1:3]
        return height, width

    @cached_property
    def _free(self) -> frozenset[str]:
        return frozenset(layer.name for layer in self.model.layers)

    @cached_property
    def _in_keras(self) -> dict[str, str]:
        return {public: name for name, public in self.names.items()}
