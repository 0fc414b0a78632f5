"""Receptive field, stride and cost of each layer, computed from the network's graph.

The arithmetic is that of Araujo, Norris and Sim, "Computing Receptive Fields of Convolutional
Neural Networks" (Distill, 2019), https://distill.pub/2019/computing-receptive-fields.
"""

import math
from dataclasses import replace

import keras
from keras import layers as kl

from dreamlab.errors import DreamError
from dreamlab.images.shape import Shape
from dreamlab.models.field import FieldAtSide, ReceptiveField
from dreamlab.models.reach import through


def layer_receptive_fields(network: keras.Model) -> dict[str, ReceptiveField]:
    """Compute the receptive field of each layer that has a feature map, in network order.

    Parameters
    ----------
    network : keras.Model
        A functional model with one picture input.

    Returns
    -------
    dict of str to ReceptiveField
        One entry for each operation with a 4-dimensional output: layers and bare operations.
        A kernel that is not square counts with its longer axis.

    Raises
    ------
    DreamError
        If the network is not a functional model.
    """
    if not hasattr(network, "operations"):
        raise DreamError(
            f"network {network.name!r} is not a functional Keras model; "
            "save it as one (keras.Sequential or keras.Model with inputs and outputs)"
        )
    passes = [
        _along(network, axis, padded, ReceptiveField())
        for axis in (0, 1)
        for padded in ("least", "most")
    ]
    receptive_fields = {}
    for name, first in passes[0].items():
        variants = [fields[name] for fields in passes]
        seen = [
            (place * field.stride - begin, end - place * field.stride)
            for field in variants
            for place, (begin, end) in enumerate(field.windows)
        ]
        receptive_fields[name] = replace(
            first,
            left=max(left for left, _ in seen),
            right=max(right for _, right in seen),
            size=max(left + right for left, right in seen),
            # Sides that shrink differently would need two strides.
            local=all(field.local and field.stride == first.stride for field in variants),
        )
    return receptive_fields


def fields_at(
    network: keras.Model, layer: str, shape: Shape
) -> tuple[ReceptiveField, ReceptiveField] | None:
    """Compute what the positions of a layer see of pictures of one shape, to the pixel.

    Parameters
    ----------
    network : keras.Model
        A model as in `layer_receptive_fields`, up to the layer.
    layer : str
        The layer.
    shape : Shape
        Height and width of the pictures, in pixels.

    Returns
    -------
    (ReceptiveField, ReceptiveField) or None
        As `FieldAtSide`, along rows and columns; None if a position may see the whole picture.
    """
    if not layer_receptive_fields(network)[layer].local:
        return None
    rows, columns = (
        _along(network, axis, "exactly", FieldAtSide.of(side))[layer]
        for axis, side in enumerate(shape)
    )
    return rows, columns


def _along(
    network: keras.Model, axis: int, padded: str, picture: ReceptiveField
) -> dict[str, ReceptiveField]:
    """Follow one axis from the picture on, with "same" padding as in `through`."""
    by_tensor: dict[int, ReceptiveField] = {}
    costs: dict[int, frozenset[tuple[str, float]]] = {}
    by_name: dict[str, ReceptiveField] = {}
    for operation in network.operations:
        outputs = [out for node in operation._inbound_nodes for out in node.output_tensors]
        if len(operation._inbound_nodes) == 1:
            inputs = operation._inbound_nodes[0].input_tensors
            source = _join([by_tensor[id(tensor)] for tensor in inputs] or [picture])
            field = through(operation, source, axis, padded)
            # Each layer's cost counts once, however many paths lead through it.
            own = _multiplications(operation) / field.stride**2
            cost = frozenset().union(*(costs[id(tensor)] for tensor in inputs))
            cost |= {(operation.name, own)} if own else frozenset()
        else:  # a layer that is used twice has several receptive fields
            field, cost = replace(picture, local=False), frozenset()
        field = replace(field, operations=sum(own for _, own in cost))
        for tensor in outputs:
            by_tensor[id(tensor)], costs[id(tensor)] = field, cost
            # A layer with several outputs has no map of its own.
            if len(tensor.shape) == 4 and len(outputs) == len(operation._inbound_nodes):
                by_name[operation.name] = field
    return by_name


def _join(branches: list[ReceptiveField]) -> ReceptiveField:
    """Return what a position sees that draws on several branches: all that any of them sees."""
    # A branch that is one value for the whole picture (squeeze and excitation) counts as stride 1.
    widest = max(branches, key=lambda branch: branch.stride)
    alike = [branch for branch in branches if branch.stride == widest.stride]
    period = math.lcm(*(len(branch.windows) for branch in alike))
    places = [[branch.window(place) for branch in alike] for place in range(period)]
    return replace(
        widest,
        windows=tuple(
            (min(first for first, _ in seen), max(last for _, last in seen)) for seen in places
        ),
        depth=max(branch.depth for branch in branches),
        grid=math.lcm(*(branch.grid for branch in branches)),
        local=all(branch.local for branch in branches)
        and len({branch.stride for branch in branches}) == 1,
    )


def _multiplications(operation: keras.Operation) -> float:
    """Return the multiplications for one position of the output."""
    if isinstance(operation, keras.Sequential):
        return sum(_multiplications(layer) for layer in operation.layers)
    weighted = kl.Conv2D | kl.Conv2DTranspose | kl.DepthwiseConv2D | kl.SeparableConv2D | kl.Dense
    if not isinstance(operation, weighted):
        return 0.0
    biases = operation.bias.shape[0] if getattr(operation, "bias", None) is not None else 0
    weights = float(operation.count_params() - biases)
    if isinstance(operation, kl.Conv2DTranspose):  # each position of the input meets all weights
        weights /= math.prod(operation.strides)
    return weights
