import keras
import numpy as np
import pytest
import tensorflow as tf

from dreamlab.dream.effective_field import EffectiveField
from dreamlab.errors import DreamError
from dreamlab.images.extent import deviation, square_side
from dreamlab.images.shape import Shape
from dreamlab.models import Network, load_model
from tests.support.tiny import normalizing_model, picture, silenced, tiny_network


def uniform_network(count: int, kernel: int, *, sign: float = 1.0) -> Network:
    """Linear layers of uniform kernels, "linear_1" and so on."""
    maps = inputs = keras.Input((None, None, 3))
    for place in range(count):
        maps = keras.layers.Conv2D(2, kernel, padding="same", name=f"linear_{place + 1}")(maps)
    model = keras.Model(inputs, maps)
    model.set_weights([np.full(w.shape, sign * 0.1) * (w.ndim > 1) for w in model.get_weights()])
    return Network("uniform", model, "random")


def _field(network, layer, image):
    return EffectiveField(network, layer, Shape.of(image), "float32", "notebook")


@pytest.mark.parametrize("count, kernel", [(1, 3), (2, 3), (4, 3), (3, 5)])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_the_variance_on_uniform_layers_is_that_of_a_sum_of_uniform_numbers(count, kernel, sign):
    network, image = uniform_network(count, kernel, sign=sign), picture(40, 48)
    field = _field(network, f"linear_{count}", image)
    for seen in field.seen(image, field.positions(3, 0)):
        theoretical = count * (kernel - 1) + 1
        assert seen.gradient.shape == (theoretical, theoretical)
        assert seen.gradient.sum() == pytest.approx(1)
        assert deviation(seen.gradient) ** 2 == pytest.approx(count * (kernel**2 - 1) / 12)
        assert square_side(seen.gradient, seen.centre, 0.95) <= theoretical


def _whole_gradient(network, layer, image, position):
    """The gradient of a position by the whole picture, with Keras's own layers."""
    model = network.plain_extractor([layer], "float32")
    pictures = tf.constant(image[None])
    with tf.GradientTape() as tape:
        tape.watch(pictures)
        maps = network.activations(model, pictures, "notebook")[layer]
        total = tf.reduce_sum(maps[0, position[0], position[1]])
    gradient = np.abs(tape.gradient(total, pictures).numpy()[0]).sum(axis=2)
    return gradient / gradient.sum()


@pytest.mark.parametrize(
    "network, layer",
    [
        (tiny_network(), "third"),
        (tiny_network(seeing_all=True), "excited"),
        (Network("normalizing", normalizing_model(), "random"), "high"),
        (load_model("efficientnet_lite0", weights=None), "block2a_project"),
    ],
)
@pytest.mark.parametrize("shape", [(61, 74), (64, 80), (9, 70)])
def test_a_gradient_on_a_crop_is_that_on_the_whole_picture(network, layer, shape):
    image = picture(*shape)
    field = _field(network, layer, image)
    info = network.layer(layer)
    rows, columns = (info.map_side(side) for side in shape)
    corners = [(0, 0), (rows - 1, columns - 1), (rows // 2, columns // 3)]
    compared = 0
    for position, seen in zip(corners, field.seen(image, corners), strict=True):
        if seen is not None:
            expected = _whole_gradient(network, layer, image, position)
            assert seen.gradient.sum() == pytest.approx(1)
            np.testing.assert_allclose(seen.on(Shape(*shape)), expected, rtol=1e-3, atol=1e-6)
            compared += 1
    assert compared


def test_positions_are_seeded_and_see_the_picture_alone():
    network = tiny_network()
    field = EffectiveField(network, "third", Shape(30, 40), "float32", "notebook")
    places = field.positions(6, 3)
    assert places == field.positions(6, 3) != field.positions(6, 4)
    assert len(set(places)) == 6
    seen = network.receptive_fields["third"]
    for row, column in field.positions(10**6, 0):
        for place, side in ((row, 30), (column, 40)):
            assert place * seen.stride - seen.left >= 0
            assert place * seen.stride + seen.right <= side
    # Along an axis that is too short, the middle.
    flat = EffectiveField(network, "third", Shape(8, 40), "float32", "notebook")
    assert {row for row, _ in flat.positions(10**6, 0)} == {1, 2}


def test_a_position_that_nothing_reaches_sees_nothing():
    network, image = silenced(tiny_network(), "first"), picture(20, 24)
    field = _field(network, "second", image)
    assert list(field.seen(image, field.positions(2, 0))) == [None, None]


def test_gradients_without_end_are_told():
    network, image = tiny_network(), picture(20, 24)
    model = network.feature_extractor(["third"], "float32")
    for name in ("first", "second", "third"):
        layer = model.get_layer(name)
        layer.set_weights([np.abs(w) * 1e20 for w in layer.get_weights()])
    field = _field(network, "third", np.abs(image) + 1)
    with pytest.raises(DreamError, match="gradient of third is not finite: choose another layer"):
        list(field.seen(np.abs(image) + 1, field.positions(2, 0)))
