"""Weights that are no numbers are named when a network is loaded."""

import keras
import numpy as np
import pytest
from keras import layers as kl

from dreamlab.errors import DreamError
from dreamlab.models import load_model
from dreamlab.models.finite import check_finite
from tests.support.keras_files import small_model


def spoilt(value, layer="high", count=2):
    """A small network with some weights of a layer set to a value."""
    model = small_model()
    kernel, bias = model.get_layer(layer).get_weights()
    kernel.flat[:count] = value
    model.get_layer(layer).set_weights([kernel, bias])
    return model


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_they_are_named_with_their_layer(value, suffix, tmp_path):
    spoilt(value).save(tmp_path / f"own{suffix}")
    with pytest.raises(DreamError) as error:
        load_model(tmp_path / f"own{suffix}")
    assert str(error.value) == (
        f"own{suffix}: the weights of high are not finite numbers ({value}, 2 of 54): train or "
        "save it again"
    )


def test_so_they_are_in_a_model_in_memory():
    with pytest.raises(DreamError, match=r"the weights of low are not finite numbers \(nan, 1 of"):
        load_model(spoilt(np.nan, "low", 1))


def test_a_network_with_numbers_passes_in_any_format():
    check_finite(spoilt(np.finfo(np.float32).max), "own")
    inputs = keras.Input((8, 8, 3))
    maps = kl.RandomFlip(seed=1)(inputs)  # its state is whole numbers
    maps = kl.Conv2D(2, 3, dtype="bfloat16")(maps)
    check_finite(keras.Model(inputs, kl.Conv2D(2, 3, dtype="float16")(maps)), "own")


def test_a_layer_within_a_network_within_is_named():
    inputs = keras.Input((8, 8, 3))
    outer = keras.Model(inputs, kl.ReLU()(spoilt(np.inf, "low")(inputs)))
    with pytest.raises(DreamError, match="the weights of low are not finite"):
        load_model(outer)


def test_a_top_that_is_not_used_does_not_count(tmp_path):
    inputs = keras.Input((8, 8, 3))
    maps = kl.Conv2D(2, 3, name="low")(inputs)
    model = keras.Model(inputs, kl.Dense(2, name="top")(kl.GlobalAveragePooling2D()(maps)))
    model.get_layer("top").set_weights([np.full((2, 2), np.nan), np.zeros(2)])
    model.save(tmp_path / "own.keras")
    assert [layer.name for layer in load_model(tmp_path / "own.keras").layers] == ["low"]
