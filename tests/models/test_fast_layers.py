"""The layers that stand in for those of Keras in networks that are dreamt with."""

from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf

from dreamlab.config import DreamConfig
from dreamlab.dream import dream
from dreamlab.models import Network, acceleration, load_model
from dreamlab.models.acceleration import accelerated, kernels_of
from dreamlab.models.fast_layers import (
    Borrowed,
    FastConv2D,
    FastMaxPooling2D,
    Fork,
    HalvingMaxPooling2D,
    MarkedConv2D,
)
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
        pool(3, 1, name="overlap"),
        conv(32, 3, strides=2, padding="same", name="strided"),
        conv(32, 1, padding="same", activation="relu", name="rectified"),
        conv(32, 3, dilation_rate=2, padding="same", name="dilated"),
        conv(32, 3, groups=2, padding="same", name="grouped"),
        conv(32, (3, 1), padding="same", name="flat"),
        conv(31, 3, padding="same", name="narrow"),
    )
    assert kinds(network, "narrow") == {
        "first": FastConv2D,
        "same": FastConv2D,
        "valid": FastConv2D,
        "pool": HalvingMaxPooling2D,
        "overlap": FastMaxPooling2D,
        "strided": Borrowed,
        "rectified": MarkedConv2D,
        "dilated": Borrowed,
        "grouped": Borrowed,
        "flat": Borrowed,
        "narrow": Borrowed,
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


def test_pooling_is_computed_with_the_convolution_before_it():
    conv, pool = keras.layers.Conv2D, keras.layers.MaxPooling2D
    network = network_of(
        conv(32, 3, padding="same", activation="relu", name="convolved"),
        pool(2, name="pooled"),
        conv(32, 3, padding="same", activation="relu", name="last"),
    )
    found = kinds(network, "last")
    assert found["convolved"] is keras.layers.Identity
    assert found["pooled"] is found["last"] is FastConv2D
    images = np.random.default_rng(1).normal(size=(2, 21, 26, 3)).astype(np.float32)
    direct, fast = (
        answers(network, "last", images, convolution) for convolution in ("direct", "winograd")
    )
    for computed, expected in zip(fast, direct, strict=True):
        assert 0 < np.abs(computed - expected).max() < 1e-5 * np.abs(expected).max()


def test_a_convolution_that_others_need_is_not_hidden_in_its_pooling():
    conv, pool = keras.layers.Conv2D, keras.layers.MaxPooling2D
    network = network_of(
        conv(32, 3, padding="same", activation="relu", name="convolved"),
        pool(2, name="pooled"),
    )
    model = network.feature_extractor(["convolved", "pooled"], "float32", "winograd")
    found = {layer.name: type(layer) for layer in model.layers}
    assert found["convolved"] is FastConv2D
    assert found["pooled"] is HalvingMaxPooling2D
    assert Fork in found.values()


def test_a_layer_in_the_loss_gets_the_gradients_of_both_sides():
    conv = keras.layers.Conv2D
    network = network_of(
        conv(32, 3, padding="same", activation="relu", name="early"),
        conv(40, 3, padding="same", activation="relu", name="late"),
    )
    image = np.random.default_rng(3).normal(size=(1, 14, 17, 3)).astype(np.float32)
    gradients = []
    for convolution in ("direct", "winograd"):
        model = network.feature_extractor(["early", "late"], "float32", convolution)
        with tf.GradientTape() as tape:
            given = tf.constant(image)
            tape.watch(given)
            outputs = model(given, training=False)
            loss = tf.reduce_sum(outputs["early"] ** 3) + 2 * tf.reduce_sum(outputs["late"] ** 2)
        gradients.append(tape.gradient(loss, given).numpy())
    assert np.abs(gradients[1] - gradients[0]).max() < 1e-5 * np.abs(gradients[0]).max()


def test_a_layer_that_is_used_twice_stays_so():
    inputs = keras.Input((None, None, 32))
    shared = keras.layers.Conv2D(32, 3, padding="same", activation="relu", name="shared")
    twice = shared(keras.layers.MaxPooling2D(2, name="pooled")(shared(inputs)))
    added = keras.layers.Add(name="added")([twice, keras.layers.AveragePooling2D(2)(inputs)])
    model = keras.Model(inputs, {"added": added + 1.0})
    made = []

    def kernels(layer):
        made.append(layer.name)
        return kernels_of(layer)

    fast = accelerated(model, kernels)
    image = np.random.default_rng(4).normal(size=(1, 12, 14, 32)).astype(np.float32)
    expected, computed = model(image)["added"].numpy(), fast(image)["added"].numpy()
    assert made == ["shared"]
    assert np.abs(computed - expected).max() < 1e-5 * np.abs(expected).max()


def test_in_bfloat16_pooling_and_marks_give_what_keras_gives():
    conv, pool = keras.layers.Conv2D, keras.layers.MaxPooling2D
    network = network_of(
        conv(32, 3, padding="same", activation="relu", name="convolved"),
        pool(2, name="pooled"),
        conv(40, 3, strides=2, padding="same", activation="relu", name="strided"),
        pool(3, 2, name="overlap"),
        conv(16, 1, activation="tanh", name="last"),
    )
    plain = network.plain_extractor(["convolved", "last"], "bfloat16")
    fast = network.feature_extractor(["convolved", "last"], "bfloat16", "direct")
    found = {layer.name: type(layer) for layer in fast.layers}
    assert found["convolved"] is found["strided"] is MarkedConv2D
    assert found["pooled"] is HalvingMaxPooling2D
    image = np.random.default_rng(3).normal(size=(2, 21, 27, 3)).astype(np.float32)
    computed = []
    for model in (plain, fast):
        with tf.GradientTape() as tape:
            given = tf.constant(image)
            tape.watch(given)
            outputs = model(given, training=False)
            loss = sum(tf.reduce_sum(tf.cast(out, tf.float32) ** 2) for out in outputs.values())
        computed.append([*outputs.values(), tape.gradient(loss, given)])
    for expected, value in zip(*computed, strict=True):
        assert value.dtype == expected.dtype
        np.testing.assert_array_equal(value.numpy(), expected.numpy())


def test_a_layer_in_the_loss_that_is_used_twice_counts_where_it_did():
    inputs = keras.Input((None, None, 32))
    shared = keras.layers.Conv2D(32, 1, activation="relu", name="shared")
    first = shared(inputs)
    last = keras.layers.Conv2D(32, 1, name="last")(shared(keras.layers.AveragePooling2D(2)(first)))
    model = keras.Model(inputs, {"shared": first, "last": last})
    image = np.random.default_rng(4).normal(size=(1, 12, 14, 32)).astype(np.float32)
    expected, computed = model(image), accelerated(model, kernels_of)(image)
    for name, output in expected.items():
        np.testing.assert_allclose(computed[name], output, rtol=1e-4, atol=1e-5)


def test_layers_may_be_called_fork():
    conv = keras.layers.Conv2D
    network = network_of(
        conv(32, 3, padding="same", name="fork"),
        conv(32, 3, padding="same", name="fork_fork"),
        conv(32, 3, padding="same", name="last"),
    )
    model = network.feature_extractor(["fork", "fork_fork", "last"], "float32", "winograd")
    assert set(model(picture(8, 8)[None])) == {"fork", "fork_fork", "last"}


def test_a_dream_in_bfloat16_is_that_of_keras_to_the_last_bit(monkeypatch):
    inputs = keras.Input((None, None, 3))
    maps = keras.layers.Conv2D(32, 3, padding="same", activation="relu", name="first")(inputs)
    maps = keras.layers.MaxPooling2D(2, name="pool")(maps)
    maps = keras.layers.Conv2D(32, 3, padding="same", activation="relu", name="last")(maps)
    pictures = []
    for plain in (True, False):
        network = Network("rounded", keras.models.clone_model(keras.Model(inputs, maps)), "random")
        generator = np.random.default_rng(5)
        weights = [
            generator.normal(0, 0.1, w.shape)
            for w in network.plain_extractor(["last"], "float32").get_weights()
        ]
        network.plain_extractor(["last"], "float32").set_weights(weights)
        if plain:
            monkeypatch.setattr(network, "accelerated", lambda model, *way: model)
        config = DreamConfig(
            layers={"first": 0.1, "last": 1.0}, octaves=2, iterations=3, precision="bfloat16"
        )
        *_, step = dream(picture(40, 51), network, config)
        assert step.image.dtype == np.float32
        pictures.append(step.image)
    assert (pictures[0] == pictures[1]).all()


@pytest.mark.parametrize("dtype", ["mixed_bfloat16", "mixed_float16"])
@pytest.mark.parametrize("layer", ["norm", "pool", "overlap"])
def test_networks_of_another_number_format_are_left_to_keras(dtype, layer):
    inputs = keras.Input((None, None, 3))
    maps = keras.layers.Conv2D(32, 3, dtype=dtype, name="conv")(inputs)
    maps = keras.layers.BatchNormalization(dtype=dtype, name="norm")(maps)
    maps = keras.layers.MaxPooling2D(2, dtype=dtype, name="pool")(maps)
    maps = keras.layers.MaxPooling2D(3, 2, padding="same", dtype=dtype, name="overlap")(maps)
    maps = keras.layers.Conv2D(32, 1, dtype=dtype, name="last")(maps)
    network = Network("mixed", keras.Model(inputs, maps), "random")
    config = DreamConfig(layers={layer: 1.0, "last": 1.0}, octaves=1, iterations=1)
    losses = [
        next(dream(picture(40, 50), network, replace(config, convolution=way))).losses
        for way in ("direct", "winograd")
    ]
    for name, loss in losses[0].items():
        assert losses[1][name] == pytest.approx(loss, rel=0.02)


def test_on_a_gpu_pooling_stays_there(monkeypatch):
    network = network_of(keras.layers.MaxPooling2D(2, name="pooled"))
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [kind])
    model = network.feature_extractor(["pooled"], "bfloat16", "direct")
    assert type(model.get_layer("pooled")) is keras.layers.MaxPooling2D


