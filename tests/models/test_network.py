"""A network: its layers, cuts and what it is fed."""

import importlib

import keras
import numpy as np
import pytest
import tensorflow as tf

from dreamlab.config import DreamConfig
from dreamlab.dream import dream
from dreamlab.errors import DreamError
from dreamlab.models import load_model
from dreamlab.models.feeding import Feeding
from dreamlab.zoo import ARCHITECTURES
from tests.support.tiny import picture, tiny_network


def test_a_cut_network_has_nothing_deeper():
    network = tiny_network()
    assert [layer.name for layer in network.feature_extractor(["second"], "float32").layers][
        1:
    ] == [
        "first",
        "second",
    ]


def test_an_unknown_layer_is_answered_with_close_ones():
    with pytest.raises(DreamError, match="tiny has no layer 'secnd': did you mean second"):
        tiny_network().layer("secnd")
    with pytest.raises(DreamError, match="tiny has no layer 'x': choose from first, second"):
        tiny_network().layer("x")


def test_names_are_the_same_however_often_a_network_is_built():
    first, second = (load_model("inception_v3", weights=None).layers for _ in range(2))
    assert first == second


def test_bfloat16_computes_in_it_and_changes_no_global_policy():
    before = keras.config.dtype_policy().name
    network = tiny_network()
    model = network.feature_extractor(["third"], "bfloat16")
    image = picture(20, 24)[None]
    rounded = model(image)["third"]
    assert rounded.dtype == tf.bfloat16
    assert keras.config.dtype_policy().name == before == "float32"
    exact = network.feature_extractor(["third"], "float32")(image)["third"]
    assert exact.dtype == tf.float32
    assert np.abs(tf.cast(rounded, tf.float32) - exact).max() < 0.02 * np.abs(exact).max()


def _row(name):
    """A network of the zoo without its layers: `preprocess` needs none."""
    network = tiny_network()
    network.feeding = Feeding.of_zoo(name, ARCHITECTURES[name])
    return network


#: What each network was trained on: black, mid-grey and white in R, G, B as it sees them.
TRAINED_ON = {
    "vgg16": ([-103.939, -116.779, -123.68], [23.561, 10.721, 3.82], [151.061, 138.221, 131.32]),
    "vgg19": ([-103.939, -116.779, -123.68], [23.561, 10.721, 3.82], [151.061, 138.221, 131.32]),
    "resnet50": ([-103.939, -116.779, -123.68], [23.561, 10.721, 3.82], [151.061, 138.221, 131.32]),
    "inception_v3": ([-1] * 3, [0] * 3, [1] * 3),
    "mobilenet_v2": ([-1] * 3, [0] * 3, [1] * 3),
    # These have their scaling inside.
    "efficientnet_lite0": ([0] * 3, [127.5] * 3, [255] * 3),
    "efficientnet_v2_b0": ([0] * 3, [127.5] * 3, [255] * 3),
    "convnext_tiny": ([0] * 3, [127.5] * 3, [255] * 3),
}


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_each_network_gets_the_input_it_was_trained_on(name):
    greys = tf.constant([-1.0, 0.0, 1.0])[:, None, None, None] * tf.ones((1, 1, 1, 3))
    prepared = _row(name).preprocess(greys, "imagenet").numpy()[:, 0, 0]
    np.testing.assert_allclose(prepared, TRAINED_ON[name], atol=1e-3)


@pytest.mark.parametrize("name", [name for name, of in ARCHITECTURES.items() if of.builder])
def test_preparing_is_keras_own(name):
    image = picture(6, 7)[None]
    builder = getattr(keras.applications, ARCHITECTURES[name].builder)
    module = importlib.import_module(builder.__module__)
    expected = module.preprocess_input((image + 1) * np.float32(127.5))
    np.testing.assert_allclose(
        _row(name).preprocess(tf.constant(image), "imagenet"), expected, atol=1e-3
    )


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_only_vgg_is_fed_the_notebooks_way(name):
    image = tf.constant(picture(6, 7)[None])
    as_it_is = np.array_equal(_row(name).preprocess(image, "notebook"), image)
    trained = _row(name).preprocess(image, "imagenet")
    if name in ("vgg16", "vgg19"):
        assert as_it_is
    else:
        np.testing.assert_array_equal(_row(name).preprocess(image, "notebook"), trained)


@pytest.mark.slow
@pytest.mark.parametrize("name", ARCHITECTURES)
def test_every_network_dreams_at_its_smallest_size(name):
    network = load_model(name, weights=None)
    first, deepest = network.offered_layers[0].name, network.offered_layers[-1].name
    # Random weights let little through, and the gradient's mean is never taken below 1e-7.
    layers = {first: 1e6, deepest: 1.0}
    config = DreamConfig(layers=layers, octaves=1, iterations=2, precision="float32")
    before = picture(network.smallest, network.smallest)
    steps = [(step.losses, step.image) for step in dream(before, network, config)]
    assert steps[0][0][deepest] > 0
    assert steps[1][0][first] > steps[0][0][first]
    # Two steps of 0.01; they cancel where the gradient turns.
    assert 0.01 < np.abs(steps[-1][1] - before).mean() < 0.021
    with pytest.raises(DreamError, match=f"{name} needs at least {network.smallest} x"):
        dream(picture(network.smallest - 1, 200), network, config)


@pytest.mark.slow
@pytest.mark.parametrize("name", ARCHITECTURES)
def test_every_network_answers_in_bfloat16_too(name):
    network = load_model(name, weights=None)
    layer = network.offered_layers[len(network.offered_layers) // 2].name
    image = network.preprocess(picture(network.smallest, network.smallest)[None], "imagenet")
    exact, rounded = (
        np.asarray(network.feature_extractor([layer], precision)(image)[layer], np.float32)
        for precision in ("float32", "bfloat16")
    )
    assert not np.array_equal(exact, rounded)
    assert np.abs(rounded - exact).mean() < 0.05 * np.abs(exact).mean()
