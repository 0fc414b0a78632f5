"""What a network is: its layers, the sizes of pictures that they take, what it is fed."""

import dataclasses
import math
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, TypeVar

import keras

from dreamlab.classes import channel_numbers
from dreamlab.config.base import Settings
from dreamlab.errors import DreamError
from dreamlab.images.bounds import check_smallest
from dreamlab.images.shape import Shape
from dreamlab.layer_info import LayerInfo
from dreamlab.layers import find_layer, is_offered
from dreamlab.models.feeding import Feeding
from dreamlab.models.field import ReceptiveField
from dreamlab.models.graph import Graph
from dreamlab.models.receptive_field import layer_receptive_fields
from dreamlab.report.svg import heat_table
from dreamlab.report.table import Table
from dreamlab.zoo import architecture

_S = TypeVar("_S", bound=Settings)


class Listing:
    """What is known of a network without computing anything with it.

    Parameters
    ----------
    name : str
        Name of the network in the zoo, or name of the user's file.
    graph : keras.Model or Graph
        A functional model from a picture of any size, (1, H, W, channels), to feature maps, or what
        is known of a network of the user's own.
    weights : str
        SHA-256 of the weights, or ``"random"``.
    feeding : Feeding, optional
        What the network is fed. By default that of the zoo's network of that name, else the picture
        as it is, in [-1, 1].

    Attributes
    ----------
    smallest : int
        Smallest picture side that the network takes, in pixels.
    """

    def __init__(
        self,
        name: str,
        graph: keras.Model | Graph,
        weights: str,
        feeding: Feeding | None = None,
    ) -> None:
        self.name = name
        self.weights = weights
        self.architecture = architecture(name)
        if feeding is None and self.architecture is not None:
            feeding = Feeding.of_zoo(name, self.architecture)
        self.feeding = feeding or Feeding(name, "-1,1", "it is made with no other")
        self._graph = graph if isinstance(graph, Graph) else Graph(graph)
        if self.architecture is not None:
            self.smallest = self.architecture.smallest
        else:
            self.smallest = _smallest_side([layer for layer in self.layers if not layer.only])

    @cached_property
    def fields_in_keras(self) -> dict[str, ReceptiveField]:
        """Receptive field and stride of each layer, by its name in Keras, in network order."""
        return layer_receptive_fields(self._graph.whole)

    @cached_property
    def receptive_fields(self) -> dict[str, ReceptiveField]:
        """Receptive field and stride of each layer, by name, in network order."""
        fields = self.fields_in_keras.items()
        return {self._graph.public_name(name): field for name, field in fields}

    @cached_property
    def layers(self) -> tuple[LayerInfo, ...]:
        """The layers with a feature map, in network order."""
        graph = self._graph
        return tuple(
            LayerInfo(
                name=graph.public_name(layer.name),
                kind=type(layer).__name__,
                depth=field.depth,
                channels=layer.output.shape[-1],
                stride=field.stride,
                receptive_field=field.bounded_size,
                operations=field.operations,
                resizing=field.resizing,
                multiple=graph.multiples.get(layer.name, 1),
                only=graph.only(layer.name),
            )
            for layer in graph.whole.layers
            if (field := self.fields_in_keras.get(layer.name)) is not None
            and not isinstance(layer, keras.layers.InputLayer)
        )

    @property
    def offered_layers(self) -> tuple[LayerInfo, ...]:
        """The layers worth offering, in network order."""
        return tuple(layer for layer in self.layers if is_offered(self.name, layer.name))

    def layer(self, name: str) -> LayerInfo:
        """Return a layer by its name.

        Raises
        ------
        DreamError
            If the network has no such layer; the message names those that are close.
        """
        return find_layer(self.name, self.layers, self._graph.aliases.get(name, name))

    def settled(self, settings: _S) -> _S:
        """Return settings as this network takes them.

        The listed names of layers stand in place of those of models within, and numbers in place of
        the names of classes.

        Parameters
        ----------
        settings : Settings
            Settings of a dream or an analysis.

        Raises
        ------
        DreamError
            If two names stand for one layer, or a layer has no such channel or class.
        """
        changed: dict[str, Any] = {}
        for name in ("layers", "layer", "channels"):
            value = getattr(settings, name, None)
            if isinstance(value, str):
                changed[name] = self._graph.aliases.get(value, value)
            elif value is not None:
                listed = [self._graph.aliases.get(each, each) for each in value]
                if len(set(listed)) < len(listed):
                    raise DreamError(
                        f"{name} names a layer twice: {', '.join(listed)}; leave one out"
                    )
                of_layers = isinstance(value, Mapping)
                changed[name] = (
                    dict(zip(listed, value.values(), strict=True)) if of_layers else tuple(listed)
                )
        if isinstance(channels := changed.get("channels"), Mapping):
            changed["channels"] = {
                name: channel_numbers(self.name, self.layer(name), of)
                for name, of in channels.items()
            }
        same = all(getattr(settings, name) == value for name, value in changed.items())
        return settings if same else dataclasses.replace(settings, **changed)  # type: ignore[type-var]

    def name_in_keras(self, name: str) -> str:
        """Return the name in Keras of a layer."""
        return self._graph.name_in_keras(self.layer(name).name)

    def multiple(self, names: Iterable[str]) -> int:
        """Return what both sides of a picture must divide by for some layers."""
        return math.lcm(*(self.layer(name).multiple for name in names))

    def only(self, names: Iterable[str]) -> Shape | None:
        """Return the single shape of pictures that some layers take; None if they take others."""
        sizes = [size for name in names if (size := self.layer(name).only)]
        return Shape(*sizes[0]) if sizes else None

    def fitted(self, shape: Shape, names: Iterable[str]) -> Shape:
        """Return the largest shape within a picture's that some layers take.

        Parameters
        ----------
        shape : Shape
            Height and width of the picture, in pixels.
        names : iterable of str
            Names of the layers.

        Raises
        ------
        DreamError
            If one takes pictures of a single other size, or of none as small.
        """
        layers = [self.layer(name) for name in names]
        for layer in layers:
            if layer.only is not None and shape != layer.only:
                height, width = layer.only
                raise DreamError(
                    f"{layer.name} of {self.name} takes only pictures of {width} x {height} px, "
                    f"and this one is {shape.width} x {shape.height} px: crop or scale it to that, "
                    "or choose another layer"
                )
        check_smallest(shape, self.smallest, self.name)
        multiple = self.multiple(layer.name for layer in layers)
        check_smallest(shape, multiple, self.name)
        return Shape(*(side // multiple * multiple for side in shape))

    def check_side(self, name: str, side: int, setting: str = "side") -> None:
        """Raise `DreamError` if a layer takes no square picture of a side, in pixels.

        `setting` is what sets the side, for the message.
        """
        only, multiple = self.only([name]), self.multiple([name])
        if only is not None and only != (side, side):
            instead = f"{setting} {only.width}" if only.width == only.height else "another layer"
            raise DreamError(
                f"{setting} is {side}; {name} of {self.name} takes only pictures of {only.width} x "
                f"{only.height} px: choose {instead}"
            )
        if side < self.smallest:
            raise DreamError(
                f"{setting} is {side}; {self.name} needs at least {self.smallest} px: choose a "
                "larger one, or another network"
            )
        if side % multiple:
            raise DreamError(
                f"{setting} is {side}; {name} of {self.name} needs one that divides by {multiple}: "
                f"choose {max(1, side // multiple) * multiple}"
            )

    def __repr__(self) -> str:
        return f"<Network: {self.name}, {len(self.layers)} layers, weights {self.weights[:12]}>"

    def _repr_html_(self) -> str:
        columns = ("layer", "kind", "depth", "channels", "stride", "receptive_field")
        rows = tuple(
            (
                layer.name,
                layer.kind,
                layer.depth,
                layer.channels,
                layer.stride,
                layer.receptive_field or "everything",
            )
            for layer in self.offered_layers
        )
        return heat_table(Table("layers", f"Layers of {self.name}", columns, rows))


def _smallest_side(layers: list[LayerInfo]) -> int:
    """Return the smallest picture side, in pixels, at which every layer has a feature map."""
    side = max((layer.stride for layer in layers), default=1)
    while any(layer.map_side(side) < 1 for layer in layers):
        side += 1
    return side
