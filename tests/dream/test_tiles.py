from dataclasses import replace

import keras
import numpy as np
import pytest

from dreamlab.config import DreamConfig
from dreamlab.dream.ascent import OctaveAscent
from dreamlab.dream.compiled import CompiledObjective, compile_objective
from dreamlab.models import Network, load_model
from tests.support.tiny import octave_of, picture, tiny_network, wide_network

TWO_LAYERS = {"second": 0.7, "third": -0.2}


@pytest.fixture(scope="module")
def vgg16():
    return load_model("vgg16")


@pytest.mark.parametrize("size", [(128, 192), (121, 163)])
@pytest.mark.parametrize("side", [64, 71, 96])
def test_tiles_add_up_to_the_whole_gradient(size, side):
    network = tiny_network()
    image = picture(*size)
    config = DreamConfig(layers={"first": 0.3, "second": 0.7, "third": -0.2})
    whole = octave_of(network, config, image)
    tiled = octave_of(network, replace(config, tile=side), image)
    assert len(tiled.tiles) > 1
    layer_losses, gradient = whole.gradient(image)
    tiled_losses, tiled_gradient = tiled.gradient(image)
    assert tiled_losses == pytest.approx(layer_losses, rel=1e-5)
    assert np.abs(tiled_gradient - gradient).max() <= 1e-5 * np.abs(gradient).max()


def test_tiles_past_the_end_of_an_unpadded_map_own_nothing():
    inputs = keras.Input((None, None, 3))
    body = keras.layers.Conv2D(4, 9, strides=2, activation="relu", name="valid")(inputs)
    body = keras.layers.Conv2D(4, 9, strides=2, activation="relu", name="deeper")(body)
    network = Network("unpadded", keras.Model(inputs, body), "random")
    image = picture(130, 131)
    config = DreamConfig(layers={"valid": 1.0, "deeper": 1.0})
    layer_losses, gradient = octave_of(network, config, image).gradient(image)
    tiled = octave_of(network, replace(config, tile=64), image)
    tiled_losses, tiled_gradient = tiled.gradient(image)
    assert tiled_losses == pytest.approx(layer_losses, rel=1e-5)
    assert np.abs(tiled_gradient - gradient).max() <= 1e-5 * np.abs(gradient).max()


def test_a_network_that_sees_the_whole_picture_is_tiled_without_gaps():
    network = tiny_network(seeing_all=True)
    image = picture(150, 130)
    config = DreamConfig(layers={"excited": 1.0}, tile=64)
    octave = octave_of(network, config, image)
    assert not octave.exact
    covered = np.zeros(image.shape[:2], int)
    for tile in octave.tiles:
        covered[tile.top : tile.bottom, tile.left : tile.right] += 1
    assert (covered == 1).all()
    layer_losses, gradient = octave.gradient(image)
    expected = 0.0
    for tile in octave.tiles:
        crop = image[tile.top : tile.bottom, tile.left : tile.right]
        part, _ = octave_of(network, replace(config, tile="auto"), crop).gradient(crop)
        expected += part[0] * crop[..., 0].size / image[..., 0].size
    assert layer_losses == pytest.approx([expected], rel=1e-4)
    assert (np.abs(gradient).sum(axis=2) > 0).mean() > 0.9
    assert octave.min_jitter > 0


def test_a_tiled_step_is_the_untiled_one():
    network = tiny_network()
    image = picture(100, 140)
    config = DreamConfig(layers=TWO_LAYERS)
    tiles = replace(config, tile=64)
    for shift in ((0, 0), (7, -11)):
        layer_losses, ascended = octave_of(network, config, image).step(image, shift)
        tiled_losses, tiled = octave_of(network, tiles, image).step(image, shift)
        assert tiled_losses == pytest.approx(layer_losses, rel=1e-5)
        assert tiled == pytest.approx(np.asarray(ascended), abs=1e-5)


def distance(computed, expected):
    """The norm of the difference, relative to that of what is expected."""
    return np.linalg.norm(computed - expected) / np.linalg.norm(expected)


