import keras
import numpy as np
import tensorflow as tf

from dreamlab.dream.unrectified import unrectified
from tests.support.tiny import picture, tiny_network


def test_the_last_relu_is_left_out():
    network = tiny_network()
    model = network.feature_extractor(["first"], "float32")
    kernel, bias = model.get_layer("first").get_weights()
    image = picture(8, 8)[None]
    expected = tf.nn.conv2d(image, kernel, 1, "SAME") + bias
    assert float(tf.reduce_min(expected)) < 0
    straight, rectify = unrectified(model, "first")
    np.testing.assert_allclose(straight(image), expected, atol=1e-5)
    np.testing.assert_allclose(rectify(straight(image)), model(image)["first"], atol=1e-5)
    # One that stands alone is left out too, with what it does.
    start = keras.Input((None, None, 3))
    for last in (
        keras.layers.Activation("relu", name="last"),
        keras.layers.ReLU(0.5, name="last"),
    ):
        straight, rectify = unrectified(keras.Model(start, last(start)), "last")
        np.testing.assert_array_equal(straight(image), image)
        np.testing.assert_array_equal(rectify(image), last(image))
    # A layer that has none stays.
    model = network.feature_extractor(["pool"], "float32")
    straight, rectify = unrectified(model, "pool")
    np.testing.assert_array_equal(rectify(straight(image)), model(image)["pool"])
