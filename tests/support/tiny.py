"""A network of a few hundred weights, for tests that need one at once."""

import keras
import numpy as np
from scipy.signal import correlate

from dreamlab.config import DreamConfig
from dreamlab.dream.ascent import OctaveAscent
from dreamlab.dream.compiled import compile_objective
from dreamlab.models import Network


def tiny_network(
    *, seed: int = 0, smooth: bool = False, seeing_all: bool = False, name: str = "tiny"
) -> Network:
    """Two convolutions, a pooling and a third convolution.

    `smooth` takes tanh for ReLU; `seeing_all` adds "excited", in which the mean over the whole
    picture weights the channels of "second" (squeeze and excitation).
    """
    activation = "tanh" if smooth else "relu"
    picture = keras.Input((None, None, 3))
    first = keras.layers.Conv2D(4, 3, padding="same", activation=activation, name="first")(picture)
    second = keras.layers.Conv2D(5, 3, padding="same", activation=activation, name="second")(first)
    pooled = keras.layers.AveragePooling2D(2, name="pool")(second)
    last = keras.layers.Conv2D(6, 3, padding="same", activation=activation, name="third")(pooled)
    if seeing_all:
        mean = keras.layers.GlobalAveragePooling2D(keepdims=True)(second)
        last = keras.layers.Multiply(name="excited")([second, mean])
    model = keras.Model(picture, last)
    generator = np.random.default_rng(seed)
    model.set_weights(
        [generator.normal(0, 0.4, weight.shape).astype(np.float32) for weight in model.weights]
    )
    return Network(name, model, "random")


def normalizing_model() -> keras.Model:
    """A model with a layer that looks at Keras's epsilon, bare operations, "low" and "high"."""
    picture = keras.Input((None, None, 3))
    maps = keras.layers.ReLU()((picture + 1.0) / 2)  # which says that pictures are in -1 to 1
    maps = keras.layers.Normalization(mean=[0.0, 0.1, 0.0], variance=[0.01, 4.0, 1.0])(maps)
    maps = keras.layers.Conv2D(8, 3, activation="relu", name="low")(maps / 2 + 0.25)
    maps = keras.layers.MaxPooling2D(name="pool")(maps)
    return keras.Model(picture, keras.layers.Conv2D(9, 3, name="high")(maps))


def wide_network(activation: str = "relu", *, seed: int = 0) -> Network:
    """A network with layers wide enough for Winograd's convolutions: "second" and "third"."""
    maps = inputs = keras.Input((None, None, 3))
    for name, channels in (("first", 32), ("second", 40), ("pool", None), ("third", 33)):
        if channels is None:
            maps = keras.layers.MaxPooling2D(2, name=name)(maps)
        else:
            maps = keras.layers.Conv2D(
                channels, 3, padding="same", activation=activation, name=name
            )(maps)
    model = keras.Model(inputs, maps)
    generator = np.random.default_rng(seed)
    for layer in model.layers:
        if layer.weights:
            kernel, bias = layer.get_weights()
            scale = np.sqrt(2 / np.prod(kernel.shape[:3]))
            layer.set_weights([generator.normal(0, scale, kernel.shape), bias])
    return Network("wide", model, "random")


def silenced(network: Network, *layers: str, channels: tuple[int, ...] = ()) -> Network:
    """The network, with ReLUs that never open: of whole layers, or of some channels of them."""
    model = network.feature_extractor(layers, "float32")
    for layer in map(model.get_layer, layers):
        kernel, bias = layer.get_weights()
        bias[list(channels) or slice(None)] = -100
        layer.set_weights([kernel, bias])
    return network


def picture(height: int, width: int, seed: int = 0) -> np.ndarray:
    """A picture with something in it: a smooth pattern and some noise, in [-1, 1]."""
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    waves = np.stack([np.sin(rows / 5), np.cos(columns / 7), np.sin((rows + columns) / 9)], -1)
    noise = np.random.default_rng(seed).normal(0, 0.1, waves.shape)
    return np.clip(0.8 * waves + noise, -1, 1).astype(np.float32)


def octave_of(network: Network, config: DreamConfig, image: np.ndarray) -> OctaveAscent:
    """The octave of a picture's own size, in float32."""
    objective = compile_objective(network, config, "float32")
    return OctaveAscent(objective, config, image.shape[:2])


def activations_by_hand(network: Network, image: np.ndarray) -> dict[str, np.ndarray]:
    """The activations of the tiny network, by SciPy's correlation."""

    def convolved(maps, layer):
        kernel, bias = (np.asarray(weight, np.float64) for weight in layer.get_weights())
        padded = np.pad(maps, ((1, 1), (1, 1), (0, 0)))
        planes = [
            sum(correlate(padded[..., i], kernel[..., i, o], "valid") for i in range(maps.shape[2]))
            for o in range(kernel.shape[3])
        ]
        return np.maximum(np.stack(planes, -1) + bias, 0)

    model = network.feature_extractor(["third"], "float32")
    first = convolved(image.astype(np.float64), model.get_layer("first"))
    second = convolved(first, model.get_layer("second"))
    rows, columns = second.shape[0] // 2, second.shape[1] // 2
    pooled = second.reshape(rows, 2, columns, 2, -1).mean((1, 3))
    third = convolved(pooled, model.get_layer("third"))
    return {"first": first, "second": second, "pool": pooled, "third": third}


def headed_network(*, seed: int = 0) -> Network:
    """A network of the zoo's name with a head of 1000 classes, linear in the picture's mean.

    "maps" is a 1 x 1 convolution; "predictions" its mean's logits.
    """
    pictures = keras.Input((None, None, 3))
    maps = keras.layers.Conv2D(4, 1, name="maps")(pictures)
    pooled = keras.layers.GlobalAveragePooling2D(keepdims=True, name="pool")(maps)
    model = keras.Model(pictures, keras.layers.Conv2D(1000, 1, name="predictions")(pooled))
    generator = np.random.default_rng(seed)
    model.set_weights([generator.normal(0, 0.1, weight.shape) for weight in model.weights])
    return Network("efficientnet_lite0", model, "random")