@pytest.mark.parametrize("size", [(128, 192), (121, 163)])
@pytest.mark.parametrize("side", [64, 96])
def test_tiles_add_up_to_the_whole_gradient_by_winograd(size, side):
    # Without ReLU: a unit at zero to rounding lets its gradient through in a tile or in the whole.
    network = wide_network("tanh")
    image = picture(*size)
    config = DreamConfig(layers={"second": 0.7, "third": -0.2})
    objective = compile_objective(network, config, "float32", "winograd")
    layer_losses, gradient = OctaveAscent(objective, config, size).gradient(image)
    tiled = OctaveAscent(objective, replace(config, tile=side), size)
    assert len(tiled.tiles) > 1
    tiled_losses, tiled_gradient = tiled.gradient(image)
    assert tiled_losses == pytest.approx(layer_losses, rel=1e-5)
    assert np.abs(tiled_gradient - gradient).max() <= 1e-5 * np.abs(gradient).max()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("side", "size", "count"), [(128, (400, 600), 8), (256, (331, 457), 2), (96, (301, 333), 4)]
)
def test_tiles_of_vgg16_by_winograd_stray_less_than_a_picture_moved_by_a_millionth(
    vgg16, side, size, count
):
    config = DreamConfig.preset("mixed")
    objectives = {
        way: compile_objective(vgg16, config, "float32", way) for way in ("direct", "winograd")
    }
    image = picture(*size)
    moved = image + 1e-6 * np.random.default_rng(1).normal(size=image.shape).astype(np.float32)
    direct = OctaveAscent(objectives["direct"], config, size)
    unavoidable = distance(direct.gradient(moved)[1], direct.gradient(image)[1])
    layer_losses, gradient = OctaveAscent(objectives["winograd"], config, size).gradient(image)
    tiled = OctaveAscent(objectives["winograd"], replace(config, tile=side), size)
    assert len(tiled.tiles) == count
    tiled_losses, tiled_gradient = tiled.gradient(image)
    assert tiled_losses == pytest.approx(layer_losses, rel=1e-5)
    assert distance(tiled_gradient, gradient) < unavoidable < 0.01


@pytest.mark.slow
@pytest.mark.parametrize(
    ("side", "size", "count"),
    [
        (128, (400, 600), 8),
        (256, (400, 600), 2),
        (512, (400, 600), 1),  # with the margins it sees all of it
        (128, (331, 457), 6),
        (256, (331, 457), 2),
        (512, (333, 901), 2),
    ],
)
def test_tiles_of_vgg16_add_up_to_the_whole_gradient(vgg16, side, size, count):
    config = DreamConfig.preset("mixed")
    objective = compile_objective(vgg16, config, "float32")
    image = picture(*size)
    layer_losses, gradient = OctaveAscent(objective, config, size).gradient(image)
    tiled = OctaveAscent(objective, replace(config, tile=side), size)
    assert len(tiled.tiles) == count
    assert len({(tile.bottom - tile.top, tile.right - tile.left) for tile in tiled.tiles}) == 1
    tiled_losses, tiled_gradient = tiled.gradient(image)
    assert tiled_losses == pytest.approx(layer_losses, rel=1e-4)
    assert np.abs(tiled_gradient - gradient).max() <= 1e-4 * np.abs(gradient).max()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "layers"),
    [
        ("inception_v3", {"mixed0": 1.0, "mixed4": 2.0}),
        ("mobilenet_v2", {"block_2_add": 1.0, "block_6_expand_relu": 1.0}),
        ("resnet50", {"conv2_block1_out": 1.0, "conv3_block2_out": 0.5}),
        ("convnext_tiny", {"convnext_tiny_stage_0_block_1_identity": 1.0}),
    ],
)
def test_tiles_are_exact_for_other_networks(name, layers):
    """Strides under "same" padding, oblong kernels, branches and residual sums."""
    network = load_model(name, weights=None)
    config = DreamConfig(layers=layers)
    objective = CompiledObjective(
        network, tuple(layers), (None,) * len(layers), "float32", "direct", "notebook"
    )
    size = (301, 806)
    image = picture(*size)
    layer_losses, gradient = OctaveAscent(objective, config, size).gradient(image)
    tiled = OctaveAscent(objective, replace(config, tile=96), size)
    assert len(tiled.tiles) > 1
    tiled_losses, tiled_gradient = tiled.gradient(image)
    assert tiled_losses == pytest.approx(layer_losses, rel=1e-3)
    assert np.abs(tiled_gradient - gradient).max() <= 1e-3 * np.abs(gradient).max()
