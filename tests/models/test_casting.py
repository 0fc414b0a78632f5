"""A network is dreamt with in float32, in whatever number format it was saved."""

import keras
import numpy as np
import pytest
from keras import layers as kl

from dreamlab.config import DreamConfig
from dreamlab.dream import dream
from dreamlab.models import load_model
from tests.support.tiny import picture


def built(policy, entry="float32"):
    """A network whose weights are whole numbers, so that all formats hold them exactly."""
    inputs = keras.Input((None, None, 3), dtype=entry)
    maps = kl.Conv2D(4, 3, activation="relu", name="low", dtype=policy)(inputs / 2)
    maps = kl.MaxPooling2D(name="pool", dtype=policy)(maps)
    model = keras.Model(inputs, kl.Conv2D(5, 3, name="high", dtype=policy)(maps))
    generator = np.random.default_rng(0)
    model.set_weights([generator.integers(-2, 3, weight.shape) for weight in model.weights])
    return model


def dreamt(model, image):
    config = DreamConfig(
        layers={"high": 1.0}, octaves=1, iterations=2, precision="float32", convolution="direct"
    )
    *_, last = dream(image, load_model(model), config)
    return last.image


@pytest.mark.parametrize(
    ("policy", "entry"),
    [
        ("mixed_float16", "float32"),
        ("float16", "float16"),
        ("float64", "float64"),
        ("mixed_bfloat16", "float32"),
        ("bfloat16", "bfloat16"),
    ],
)
@pytest.mark.parametrize("saved", [False, True])
def test_a_dream_is_that_of_the_same_network_in_float32(policy, entry, saved, tmp_path):
    model = own = built(policy, entry)
    if saved:
        own = tmp_path / "own.keras"
        model.save(own)
    image = picture(40, 50)
    np.testing.assert_array_equal(dreamt(own, image), dreamt(built("float32"), image))
    assert model.get_layer("low").compute_dtype == policy.removeprefix("mixed_")  # as it was
