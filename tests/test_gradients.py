from dataclasses import replace

import keras
import numpy as np
import pytest

from dreamlab.config import DreamConfig
from dreamlab.dream.ascent import Octave
from dreamlab.dream.compiled import Ascent, compile_ascent
from dreamlab.errors import DreamError
from dreamlab.models import Network, load_model
from tests.tiny import picture, tiny_network

TWO_LAYERS = {"second": 0.7, "third": -0.2}


@pytest.fixture(scope="module")
def vgg16():
    return load_model("vgg16")


def octave_of(network, config, image):
    ascent = compile_ascent(network, config, "float32")
    return Octave(ascent, config, image.shape[:2])


def test_the_loss_is_the_notebooks_formula_with_unequal_weights():
    network = tiny_network()
    image = picture(20, 26)
    activations = network.cut(["second", "third"], "float32")(image[None])
    second, third = (activations[name].numpy() for name in ("second", "third"))
    expected = [
        0.7 * np.sum(np.square(second[:, 2:-2, 2:-2])) / second.size,
        -0.2 * np.sum(np.square(third[:, 2:-2, 2:-2])) / third.size,
    ]
    octave = octave_of(network, DreamConfig(layers=TWO_LAYERS), image)
    shares, _ = octave.gradient(image)
    assert shares == pytest.approx(expected, rel=1e-5)


def test_a_map_of_4_counts_whole_instead_of_as_nothing():
    network = tiny_network()
    image = picture(8, 8)  # "third" is 4 x 4
    activation = network.cut(["third"], "float32")(image[None])["third"].numpy()
    shares, gradient = octave_of(network, DreamConfig(layers={"third": 1}), image).gradient(image)
    assert shares == pytest.approx([np.mean(np.square(activation))], rel=1e-5)
    assert np.abs(gradient).max() > 0


def test_the_gradient_is_the_slope_by_finite_differences():
    network = tiny_network(smooth=True)
    image = picture(14, 18)
    octave = octave_of(network, DreamConfig(layers=TWO_LAYERS), image)
    _, gradient = octave.gradient(image)
    generator = np.random.default_rng(3)
    for _ in range(5):
        direction = generator.standard_normal(image.shape).astype(np.float32)
        up, down = (
            octave.gradient(image + sign * 2e-3 * direction)[0].sum(dtype=np.float64)
            for sign in (1, -1)
        )
        slope = (up - down) / 4e-3
        assert slope == pytest.approx(float(np.sum(gradient * direction)), rel=0.01, abs=1e-4)


def test_a_step_moves_the_mean_pixel_by_the_step_along_the_gradient():
    network = tiny_network()
    image = picture(20, 20)
    octave = octave_of(network, DreamConfig(layers=TWO_LAYERS, step=0.03), image)
    _, gradient = octave.gradient(image)
    _, raised = octave.step(image, (0, 0))
    moved = np.asarray(raised) - image
    assert np.mean(np.abs(moved)) == pytest.approx(0.03, rel=1e-4)
    assert moved == pytest.approx(0.03 * gradient / np.mean(np.abs(gradient)), abs=1e-6)


def test_a_flat_loss_does_not_divide_by_zero():
    network = tiny_network()
    image = np.zeros((12, 12, 3), np.float32)
    octave = octave_of(network, DreamConfig(layers={"second": 1e-30}), image)
    _, raised = octave.step(image, (0, 0))
    assert np.isfinite(raised).all()


def test_channels_restrict_the_loss_to_their_own_mean():
    network = tiny_network()
    image = picture(20, 20)
    activation = network.cut(["second"], "float32")(image[None])["second"].numpy()
    config = DreamConfig(layers={"second": 2}, channels={"second": [1, 4]})
    shares, _ = octave_of(network, config, image).gradient(image)
    chosen = activation[..., [1, 4]]
    expected = 2 * np.sum(np.square(chosen[:, 2:-2, 2:-2])) / chosen.size
    assert shares == pytest.approx([expected], rel=1e-5)


def test_a_shift_is_undone_after_the_step():
    network = tiny_network()
    image = picture(20, 24)
    octave = octave_of(network, DreamConfig(layers=TWO_LAYERS), image)
    shares, raised = octave.step(image, (3, -5))
    rolled_shares, rolled = octave.step(np.roll(image, (3, -5), (0, 1)), (0, 0))
    assert shares == pytest.approx(rolled_shares, rel=1e-5)
    assert np.asarray(raised) == pytest.approx(np.roll(rolled, (-3, 5), (0, 1)), abs=1e-5)
    plain_shares, _ = octave.step(image, (0, 0))
    assert abs(shares - plain_shares).max() > 1e-5


def test_one_trace_serves_all_sizes_weights_and_steps():
    network = tiny_network()
    for height, width in ((12, 14), (17, 19), (40, 33)):
        for weight, step in ((1.0, 0.01), (2.0, 0.05)):
            config = DreamConfig(layers={"second": weight}, step=step)
            octave_of(network, config, picture(height, width)).step(
                picture(height, width), (height % 3, 0)
            )
    ascent = compile_ascent(network, config, "float32")
    assert ascent.step.experimental_get_tracing_count() == 1


