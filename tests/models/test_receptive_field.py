"""Receptive fields, against those found by following gradients."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers as kl
from keras import ops

from dreamlab.errors import DreamError
from dreamlab.models import load_model
from dreamlab.models.receptive_field import layer_receptive_fields

SIDE = 64


def _network(build):
    """A network whose weights are all positive, so that no gradient cancels another."""
    picture = keras.Input((None, None, 3))
    model = keras.Model(picture, build(picture))
    generator = np.random.default_rng(0)
    model.set_weights([generator.uniform(0.5, 1.5, weight.shape) for weight in model.weights])
    return model


def _seen(model, side=SIDE, shift=0):
    """A position in the middle of the last map, and what it sees, found by following gradients.

    Returns its index, and for each axis the first pixel that it sees and the one after the last.
    """
    pixels = np.random.default_rng(1).uniform(1, 2, (1, side, side, 3))
    picture = tf.Variable(pixels, dtype=tf.float32)
    with tf.GradientTape() as tape:
        out = model(picture, training=False)
        middle = out.shape[1] // 2 + shift
        activation = tf.reduce_sum(out[:, middle, middle])
    touched = np.abs(tape.gradient(activation, picture).numpy()).sum((0, 3)) > 0
    spans = []
    for axis in (0, 1):
        seen = np.flatnonzero(touched.any(1 - axis))
        spans.append((seen[0], seen[-1] + 1))
    return middle, spans


def _conv(*arguments, **options):
    return kl.Conv2D(2, *arguments, **options)


def _residual(x):
    x = _conv(3, padding="same")(x)
    return kl.Add()([x, _conv(5, padding="same")(_conv(3, padding="same")(x))])


def _branches(x):
    x = _conv(3, strides=2, padding="same")(x)
    ways = [_conv(1)(x), _conv(5, padding="same")(x), kl.AveragePooling2D(3, 1, "same")(x)]
    return kl.Concatenate()(ways)


def _padded(x):
    x = kl.ZeroPadding2D(((1, 2), (1, 2)))(x)
    x = _conv(3, strides=2)(x)
    return _conv(3, padding="same")(x)


def _enlarged(enlarge):
    """A map of stride 4 that is enlarged and convolved."""
    return lambda x: _conv(3, padding="same")(enlarge(_conv(4, strides=4)(x)))


def _joined(x):
    """A small U-Net: a map of stride 1 beside what was halved and doubled."""
    low = _conv(3, padding="same")(kl.AveragePooling2D(2)(x))
    return kl.Concatenate()([x, kl.UpSampling2D(2)(low)])


#: Name to network and the receptive field worked out by hand: r + (kernel - 1) * stride, each.
NETWORKS = {
    "same": (lambda x: _conv(3, padding="same")(x), 3),
    "valid": (lambda x: _conv(4)(_conv(3)(x)), 6),
    "dilated": (lambda x: _conv(3, dilation_rate=4, padding="same")(x), 9),
    "pooled": (lambda x: _conv(3)(kl.AveragePooling2D(2)(_conv(3)(x))), 8),
    "strided valid": (lambda x: _conv(3, strides=2)(_conv(5, strides=2)(x)), 9),
    "separable": (lambda x: kl.SeparableConv2D(2, 5, padding="same")(x), 5),
    "depthwise": (lambda x: _conv(1)(kl.DepthwiseConv2D(3, padding="same")(x)), 3),
    "normalised": (lambda x: kl.ReLU()(kl.BatchNormalization()(_conv(3)(x))), 3),
    "residual": (_residual, 9),
    "zero padding": (_padded, 7),
    "cropped": (lambda x: kl.Cropping2D(((2, 1), (2, 1)))(_conv(3)(x)), 3),
    "turned channels": (lambda x: _conv(3)(x[..., ::-1]), 3),
    "every second": (lambda x: _conv(3)(x[:, 1::2, 1::2]), 5),
    "cut at the edges": (lambda x: _conv(3)(x[:, 2:-3, 2:-3]), 3),
    "pooled by an operation": (lambda x: _conv(3)(ops.average_pool(x, 2)), 6),
}

#: Networks that enlarge, with the largest that a position sees: the places of an old position
#: differ, so that some see less. By hand: of stride 4 and 4 pixels wide, doubled, then 3 new
#: positions of stride 2, which lie in at most 2 old ones (3 where old ones overlap).
ENLARGED = {
    "doubled": (_enlarged(kl.UpSampling2D(2)), 8),
    "transposed": (_enlarged(lambda x: kl.Conv2DTranspose(2, 2, strides=2)(x)), 8),
    "overlapping": (_enlarged(lambda x: kl.Conv2DTranspose(2, 3, strides=2)(x)), 12),
    "padded": (_enlarged(lambda x: kl.Conv2DTranspose(2, 4, 2, padding="same")(x)), 12),
    "smooth": (_enlarged(kl.UpSampling2D(2, interpolation="bilinear")), 12),
    "fourfold": (_enlarged(kl.UpSampling2D(4, interpolation="bilinear")), 12),
    "joined": (_joined, 6),
    "doubled alone": (lambda x: kl.UpSampling2D(4)(_conv(4, strides=4)(x)), 4),
    "transposed alone": (lambda x: kl.Conv2DTranspose(2, 4, 4)(_conv(4, strides=4)(x)), 4),
    "smooth alone": (
        lambda x: kl.UpSampling2D(4, interpolation="bilinear")(_conv(4, strides=4)(x)),
        8,
    ),
    "halved again": (
        lambda x: kl.AveragePooling2D(2)(kl.UpSampling2D(4)(_conv(4, strides=4)(x))),
        4,
    ),
}


@pytest.mark.parametrize("name", ENLARGED)
def test_what_an_enlarged_map_sees(name):
    build, by_hand = ENLARGED[name]
    model = _network(build)
    field = list(layer_receptive_fields(model).values())[-1]
    assert field.local
    seen = 0
    for shift in range(field.grid // field.stride):
        middle, spans = _seen(model, shift=shift)
        for low, high in spans:
            assert low >= middle * field.stride - field.left
            assert high <= middle * field.stride + field.right
            seen = max(seen, high - low)
    assert field.bounded_size == seen == by_hand


@pytest.mark.parametrize("name", NETWORKS)
def test_what_a_position_sees_is_what_its_gradient_reaches(name):
    build, by_hand = NETWORKS[name]
    model = _network(build)
    field = list(layer_receptive_fields(model).values())[-1]
    middle, spans = _seen(model)
    for low, high in spans:
        assert low == middle * field.stride - field.left
        assert high == middle * field.stride + field.right
    assert field.bounded_size == by_hand
    assert field.local


def _strided(count):
    def build(x):
        for _ in range(count):
            x = _conv(3, strides=2, padding="same")(x)
        return x

    return build


@pytest.mark.parametrize(
    ("build", "by_hand"),
    [
        # 2 * field + 1, each: Araujo, Norris and Sim (2019).
        *((_strided(count), 2 ** (count + 1) - 1) for count in (1, 2, 3, 4, 5)),
        (_branches, 3 + 4 * 2),
        (
            lambda x: kl.AveragePooling2D(2, padding="same")(
                _conv(4, strides=2, padding="same")(x)
            ),
            6,
        ),
        # Two ways whose padding falls on the same side: the larger holds the smaller.
        (
            lambda x: kl.Add()(
                [_conv(5, strides=2, padding="same")(x), _conv(2, strides=2, padding="same")(x)]
            ),
            5,
        ),
    ],
)
def test_same_padding_under_a_stride(build, by_hand):
    model = _network(build)
    field = list(layer_receptive_fields(model).values())[-1]
    assert field.bounded_size == by_hand
    first, last = [], []
    # TensorFlow puts the padding left or right as the size has it: the field itself is the same.
    for side in range(160, 160 + field.stride):
        middle, spans = _seen(model, side)
        for low, high in spans:
            assert high - low == by_hand
            first.append(low - middle * field.stride)
            last.append(high - middle * field.stride)
    # Tiles need all that any size brings, and no more.
    assert (min(first), max(last)) == (-field.left, field.right)


def test_the_longer_axis_stands():
    model = _network(lambda x: _conv((3, 7), padding="same")(x))
    assert list(layer_receptive_fields(model).values())[-1].bounded_size == 7


def test_depth_is_of_the_longest_way_and_cost_counts_a_layer_once():
    model = _network(_residual)
    field = list(layer_receptive_fields(model).values())[-1]
    assert field.depth == 3
    # 3x3x3x2 + 3x3x2x2 + 5x5x2x2 multiplications a pixel, though two ways lead through the first.
    assert field.operations == 54 + 36 + 100


@pytest.mark.parametrize(
    "build",
    [
        lambda x: kl.Multiply()([x, kl.GlobalAveragePooling2D(keepdims=True)(x)]),
        lambda x: kl.UpSampling2D(2)(x),
        lambda x: _conv(3, strides=(1, 2))(x),
        lambda x: kl.Concatenate(axis=1)([x, x]),
    ],
    ids=["squeeze", "enlarged", "two strides", "beside one another"],
)
def test_a_layer_whose_reach_is_not_bounded_or_not_known_is_not_local(build):
    field = list(layer_receptive_fields(_network(build)).values())[-1]
    assert not field.local
    assert field.bounded_size is None


@pytest.mark.parametrize(("axis", "local"), [(-1, True), ((1, 2), False)])
def test_softmax_is_local_only_along_the_channels(axis, local):
    picture = keras.Input((9, 9, 3))
    model = keras.Model(picture, kl.Softmax(axis=axis)(picture))
    assert list(layer_receptive_fields(model).values())[-1].local is local


@pytest.mark.parametrize(("axis", "local"), [(-1, True), ((1, 2, 3), False)])
def test_normalisation_is_local_only_along_the_channels(axis, local):
    picture = keras.Input((9, 9, 3))
    model = keras.Model(picture, kl.LayerNormalization(axis=axis)(picture))
    assert list(layer_receptive_fields(model).values())[-1].local is local


def test_a_layer_used_twice_is_not_local():
    shared = kl.Conv2D(3, 3, padding="same", name="shared")
    model = _network(lambda x: shared(shared(x)))
    assert not layer_receptive_fields(model)["shared"].local


def test_a_network_without_a_graph_is_refused():
    class Own(keras.Model):
        pass

    with pytest.raises(DreamError, match="is not a functional Keras model"):
        layer_receptive_fields(Own(name="own"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("model", "layer", "published"),
    # Araujo, Norris and Sim (2019), table of receptive fields; VGG16 by hand:
    # 212 after the last pooling, 196 before it; MobileNetV2 too.
    [
        ("vgg16", "block5_conv3", 196),
        ("vgg16", "block5_pool", 212),
        ("resnet50", "conv5_block3_out", 483),
        ("inception_v3", "mixed10", 1311),
        ("mobilenet_v2", "out_relu", 491),
    ],
)
def test_published_receptive_fields(model, layer, published):
    assert load_model(model, weights=None).layer(layer).receptive_field == published


def _mean(shape):
    """A weight with which a layer gives means, so that nothing gets too small or too large."""
    depthwise = len(shape) == 4 and shape[3] == 1
    return 1 / np.prod(shape[:2] if depthwise else shape[:-1])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("model", "layer", "side"),
    [("vgg16", "block4_conv3", 160), ("mobilenet_v2", "block_13_depthwise", 352)],
)
def test_a_network_as_its_gradients_have_it(model, layer, side):
    network = load_model(model, weights=None)

    def smooth(operation):
        # The largest of four and a ReLU let only some gradients through: their means let all.
        if isinstance(operation, kl.MaxPooling2D):
            return kl.AveragePooling2D(operation.pool_size, operation.strides, operation.padding)
        if isinstance(operation, kl.ReLU):
            return kl.Activation("linear")
        return operation.__class__.from_config(operation.get_config())

    copy = keras.models.clone_model(
        network.feature_extractor([layer], "float32"), clone_function=smooth
    )
    copy.set_weights([np.full(weight.shape, _mean(weight.shape)) for weight in copy.weights])
    field = network.receptive_fields[layer]
    middle, spans = _seen(lambda *pictures, **options: copy(*pictures, **options)[layer], side)
    for low, high in spans:
        assert high - low == field.bounded_size
        assert low >= middle * field.stride - field.left
        assert high <= middle * field.stride + field.right
