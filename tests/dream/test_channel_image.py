import keras
import numpy as np
import pytest
import tensorflow as tf

from dreamlab.dream.channel_image import (
    ChannelVisualizer,
    frequency_scales,
    to_picture,
    unrectified,
)
from dreamlab.errors import DreamError
from tests.support.tiny import picture, tiny_network


@pytest.fixture(scope="module")
def network():
    return tiny_network()


#: Lucid's ``color_correlation_svd_sqrt``, divided by the longest of its columns, as there.
LUCID = np.array([[0.26, 0.09, 0.02], [0.27, 0.00, -0.05], [0.27, -0.09, 0.03]])
LUCID /= np.sqrt(0.26**2 + 0.27**2 + 0.27**2)


def test_the_fourier_picture_against_numpy():
    side = 8
    coefficients = np.random.default_rng(0).normal(0, 0.1, (2, 3, side, side // 2 + 1))
    scales = frequency_scales(side)
    assert scales[0, 0] == side * side  # the constant part counts as frequency 1 / side
    assert scales[0, 1] == side * side
    assert scales[0, 2] == scales[2, 0] == side * side / 2
    waves = np.fft.irfft2((coefficients[0] + 1j * coefficients[1]) * scales, (side, side)) / 4
    colours = np.einsum("cd,dhw->hwc", LUCID, waves)
    expected = 2 / (1 + np.exp(-colours)) - 1
    picture = to_picture(tf.constant(coefficients, tf.float32), scales)
    np.testing.assert_allclose(picture, expected, atol=1e-5)


def test_visualizing_raises_the_channel_and_is_seeded(network):
    visualizer = ChannelVisualizer(network, "second", 32, "float32", "notebook")
    runs = [
        [
            (objective, picture)
            for objective, picture in visualizer.visualize(1, 8, jitter=3, seed=seed)
        ]
        for seed in (0, 0, 1)
    ]
    assert runs[0][-1][0] > runs[0][0][0]
    assert np.array_equal(runs[0][-1][1], runs[1][-1][1])
    assert not np.array_equal(runs[0][-1][1], runs[2][-1][1])
    picture = runs[0][-1][1]
    assert picture.shape == (32, 32, 3)
    assert np.abs(picture).max() <= 1
    with pytest.raises(DreamError, match="side is 1; tiny needs at least 2 px"):
        ChannelVisualizer(network, "second", 1, "float32", "notebook")


def test_jitter_changes_what_is_grown(network):
    visualizer = ChannelVisualizer(network, "third", 32, "float32", "notebook")
    still, shifted = (
        [picture for _, picture in visualizer.visualize(1, 8, jitter=jitter, seed=0)][-1]
        for jitter in (0, 3)
    )
    assert np.abs(still - shifted).max() > 0.01


def test_the_last_relu_is_left_out(network):
    model = network.feature_extractor(["first"], "float32")
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
    pooled = unrectified(network.feature_extractor(["pool"], "float32"), "pool")(image)
    np.testing.assert_array_equal(
        pooled, network.feature_extractor(["pool"], "float32")(image)["pool"]
    )
