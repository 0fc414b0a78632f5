"""Layers that are built by hand, whose figures are known."""

import keras
import numpy as np
import pytest

from dreamlab.analysis import named
from dreamlab.analysis.run import analyse
from dreamlab.models import Network
from tests.support.tiny import picture

PROFILE = named("profile")


def network_of(*layers):
    inputs = maps = keras.Input((None, None, 3))
    for layer in layers:
        maps = layer(maps)
    return Network("hand-built", keras.Model(inputs, maps), "random")


def pointwise(channels, name, activation="relu"):
    layer = keras.layers.Conv2D(channels, 1, activation=activation, name=name)
    return layer


def profiled(network, image, *cues, **values):
    return analyse(PROFILE, image, network, cues=cues, precision="float32", **values)


def of_layer(findings, layer, figure):
    return [
        item.values["layers"][layer][figure] for item in findings.items if item.key != "gratings"
    ]


def test_a_layer_that_sees_the_mean_of_the_channels_has_no_colour():
    grey_mean = keras.layers.Conv2D(
        4, 3, padding="same", activation="relu", name="seen", use_bias=False
    )
    network = network_of(grey_mean)
    kernel = np.random.default_rng(0).normal(0, 1, (3, 3, 1, 4)).astype(np.float32)
    grey_mean.set_weights([np.repeat(kernel, 3, axis=2)])
    findings = profiled(network, picture(40, 48), "greyscale", "channels", "blur")
    figures = of_layer(findings, "seen", "map")
    # Shuffled whole the mean is the same; shuffled in part, too.
    assert figures[:6] == pytest.approx([0.0] * 6, abs=1e-5)
    assert of_layer(findings, "seen", "pooled")[:6] == pytest.approx([0.0] * 6, abs=1e-4)
    assert min(figures[6:]) > 0.1


def test_a_network_of_single_pixels_pools_shuffled_patches_to_the_same():
    keras.utils.set_random_seed(1)
    network = network_of(pointwise(5, "one"), pointwise(6, "two"))
    findings = profiled(network, picture(40, 48), "patches", "shift", "mirror")
    for layer in ("one", "two"):
        assert of_layer(findings, layer, "pooled") == pytest.approx([0.0] * 9, abs=1e-4)
        assert min(of_layer(findings, layer, "map")) > 0.1


def test_a_wrapped_border_pools_a_shift_to_the_same():
    inputs = maps = keras.Input((32, 48, 3))
    keras.utils.set_random_seed(2)
    for name in ("one", "two"):
        for axis in (1, 2):
            first = maps[:, -1:] if axis == 1 else maps[:, :, -1:]
            last = maps[:, :1] if axis == 1 else maps[:, :, :1]
            maps = keras.layers.Concatenate(axis=axis)([first, maps, last])
        maps = keras.layers.Conv2D(5, 3, activation="relu", name=name)(maps)
    network = Network("wrapped", keras.Model(inputs, maps), "random")
    findings = profiled(network, picture(32, 48), "shift", "mirror", layers=("one", "two"))
    for layer in ("one", "two"):
        assert of_layer(findings, layer, "pooled")[:3] == pytest.approx([0.0] * 3, abs=1e-4)
        assert min(of_layer(findings, layer, "pooled")[3:]) > 1e-3  # turned kernels see other edges
        assert min(of_layer(findings, layer, "map")) > 0.1


def test_a_layer_that_answers_alike_to_all_has_no_figures():
    constant = pointwise(2, "constant")
    network = network_of(constant)
    constant.set_weights([np.zeros((1, 1, 3, 2)), np.ones(2)])
    findings = profiled(network, picture(40, 48), "blur", "shift")
    assert of_layer(findings, "constant", "map") == [None] * 6
    assert PROFILE.tables(findings)[0].name == "profile_spread"
