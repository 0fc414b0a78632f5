"""Chooses the layers of a network that have faster ones to stand in for them."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from dreamlab.kernels import Convolution, ShallowConvolution
from dreamlab.models.fast_layers import (
    Borrowed,
    FastConv2D,
    FastMaxPooling2D,
    Fork,
    HalvingMaxPooling2D,
    Kernels,
    MarkedConv2D,
)

#: Channels in and out from which Winograd's way is clearly the faster one.
_LEAST_CHANNELS = 32

#: Channels in up to which, and out from which, `ShallowConvolution` is the faster one.
_SHALLOW, _LEAST_FILTERS = 4, 16


def accelerated(
    model: keras.Model, kernels: Callable[[keras.layers.Conv2D], Kernels] | None
) -> keras.Model:
    """Return a model with the same outputs, and faster layers where there are such.

    Parameters
    ----------
    model : keras.Model
        A functional model; its weights are shared, not copied.
    kernels : callable or None
        Returns the kernels of a layer: those that `kernels_of` made of it. Without it convolutions
        are TensorFlow's, in any number format; marks and pooling are still ours.
    """
    halved = _halved_convolutions(model) if kernels else {}
    stand_ins: dict[int, keras.Operation] = {}

    def stand_in(layer: keras.Operation) -> keras.Operation:
        # A layer that is used twice has a single stand-in.
        if id(layer) not in stand_ins:
            stand_ins[id(layer)] = _stand_in(layer, halved, kernels)
        return stand_ins[id(layer)]

    forked = _forked(model) if kernels else {}
    apart: dict[str, keras.KerasTensor] = {}

    def call(layer: keras.Operation, *args: Any, **kwargs: Any) -> Any:
        response = layer(*args, **kwargs)
        if layer.name in forked:
            output, name = forked[layer.name]
            response, apart[output] = Fork(name=name)(response)
        return response

    copy = keras.models.clone_model(model, clone_function=stand_in, call_function=call)
    if not apart:
        return copy
    return keras.Model(copy.inputs[0], _outputs(copy) | apart)


def _outputs(model: keras.Model) -> dict[str, keras.KerasTensor]:
    """Return the outputs by name, none for a model with a single output."""
    return dict(model.output) if isinstance(model.output, dict) else {}


def _uses(model: keras.Model) -> Counter:
    """Return how often each tensor, by its identity, is an output or a layer's input."""
    nodes = [node for operation in model.operations for node in operation._inbound_nodes]
    uses = Counter(id(tensor) for node in nodes for tensor in node.input_tensors)
    uses.update(id(tensor) for tensor in model.outputs)
    return uses


def _forked(model: keras.Model) -> dict[str, tuple[str, str]]:
    """Return the layers in the loss that others need too, with their output's and fork's names."""
    used = _uses(model)
    outputs = {id(tensor): name for name, tensor in _outputs(model).items()}
    names = {operation.name for operation in model.operations}
    forked = {}
    for layer in model.layers:
        # A layer that is used twice has two outputs, of which one is in the loss.
        if len(layer._inbound_nodes) != 1:
            continue
        output = layer._inbound_nodes[0].output_tensors[0]
        if id(output) not in outputs or used[id(output)] < 2:
            continue
        if output.dtype == "float32":
            name = f"{layer.name}_fork"
            while name in names:
                name += "_"
            names.add(name)
            forked[layer.name] = outputs[id(output)], name
    return forked


def _stand_in(
    layer: keras.Operation,
    halved: dict[keras.Layer, keras.Layer],
    kernels: Callable[[keras.layers.Conv2D], Kernels] | None,
) -> keras.Operation:
    if not isinstance(layer, keras.Layer):  # a sum written as "x + y" is an operation, not a layer
        return layer.__class__.from_config(layer.get_config())
    if layer in halved.values():  # its pooling layer computes it
        return keras.layers.Identity(name=layer.name)
    if type(layer) is keras.layers.Conv2D and layer.data_format == "channels_last":
        if kernels and (_has_tiles(layer) or _is_shallow(layer)):
            return FastConv2D(layer, kernels(layer))
        if _rectifies(layer) and layer.groups == 1:
            return MarkedConv2D(layer)
    if type(layer) is keras.layers.MaxPooling2D and layer.data_format == "channels_last":
        if kernels and layer in halved:
            return FastConv2D(halved[layer], kernels(halved[layer]), layer)
        if _halves(layer) and layer.compute_dtype in ("float32", "bfloat16"):
            return HalvingMaxPooling2D(layer)
        if kernels and layer.compute_dtype == "float32":
            return FastMaxPooling2D(layer)
    return Borrowed(layer)


def _halved_convolutions(model: keras.Model) -> dict[keras.Layer, keras.Layer]:
    """Return the convolutions that are computed with the pooling behind them, by that layer."""
    used = _uses(model)
    made_by = {
        id(tensor): layer
        for layer in model.layers
        if type(layer) is keras.layers.Conv2D and _has_tiles(layer) and _rectifies(layer)
        for node in layer._inbound_nodes
        if len(layer._inbound_nodes) == 1
        for tensor in node.output_tensors
    }
    pairs = {}
    for layer in model.layers:
        if _halves(layer) and len(layer._inbound_nodes) == 1:
            (tensor,) = layer._inbound_nodes[0].input_tensors
            if id(tensor) in made_by and used[id(tensor)] == 1:
                pairs[layer] = made_by[id(tensor)]
    return pairs


def kernels_of(layer: keras.layers.Conv2D) -> Kernels:
    """Return new kernels for a layer."""
    kernel, bias = np.asarray(layer.kernel), np.asarray(layer.bias) if layer.use_bias else None
    if _is_shallow(layer):
        return ShallowConvolution(kernel, bias, layer.padding)
    return Convolution(kernel, bias, layer.padding)


def _has_tiles(layer: keras.layers.Conv2D) -> bool:
    """Return whether Winograd's algorithm computes a convolution, and faster."""
    return _is_plain(layer) and min(layer.kernel.shape[2:]) >= _LEAST_CHANNELS


def _is_shallow(layer: keras.layers.Conv2D) -> bool:
    channels, filters = layer.kernel.shape[2:]
    return _is_plain(layer) and channels <= _SHALLOW and filters >= _LEAST_FILTERS


def _is_plain(layer: keras.layers.Conv2D) -> bool:
    """Return whether a layer is one of those that we have kernels for."""
    return (
        layer.kernel_size == (3, 3)
        and layer.strides == (1, 1)
        and layer.dilation_rate == (1, 1)
        and layer.groups == 1
        and layer.padding in ("same", "valid")
        and layer.data_format == "channels_last"
        and layer.compute_dtype == "float32"
    )


def _rectifies(layer: keras.layers.Conv2D) -> bool:
    return layer.activation is keras.activations.relu


def _halves(layer: keras.Layer) -> bool:
    """Return whether a layer is max-pooling of 2 x 2 without overlap or padding."""
    return (
        type(layer) is keras.layers.MaxPooling2D
        and tuple(layer.pool_size) == tuple(layer.strides) == (2, 2)
        and layer.padding == "valid"
        and layer.data_format == "channels_last"
    )
