"""Random weights in place of trained ones: the control of every figure about a network."""

import math
from collections.abc import Iterator

import keras
import numpy as np

#: What stands in for trained values other than kernels; normalisation then changes nothing.
_CONSTANTS = {
    "bias": 0.0,
    "beta": 0.0,
    "moving_mean": 0.0,
    "gamma": 1.0,
    "moving_variance": 1.0,
}


def forget_training(model: keras.Model, seed: int = 0) -> None:
    """Replace all trained weights of a model, in place, by seeded random ones.

    Kernels are normal with the variance of He et al. 2015, https://arxiv.org/abs/1502.01852: 2 over
    the inputs of an output before a rectifier, 1 over them elsewhere, so that activations are of
    one size from layer to layer. What prepares a picture (`keras.layers.Normalization`) stays.

    Parameters
    ----------
    model : keras.Model
        The model; models within it are changed too.
    seed : int
        Starts the random numbers: same seed, same weights.
    """
    generator = np.random.default_rng(seed)
    for layer in _layers(model):
        for weight in layer.weights:
            name = weight.name.rpartition("/")[2]
            shape = tuple(weight.shape)
            if name in _CONSTANTS:
                weight.assign(np.full(shape, _CONSTANTS[name]))
            elif "float" in weight.dtype:
                scale = math.sqrt(_gain(layer) / _inputs(layer, name, shape))
                weight.assign(generator.standard_normal(shape, np.float32) * np.float32(scale))


def _layers(model: keras.Model) -> Iterator[keras.layers.Layer]:
    """Yield the layers with weights, those of models within it too, each once."""
    for layer in dict.fromkeys(model._flatten_layers(include_self=False)):
        is_whole = not isinstance(layer, keras.Model | keras.layers.Normalization)
        if is_whole and layer.weights and not list(layer._layers):
            yield layer


def _inputs(layer: keras.layers.Layer, name: str, shape: tuple[int, ...]) -> int:
    """Return how many values each output is a weighted sum of."""
    if isinstance(layer, keras.layers.DepthwiseConv2D) or name == "depthwise_kernel":
        return math.prod(shape[:-2])
    if isinstance(layer, keras.layers.Conv2DTranspose):
        return math.prod(shape[:-2]) * shape[-1]
    return max(1, math.prod(shape[:-1]))


def _gain(layer: keras.layers.Layer) -> float:
    return 2.0 if _is_rectified(layer) else 1.0


def _is_rectified(layer: keras.Operation) -> bool:
    """Return whether an activation follows: in the layer, or behind it and its normalisation."""
    if isinstance(layer, keras.layers.Activation | keras.layers.ReLU | keras.layers.LeakyReLU):
        return True
    activation = getattr(layer, "activation", keras.activations.linear)
    if activation is not keras.activations.linear:
        return True
    following = [node.operation for node in getattr(layer, "_outbound_nodes", ())]
    return any(
        _is_rectified(operation)
        for operation in following
        if isinstance(
            operation,
            keras.layers.BatchNormalization
            | keras.layers.Activation
            | keras.layers.ReLU
            | keras.layers.LeakyReLU,
        )
    )
