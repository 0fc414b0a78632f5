"""Networks that are in memory."""

import keras
import numpy as np
import pytest
from keras import layers as kl

from dreamlab.config import DreamConfig
from dreamlab.dream import dream
from dreamlab.errors import DreamError
from dreamlab.models import load_model
from tests.support.tiny import picture


def model(name: str = "vgg16") -> keras.Model:
    """A model of a fixed size with a head, named as one of the zoo."""
    keras.utils.set_random_seed(0)
    return keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            kl.Conv2D(4, 3, padding="same", activation="relu", name="first"),
            kl.MaxPooling2D(name="pool"),
            kl.Conv2D(6, 3, padding="same", activation="relu", name="second"),
            kl.GlobalAveragePooling2D(),
            kl.Dense(3),
        ],
        name=name,
    )


def test_a_model_in_memory_dreams_as_its_file_does(tmp_path):
    made = model()
    made.save(tmp_path / "own.keras")
    network = load_model(made, input_range="-1,1")
    saved = load_model(tmp_path / "own.keras", input_range="-1,1")
    assert network.name == "vgg16.keras"
    assert network.architecture is None, "a model of that name is not the zoo's"
    assert [layer.name for layer in network.layers] == ["first", "pool", "second"]
    config = DreamConfig(layers="second", octaves=1, iterations=2, precision="float32")
    losses = [
        [step.loss for step in dream(picture(40, 56), each, config)] for each in (network, saved)
    ]
    assert losses[0] == losses[1]


def test_its_weights_are_hashed():
    made = model()
    before = load_model(made).weights
    assert len(before) == 64
    assert load_model(model("other")).weights == before
    kernel = made.get_layer("first").kernel
    kernel.assign(kernel.numpy() + np.float32(1e-3))
    assert load_model(made).weights != before


def test_a_network_is_returned_as_it_is():
    network = load_model(model())
    assert load_model(network) is network


def test_the_default_is_that_of_the_command_line():
    assert load_model().name == "vgg16"


def test_what_is_no_model_is_one_sentence():
    for source, sentence in (
        (7, "the model is 7; give a name such as vgg16"),
        (None, "the model is None; give a name such as vgg16"),
    ):
        with pytest.raises(DreamError, match=sentence):
            load_model(source)
    with pytest.raises(DreamError, match="vgg16.keras has its own weights"):
        load_model(model(), weights="x.h5")


def test_a_dream_takes_names_and_pixels():
    pixels = np.random.default_rng(0).integers(0, 256, (40, 56, 3), np.uint8)
    values = {"layers": "second", "octaves": 1, "iterations": 1, "precision": "float32"}
    own = load_model(model(), input_range="-1,1")
    (step,) = dream(pixels, own, values)
    (same,) = dream(pixels.astype(np.float32) / 127.5 - 1, own, DreamConfig(**values))
    assert step.loss == same.loss
    with pytest.raises(DreamError, match="an array of int64 from"):
        dream(pixels.astype(np.int64) * 2, own, values)