def test_an_unknown_layer_is_named_with_those_that_are_close():
    with pytest.raises(DreamError, match="tiny has no layer 'thirt': did you mean third"):
        compile_ascent(tiny_network(), DreamConfig(layers={"thirt": 1}), "float32")


def test_an_unknown_channel_is_an_error_with_the_range():
    with pytest.raises(DreamError, match="third has no channel 6; choose 0 to 5"):
        config = DreamConfig(layers={"third": 1}, channels={"third": [6]})
        compile_ascent(tiny_network(), config, "float32")


@pytest.mark.parametrize("size", [(128, 192), (121, 163)])
@pytest.mark.parametrize("side", [64, 71, 96])
def test_tiles_add_up_to_the_whole_gradient(size, side):
    network = tiny_network()
    image = picture(*size)
    config = DreamConfig(layers={"first": 0.3, "second": 0.7, "third": -0.2})
    whole = octave_of(network, config, image)
    tiled = octave_of(network, replace(config, tile=side), image)
    assert len(tiled.tiles) > 1
    shares, gradient = whole.gradient(image)
    tiled_shares, tiled_gradient = tiled.gradient(image)
    assert tiled_shares == pytest.approx(shares, rel=1e-5)
    assert np.abs(tiled_gradient - gradient).max() <= 1e-5 * np.abs(gradient).max()


def test_tiles_past_the_end_of_an_unpadded_map_own_nothing():
    inputs = keras.Input((None, None, 3))
    body = keras.layers.Conv2D(4, 9, strides=2, activation="relu", name="valid")(inputs)
    body = keras.layers.Conv2D(4, 9, strides=2, activation="relu", name="deeper")(body)
    network = Network("unpadded", keras.Model(inputs, body), "random")
    image = picture(130, 131)
    config = DreamConfig(layers={"valid": 1.0, "deeper": 1.0})
    shares, gradient = octave_of(network, config, image).gradient(image)
    tiled = octave_of(network, replace(config, tile=64), image)
    tiled_shares, tiled_gradient = tiled.gradient(image)
    assert tiled_shares == pytest.approx(shares, rel=1e-5)
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
    shares, gradient = octave.gradient(image)
    expected = 0.0
    for tile in octave.tiles:
        crop = image[tile.top : tile.bottom, tile.left : tile.right]
        part, _ = octave_of(network, replace(config, tile="auto"), crop).gradient(crop)
        expected += part[0] * crop[..., 0].size / image[..., 0].size
    assert shares == pytest.approx([expected], rel=1e-4)
    assert (np.abs(gradient).sum(axis=2) > 0).mean() > 0.9
    assert octave.roaming > 0


def test_a_tiled_step_is_the_untiled_one():
    network = tiny_network()
    image = picture(100, 140)
    config = DreamConfig(layers=TWO_LAYERS)
    tiles = replace(config, tile=64)
    for shift in ((0, 0), (7, -11)):
        shares, raised = octave_of(network, config, image).step(image, shift)
        tiled_shares, tiled = octave_of(network, tiles, image).step(image, shift)
        assert tiled_shares == pytest.approx(shares, rel=1e-5)
        assert tiled == pytest.approx(np.asarray(raised), abs=1e-5)


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
    ascent = compile_ascent(vgg16, config, "float32")
    image = picture(*size)
    shares, gradient = Octave(ascent, config, size).gradient(image)
    tiled = Octave(ascent, replace(config, tile=side), size)
    assert len(tiled.tiles) == count
    assert len({(one.bottom - one.top, one.right - one.left) for one in tiled.tiles}) == 1
    tiled_shares, tiled_gradient = tiled.gradient(image)
    assert tiled_shares == pytest.approx(shares, rel=1e-4)
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
    ascent = Ascent(network, tuple(layers), (None,) * len(layers), "float32", "notebook")
    size = (301, 806)
    image = picture(*size)
    shares, gradient = Octave(ascent, config, size).gradient(image)
    tiled = Octave(ascent, replace(config, tile=96), size)
    assert len(tiled.tiles) > 1
    tiled_shares, tiled_gradient = tiled.gradient(image)
    assert tiled_shares == pytest.approx(shares, rel=1e-3)
    assert np.abs(tiled_gradient - gradient).max() <= 1e-3 * np.abs(gradient).max()


def stubborn() -> Network:
    """A network that says it takes any size and fails on all but 8 x 8."""
    picture = keras.Input((None, None, 3))
    answer = keras.layers.Conv2D(4, 3, padding="same", name="first")(picture)
    answer = keras.layers.Reshape((8, 8, 4), name="shaped")(answer)
    answer = keras.layers.Conv2D(4, 3, padding="same", name="last")(answer)
    return Network("stubborn", keras.Model(picture, answer), "random")


def test_a_network_that_fails_is_said_in_words(monkeypatch):
    config, image = DreamConfig(layers={"last": 1}), picture(70, 90)
    with pytest.raises(DreamError, match=r"fails on a picture of 90 x 70 px \(ValueError\)"):
        octave_of(stubborn(), config, image)
    monkeypatch.setattr(Ascent, "maps", lambda self, shape: [(8, 8)])
    octave = octave_of(stubborn(), config, image)
    with pytest.raises(DreamError, match=r"fails on a picture of 90 x 70 px \(Inv\w+Error\)"):
        octave.step(image, (0, 0))
