"""What a position sees of pictures of one size, to the pixel, against gradients."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers as kl

from dreamlab.images.shape import Shape
from dreamlab.models.receptive_field import fields_at


def _conv(*arguments, **options):
    return kl.Conv2D(2, *arguments, **options)


def _strided(x):
    for kernel in (3, 5, 2):
        x = _conv(kernel, strides=2, padding="same")(x)
    return x


def _pooled(x):
    x = kl.AveragePooling2D(3, 2, "same")(_conv(3, padding="same")(x))
    return _conv(3, strides=2, padding="same")(_conv(2)(x))


def _branches(x):
    x = _conv(3, strides=2, padding="same")(x)
    return kl.Concatenate()([_conv(4, strides=2, padding="same")(x), _conv(1, strides=2)(x)])


def _padded(x):
    x = _conv((3, 5), strides=2)(kl.ZeroPadding2D(((1, 0), (2, 1)))(x))
    return kl.DepthwiseConv2D(3, strides=2, padding="same")(x)


def _skipping(x):
    """A stride over the kernel: some pixels are seen by no position."""
    return _conv(2, strides=3, padding="same")(x)


def _doubled(x):
    x = kl.UpSampling2D(2)(_conv(3, strides=4, padding="same")(x))
    return _conv(3, padding="same")(x)


def _smooth(x):
    return kl.UpSampling2D(2, interpolation="bilinear")(_conv(3, strides=2, padding="same")(x))


def _transposed(x):
    x = _conv(3, strides=2, padding="same")(x)
    return kl.Conv2DTranspose(2, 4, 2, padding="same")(_conv(3, strides=2, padding="same")(x))


@pytest.mark.parametrize("shape", [Shape(24, 24), Shape(25, 30), Shape(27, 23)])
@pytest.mark.parametrize(
    "build",
    [_strided, _pooled, _branches, _padded, _skipping, _doubled, _smooth, _transposed],
)
def test_the_window_is_what_the_gradient_reaches(build, shape):
    picture = keras.Input((None, None, 3))
    model = keras.Model(picture, build(picture))
    generator = np.random.default_rng(0)
    # All positive, so that no gradient cancels another.
    model.set_weights([generator.uniform(0.5, 1.5, weight.shape) for weight in model.weights])
    fields = fields_at(model, model.layers[-1].name, shape)
    pixels = tf.constant(generator.uniform(1, 2, (1, *shape, 3)), tf.float32)

    @tf.function
    def gradient(row, column):
        with tf.GradientTape() as tape:
            tape.watch(pixels)
            answer = tf.reduce_sum(model(pixels)[:, row, column])
        return tape.gradient(answer, pixels)

    rows, columns = model(pixels).shape[1:3]
    places = [(row, column) for row in range(rows) for column in range(columns)]
    for place in places[:: max(1, len(places) // 12)] + places[-1:]:
        touched = np.abs(gradient(*map(tf.constant, place)).numpy()).sum((0, 3)) > 0
        for axis, (field, position) in enumerate(zip(fields, place, strict=True)):
            seen = np.flatnonzero(touched.any(1 - axis))
            assert field.window(position) == (seen[0], seen[-1] + 1)


def test_a_layer_that_sees_everything_has_no_window():
    picture = keras.Input((None, None, 3))
    mean = kl.GlobalAveragePooling2D(keepdims=True)(picture)
    model = keras.Model(picture, kl.Multiply(name="last")([picture, mean]))
    assert fields_at(model, "last", Shape(20, 20)) is None
