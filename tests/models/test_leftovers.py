"""A network that is gone leaves no memory behind, whatever was made of it."""

import gc
import weakref

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.python.framework import ops

from dreamlab.analysis.run import analyse
from dreamlab.config import DreamConfig
from dreamlab.dream import dream
from dreamlab.dream.activations import activations
from dreamlab.models import Network
from dreamlab.models.per_network import per_network
from tests.support.tiny import picture, tiny_network


def _wide_network() -> Network:
    """A network with convolutions that Winograd's algorithm computes."""
    import keras

    inputs = keras.Input((None, None, 3))
    maps = keras.layers.Conv2D(32, 3, padding="same", activation="relu", name="first")(inputs)
    maps = keras.layers.Conv2D(32, 3, padding="same", activation="relu", name="second")(maps)
    maps = keras.layers.MaxPooling2D(name="pool")(maps)
    return Network("wide", keras.Model(inputs, maps), "random")


@pytest.mark.parametrize("convolution", ["direct", "winograd"])
def test_a_network_goes_with_its_kernels_and_graphs(convolution):
    network = _wide_network()
    config = DreamConfig(
        layers={"second": 1.0, "pool": 1.0},
        octaves=1,
        iterations=2,
        precision="float32",
        convolution=convolution,
    )
    assert len([step.loss for step in dream(picture(48, 48), network, config)]) == 2
    activations(network, ("first",), "float32", "notebook").mean_squares(picture(48, 48))
    analyse("atlas", np.uint8(127.5 * (picture(48, 48) + 1)), network, max_side=48)
    held = [weakref.ref(network), *(weakref.ref(each) for each in network._kernels.values())]
    assert convolution == "direct" or len(held) > 1
    del network
    gc.collect()
    assert [reference() for reference in held] == [None] * len(held)


def test_gradients_of_others_stay_registered():
    @tf.custom_gradient
    def twice(x):
        return 2 * x, lambda upstream: 2 * upstream

    graph = tf.function(twice).get_concrete_function(tf.TensorSpec((), tf.float32))
    before = set(ops.gradient_registry._registry)
    config = DreamConfig(layers={"third": 1.0}, octaves=1, iterations=1)
    list(dream(picture(32, 32), tiny_network(), config))
    assert set(ops.gradient_registry._registry) == before
    with tf.GradientTape() as tape:
        x = tf.constant(3.0)
        tape.watch(x)
        y = graph(x)
    assert tape.gradient(y, x) == 2


def test_a_networks_results_are_few_and_its_own():
    made = []

    @per_network(2)
    def make(network, number):
        made.append((network.name, number))
        return object()

    one, other = tiny_network(), tiny_network()
    first = make(one, 1)
    assert make(one, 1) is first
    assert make(other, 1) is not first
    make(one, 2)
    make(one, 1)
    make(one, 3)  # in the place of 2, which was used least recently
    assert make(one, 1) is first
    make(one, 2)
    assert [number for _, number in made] == [1, 1, 2, 3, 2]