def test_kernels_are_made_once_for_each_layer_that_is_used(monkeypatch):
    made, make = [], acceleration.kernels_of
    monkeypatch.setattr(
        acceleration, "kernels_of", lambda layer: made.append(layer.name) or make(layer)
    )
    network = network_of(
        keras.layers.Conv2D(33, 3, padding="same", name="early"),
        keras.layers.Conv2D(34, 3, padding="same", name="late"),
    )
    for _ in range(2):
        network.feature_extractor(["early"], "float32", "winograd")(picture(8, 8)[None])
    assert made == ["first", "early"]


def test_weights_are_shared_not_copied():
    network = network_of(keras.layers.Conv2D(32, 1, activation="relu", name="narrow"))
    direct, fast = (
        network.feature_extractor(["narrow"], "float32", convolution)
        for convolution in ("direct", "winograd")
    )
    held = {id(variable) for variable in direct.variables}
    assert {id(variable) for variable in fast.variables} <= held


@pytest.mark.slow
@pytest.mark.parametrize("name", ["resnet50", "inception_v3"])
def test_other_networks_gain_too(name):
    network = load_model(name, weights=None)
    layer = network.offered_layers[len(network.offered_layers) // 2].name
    assert FastConv2D in kinds(network, layer).values()
    side = max(network.smallest, 83)
    images = np.random.default_rng(2).normal(size=(1, side, side, 3)).astype(np.float32)
    direct, fast = (
        answers(network, layer, images, convolution) for convolution in ("direct", "winograd")
    )
    assert np.abs(fast[0] - direct[0]).max() < 1e-4 * np.abs(direct[0]).max()
    # A unit that is at zero to rounding lets its gradient through in one of the two alone.
    difference = np.linalg.norm(fast[1] - direct[1]) / np.linalg.norm(direct[1])
    assert difference < 0.01
