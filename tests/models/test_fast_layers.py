"""The layers that stand in for those of Keras in networks that are dreamt with."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from dreamlab.models import Network, load_model
from dreamlab.models.fast_layers import FastMaxPooling2D, WinogradConv2D
from tests.support.tiny import picture


def network_of(*layers, channels=32):
    """A network of a plain first convolution and some layers, with seeded weights."""
    inputs = keras.Input((None, None, 3))
    maps = keras.layers.Conv2D(channels, 3, padding="same", name="first")(inputs)
    for layer in layers:
        maps = layer(maps)
    model = keras.Model(inputs, maps)
    generator = np.random.default_rng(0)
    model.set_weights(
        [
            (generator.normal(size=weight.shape) / np.sqrt(np.prod(weight.shape[:-1]) + 1)).astype(
                np.float32
            )
            for weight in model.weights
        ]
    )
    return Network("seeded", model, "random")


def kinds(network, layer):
    model = network.feature_extractor([layer], "float32", "winograd")
    return {layer.name: type(layer) for layer in model.layers[1:]}


def test_convolutions_that_gain_and_pooling_are_stood_in_for_under_their_names():
    conv, pool = keras.layers.Conv2D, keras.layers.MaxPooling2D
    network = network_of(
        conv(32, 3, padding="same", activation="relu", name="same"),
        conv(40, 3, padding="valid", activation="tanh", name="valid"),
        pool(2, name="pool"),
        conv(32, 3, strides=2, padding="same", name="strided"),
        conv(32, 3, dilation_rate=2, padding="same", name="dilated"),
        conv(32, 3, groups=2, padding="same", name="grouped"),
        conv(32, (3, 1), padding="same", name="flat"),
        conv(31, 3, padding="same", name="narrow"),
    )
    assert kinds(network, "narrow") == {
        "first": conv,
        "same": WinogradConv2D,
        "valid": WinogradConv2D,
        "pool": FastMaxPooling2D,
        "strided": conv,
        "dilated": conv,
        "grouped": conv,
        "flat": conv,
        "narrow": conv,
    }
    original = network.feature_extractor(["narrow"], "float32")
    assert {type(layer) for layer in original.layers[1:]} == {conv, pool}


def answers(network, layer, images, convolution):
    """The feature map of a layer, and the gradient of its squares, compiled for any size."""
    model = network.feature_extractor([layer], "float32", convolution)

    @tf.function(input_signature=[tf.TensorSpec((None, None, None, 3))], autograph=False)
    def compute(given):
        with tf.GradientTape() as tape:
            tape.watch(given)
            response = model(given, training=False)[layer]
            loss = tf.reduce_sum(tf.square(response))
        return response, tape.gradient(loss, given)

    return [answer.numpy() for answer in compute(images)]


@pytest.mark.parametrize("activation", ["relu", "linear", "tanh", "gelu"])
@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("shape", [(1, 21, 26), (3, 13, 9)])
def test_maps_and_gradients_are_those_of_keras(activation, padding, bias, shape):
    network = network_of(
        keras.layers.Conv2D(
            40, 3, padding=padding, activation=activation, use_bias=bias, name="convolved"
        ),
        keras.layers.MaxPooling2D(3, 2, padding=padding, name="pooled"),
    )
    images = np.random.default_rng(1).normal(size=(*shape, 3)).astype(np.float32)
    direct, fast = (
        answers(network, "pooled", images, convolution) for convolution in ("direct", "winograd")
    )
    assert fast[0].shape == direct[0].shape
    for computed, expected in zip(fast, direct, strict=True):
        assert 0 < np.abs(computed - expected).max() < 1e-5 * np.abs(expected).max()


def test_shapes_are_known_before_anything_runs():
    network = network_of(
        keras.layers.Conv2D(40, 3, padding="valid", name="convolved"),
        keras.layers.MaxPooling2D(2, name="pooled"),
    )
    model = network.feature_extractor(["convolved", "pooled"], "float32", "winograd")
    assert model.output["convolved"].shape == (None, None, None, 40)
    assert model.compute_output_shape((1, 21, 30, 3)) == {
        "convolved": (1, 19, 28, 40),
        "pooled": (1, 9, 14, 40),
    }


def test_kernels_are_transformed_once_for_each_layer_that_is_used(monkeypatch):
    from dreamlab.kernels import convolution

    made, transform = [], convolution.transformed
    monkeypatch.setattr(
        convolution, "transformed", lambda kernel: made.append(kernel.shape) or transform(kernel)
    )
    network = network_of(
        keras.layers.Conv2D(33, 3, padding="same", name="early"),
        keras.layers.Conv2D(34, 3, padding="same", name="late"),
    )
    for _ in range(2):
        network.feature_extractor(["early"], "float32", "winograd")(picture(8, 8)[None])
    assert made == [(3, 3, 32, 33), (3, 3, 33, 32)]  # forward and back; none for "late"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["resnet50", "inception_v3"])
def test_other_networks_gain_too(name):
    network = load_model(name, weights=None)
    layer = network.offered_layers[len(network.offered_layers) // 2].name
    assert WinogradConv2D in kinds(network, layer).values()
    side = max(network.smallest, 83)
    images = np.random.default_rng(2).normal(size=(1, side, side, 3)).astype(np.float32)
    direct, fast = (
        answers(network, layer, images, convolution) for convolution in ("direct", "winograd")
    )
    assert np.abs(fast[0] - direct[0]).max() < 1e-4 * np.abs(direct[0]).max()
    # A unit that is at zero to rounding lets its gradient through in one of the two alone.
    difference = np.linalg.norm(fast[1] - direct[1]) / np.linalg.norm(direct[1])
    assert difference < 0.01
