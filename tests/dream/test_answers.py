"""A dream that cannot move names what answers to the picture instead."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from dreamlab.errors import listed
from dreamlab.models import Network
from tests.support.tiny import activations_by_hand, silenced, tiny_network
from tests.support.vain import IMAGE, TWO_OCTAVES, in_vain, speck, told


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
@pytest.mark.parametrize("weight", [1, -1, 1e-6])
def test_a_dead_layer_ends_the_dream_and_names_the_nearest_that_answers(precision, weight):
    config = replace(TWO_OCTAVES, layers={"third": weight}, precision=precision)
    sentence, steps = in_vain(silenced(tiny_network(), "third"), config)
    assert sentence == (
        "third does not answer to this picture, so no step changes it: "
        "choose a layer that does, such as pool"
    )
    # One look at each octave is enough; the last octave's is the error.
    assert [(step.octave, step.iteration, step.ends_octave) for step in steps] == [(0, 0, True)]
    assert (steps[0].loss, steps[0].moved) == (0, False)


def test_a_dead_channel_names_those_of_its_layer_that_answer_most():
    network = silenced(tiny_network(), "third", channels=(1, 4))
    by_hand = activations_by_hand(network, IMAGE)["third"][2:-2, 2:-2]
    strongest = np.argsort(-np.square(by_hand).sum((0, 1)))[:3].tolist()
    assert len({*strongest, 1, 4}) == 5
    config = replace(TWO_OCTAVES, octaves=1, channels={"third": [1]})
    expected = "so no step changes it: choose channels that do, such as {}, {} and {}"
    sentence, _ = in_vain(network, config)
    assert sentence.startswith("channel 1 of third does not answer to this picture, ")
    assert sentence.endswith(expected.format(*strongest))
    sentence, _ = in_vain(network, replace(config, channels={"third": [1, 4]}))
    assert sentence.startswith("channels 1 and 4 of third do not answer to this picture, ")
    # Where all of the layer is dead, another layer is named.
    sentence, _ = in_vain(silenced(network, "third"), config)
    assert sentence.endswith("choose a layer that does, such as pool")


def test_weights_of_0_are_called_so():
    network = tiny_network()
    for layer in network.feature_extractor(["third"], "float32").layers:
        layer.set_weights([0 * weight for weight in layer.get_weights()])
    sentence, _ = in_vain(network)
    assert sentence == (
        "all weights of tiny up to third are 0, so no step changes the picture: "
        "choose a network with trained weights"
    )


def test_what_is_the_same_on_every_picture_is_no_answer():
    # "first" is 0 there, and all behind it the same everywhere: their losses are not 0.
    sentence, steps = in_vain(silenced(tiny_network(), "first"))
    assert steps[0].loss > 0
    assert sentence == (
        "third does not answer to this picture, so no step changes it: "
        "choose another picture or network, as no layer of tiny does"
    )


def test_a_picture_that_wakes_nothing_is_told():
    given = keras.Input((None, None, 3))
    maps = keras.layers.Conv2D(4, 3, use_bias=False, activation="relu", name="bare")(given)
    network = Network("bare", keras.Model(given, maps), "random")
    grey = np.zeros((20, 20, 3), np.float32)
    sentence, _ = in_vain(network, replace(TWO_OCTAVES, layers={"bare": 1}), grey)
    assert "choose another picture or network, as no layer of bare does" in sentence


def test_a_layer_behind_is_named_where_none_before_answers():
    given = keras.Input((None, None, 3))
    dead = keras.layers.Conv2D(4, 3, padding="same", activation="relu", name="dead")(given)
    alive = keras.layers.Conv2D(4, 1, padding="same", name="alive")(given)
    joined = keras.layers.Concatenate(name="joined")([dead, alive])
    network = silenced(Network("forked", keras.Model(given, joined), "random"), "dead")
    sentence, _ = in_vain(network, replace(TWO_OCTAVES, layers={"dead": 1}))
    assert sentence.endswith("choose a layer that does, such as alive")


def test_a_sentence_stays_short_and_printable():
    given = maps = keras.Input((None, None, 3))
    names = [f"layer_{'x' * 90}_{number}" for number in range(8)]
    for name in ["y" * 90, *names]:
        maps = keras.layers.Conv2D(4, 3, padding="same", activation="relu", name=name)(maps)
    network = silenced(Network("n" * 200, keras.Model(given, maps), "random"), *names)
    sentence, _ = in_vain(network, replace(TWO_OCTAVES, layers=names))
    assert "and 5 more do not answer" in sentence
    assert sentence.endswith(f"choose a layer that does, such as {'y' * 45}...")
    assert listed(["a\u200bb", 7]) == "'a\\u200bb' and 7"


def test_a_picture_that_wakes_its_layer_whole_alone_is_dreamt_in_one_octave():
    network, image = speck(71)
    config = replace(TWO_OCTAVES, octave_scale=1.98)
    sentence, _ = in_vain(network, config, image)
    assert sentence == (
        "third does not answer to this picture as its octaves begin, so no step changes it: "
        "choose 1 octave"
    )
    assert told(network, replace(config, octaves=1), image)[0] == []
