"""Makes a network of a model of the user's own."""

import warnings
from typing import Any

import keras

from dreamlab.errors import DreamError
from dreamlab.errors import listed as listed_names
from dreamlab.models.calls import functional
from dreamlab.models.feeding import feeding_of
from dreamlab.models.finite import check_finite
from dreamlab.models.flattening import Flat, flattened
from dreamlab.models.graph import Graph
from dreamlab.models.naming import names_of
from dreamlab.models.network import Network
from dreamlab.models.receptive_field import layer_receptive_fields
from dreamlab.models.sizes import AMPLE, multiples


class LayersLeftOut(UserWarning):
    """Layers of a network are not on offer, as no size of picture suits them."""


#: Channels of the pictures that are fed: luminance alone, or colours.
_CHANNELS = (1, 3)


def own_network(name: str, model: keras.Model, weights: str, input_range: Any = None) -> Network:
    """Make a network of a user's model, flat and of any size as far as that goes.

    Parameters
    ----------
    name : str
        Name of the network.
    model : keras.Model
        A functional or sequential model of pictures; it is not changed.
    weights : str
        SHA-256 of its weights.
    input_range : str, optional
        One of `dreamlab.config.input_range.INPUT_RANGES`; by default it is found.

    Raises
    ------
    DreamError
        If it is no network of pictures, or there is no such range.

    Warns
    -----
    LayersLeftOut
        If layers take no picture of a size that was tried.
    """
    model = functional(model)
    _check_input(name, model)
    names = names_of(model)
    flat = flattened(model, names, (None, None))
    fields = layer_receptive_fields(flat.model)
    stride = max((field.grid for field in fields.values()), default=1)
    found = multiples(flat.model, stride)
    maps = {
        layer.name: layer.output
        for layer in flat.model.layers
        if layer.name in found and flat.names.get(layer.name) in names.maps
    }
    whole: Flat | None = None
    sides = model.inputs[0].shape[1:3]
    if names.maps - {flat.names[layer] for layer in maps} and None not in sides:
        whole = flattened(model, names, sides)
    if not names.maps or not maps and whole is None:
        raise DreamError(f"{name} is no network of pictures: none of its layers has a feature map")
    listed = whole or flat
    whole_numbers = "int" in model.inputs[0].dtype
    feeding = feeding_of(
        name,
        listed.model,
        listed.names,
        whole=whole_numbers,
        # KerasHub's networks have the layer names of Keras's own, and other ranges.
        foreign=any(
            type(each).__module__.startswith("keras_hub.") for each in model._flatten_layers()
        ),
        told=input_range,
    )
    graph = Graph(
        model=keras.Model(flat.model.inputs[0], list(maps.values()) or flat.model.inputs[0]),
        of_one_size=whole and whole.model,
        names={layer: public for layer, public in listed.names.items() if layer != public},
        aliases=listed.aliases,
        multiples={layer: multiple for layer, multiple in found.items() if multiple > 1},
    )
    check_finite(graph.whole, name, graph.names)
    there = {graph.public_name(layer.name) for layer in graph.whole.layers}
    if lost := sorted(names.maps - there):
        warnings.warn(
            f"{listed_names(lost)} of {name} cannot be dreamt of: no picture that was tried has a "
            f"size for it, up to {AMPLE:,} px",
            LayersLeftOut,
            stacklevel=2,
        )
    return Network(name, graph, weights, feeding)


def _check_input(name: str, model: keras.Model) -> None:
    """Raise `DreamError` if a model does not take pictures."""
    if len(model.inputs) != 1:
        raise DreamError(
            f"{name} takes {len(model.inputs)} inputs; dreamlab feeds one, the picture: "
            "save the part of it that takes the picture alone"
        )
    shape = tuple(model.inputs[0].shape[1:])
    if len(shape) != 3 or shape[-1] not in _CHANNELS:
        wanted = " x ".join("any" if side is None else str(side) for side in shape)
        first = len(shape) == 3 and shape[0] in _CHANNELS
        hint = " (channels last, not first)" if first else ""
        raise DreamError(
            f"{name} takes an input of {wanted or 'no size'}; dreamlab feeds pictures of height x "
            f"width x 3 colours, or x 1 for grey{hint}"
        )
