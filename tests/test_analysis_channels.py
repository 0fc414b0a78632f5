import keras
import numpy as np
import pytest
import tensorflow as tf

from dreamlab.analysis import named
from dreamlab.analysis.channels import ChannelSettings, mean_squares, overlay, strongest
from dreamlab.analysis.run import analyse
from dreamlab.dream.activations import Activations
from dreamlab.dream.channel_image import Growth, frequency_scales, to_picture, unrectified
from dreamlab.errors import DreamError
from tests.tiny import picture, tiny_network

CHANNELS = named("channels")


@pytest.fixture(scope="module")
def network():
    return tiny_network()


def _settings(**values):
    base = {"layer": "third", "side": 32, "steps": 6, "jitter": 2, "precision": "float32"}
    return ChannelSettings(**base | values)


def test_the_strongest_channels_by_hand():
    answer = np.zeros((2, 1, 4), np.float32)
    answer[:, 0, 0] = 1, 1  # mean square 1
    answer[:, 0, 2] = 2, 0  # 2
    answer[:, 0, 3] = -1, -1  # 1: size counts, not sign
    squares = mean_squares(answer)
    assert squares.tolist() == [1, 0, 2, 1]
    assert strongest(squares, 3) == (2, 0, 3)


def test_an_overlay_glows_where_the_channel_answers():
    image = np.zeros((4, 4, 3), np.float32)
    answer = np.float32([[0, 0], [0, -8]])
    drawn = overlay(image, answer)
    np.testing.assert_allclose(drawn[0, 0], [-0.55] * 3, atol=1e-6)  # dimmed grey
    np.testing.assert_allclose(drawn[3, 3], [1.0, 0.35, -0.8], atol=1e-6)
    np.testing.assert_allclose(overlay(image, np.zeros((2, 2), np.float32)), -0.55, atol=1e-6)


def test_the_channels_that_answer_most_are_mapped_and_grown(network):
    image = picture(20, 24)
    found = analyse(CHANNELS, image, network, _settings(count=2))
    answer = Activations(network, ("third",), "float32", "notebook").maps(image)["third"]
    squares = np.mean(answer.astype(float) ** 2, axis=(0, 1))
    expected = np.argsort(-squares)[:2]
    maps = [item for item in found.items if item.values["kind"] == "map"]
    assert [item.values["channel"] for item in maps] == expected.tolist()
    assert maps[0].values["answer"] == pytest.approx(squares.max())
    assert maps[0].values["share"] == pytest.approx(squares.max() / squares.sum())
    grown = [item for item in found.items if item.values["kind"] == "grown"]
    assert [item.values["channel"] for item in grown] == expected.tolist()
    for item in grown:
        assert item.values["last_objective"] > item.values["first_objective"]


def test_without_a_picture_there_are_no_maps(network):
    found = analyse(CHANNELS, None, network, _settings(count=2, steps=2))
    assert [item.key for item in found.items] == ["third-0-grown", "third-1-grown"]
    found = analyse(CHANNELS, None, network, _settings(channels=(5,), steps=2))
    assert [item.key for item in found.items] == ["third-5-grown"]
    assert not CHANNELS.tables(found)
    with pytest.raises(DreamError, match="third has no channel 6; choose 0 to 5"):
        analyse(CHANNELS, None, network, _settings(channels=(6,)))
    with pytest.raises(DreamError, match="layer"):
        analyse(CHANNELS, None, network, _settings(layer="thrid"))


#: Lucid's ``color_correlation_svd_sqrt``, divided by the longest of its columns, as there.
LUCID = np.array([[0.26, 0.09, 0.02], [0.27, 0.00, -0.05], [0.27, -0.09, 0.03]])
LUCID /= np.sqrt(0.26**2 + 0.27**2 + 0.27**2)


def test_the_fourier_picture_against_numpy():
    side = 8
    drawn = np.random.default_rng(0).normal(0, 0.1, (2, 3, side, side // 2 + 1))
    scales = frequency_scales(side)
    assert scales[0, 0] == side * side  # the constant part counts as frequency 1 / side
    assert scales[0, 1] == side * side
    assert scales[0, 2] == scales[2, 0] == side * side / 2
    waves = np.fft.irfft2((drawn[0] + 1j * drawn[1]) * scales, (side, side)) / 4
    colours = np.einsum("cd,dhw->hwc", LUCID, waves)
    expected = 2 / (1 + np.exp(-colours)) - 1
    found = to_picture(tf.constant(drawn, tf.float32), scales)
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_growing_raises_the_channel_and_is_seeded(network):
    grower = Growth(network, "second", 32, "float32", "notebook")
    runs = [
        [(objective, picture) for objective, picture in grower.grow(1, 8, jitter=3, seed=seed)]
        for seed in (0, 0, 1)
    ]
    assert runs[0][-1][0] > runs[0][0][0]
    assert np.array_equal(runs[0][-1][1], runs[1][-1][1])
    assert not np.array_equal(runs[0][-1][1], runs[2][-1][1])
    grown = runs[0][-1][1]
    assert grown.shape == (32, 32, 3)
    assert np.abs(grown).max() <= 1
    with pytest.raises(DreamError, match="side is 1; tiny needs at least 2 px"):
        Growth(network, "second", 1, "float32", "notebook")


def test_jitter_changes_what_is_grown(network):
    grower = Growth(network, "third", 32, "float32", "notebook")
    still, shifted = (
        [grown for _, grown in grower.grow(1, 8, jitter=jitter, seed=0)][-1] for jitter in (0, 3)
    )
    assert np.abs(still - shifted).max() > 0.01


def test_the_last_relu_is_left_out(network):
    model = network.cut(["first"], "float32")
    kernel, bias = model.get_layer("first").get_weights()
    image = picture(8, 8)[None]
    expected = tf.nn.conv2d(image, kernel, 1, "SAME") + bias
    assert float(tf.reduce_min(expected)) < 0
    np.testing.assert_allclose(unrectified(model, "first")(image), expected, atol=1e-5)
    # One that stands alone is left out too; a layer that has none stays.
    start = keras.Input((None, None, 3))
    for last in (keras.layers.Activation("relu", name="last"), keras.layers.ReLU(name="last")):
        np.testing.assert_array_equal(
            unrectified(keras.Model(start, last(start)), "last")(image), image
        )
    pooled = unrectified(network.cut(["pool"], "float32"), "pool")(image)
    np.testing.assert_array_equal(pooled, network.cut(["pool"], "float32")(image)["pool"])
