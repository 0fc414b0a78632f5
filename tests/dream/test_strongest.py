"""Responses and their places, by SciPy; what a place sees, by changing pixels."""

import keras
import numpy as np
import pytest
from keras import layers as kl

from dreamlab.dream.strongest import responses, seen
from dreamlab.errors import DreamError
from dreamlab.images.pixels import from_pixels
from dreamlab.images.shape import Shape
from dreamlab.models import Network, load_model
from tests.support.tiny import activations_by_hand, tiny_network


def _all(steps):
    """What a generator returns."""
    while True:
        try:
            assert 0 < next(steps) <= 1
        except StopIteration as end:
            return end.value


def _pixels(count, height, width, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (count, height, width, 3), np.uint8)


def _responses(network, layer, pixels):
    return _all(responses(network, layer, pixels, "float32", "notebook"))


@pytest.mark.parametrize("layer", ["first", "third"])
def test_responses_are_those_by_hand(layer):
    network, pixels = tiny_network(), _pixels(3, 20, 26)
    found = _responses(network, layer, pixels)
    for place, picture in enumerate(from_pixels(pixels)):
        maps = activations_by_hand(network, picture)[layer]
        assert found.squares[place] == pytest.approx(np.mean(maps**2), rel=1e-5)
        energy = (maps**2).sum(2)
        assert tuple(found.places[place]) == np.unravel_index(energy.argmax(), energy.shape)
        np.testing.assert_allclose(found.means[place], maps.mean((0, 1)), rtol=1e-5)
        np.testing.assert_allclose(found.peaks[place], maps.max((0, 1)), rtol=1e-5)
        for channel in range(maps.shape[2]):
            own = maps[..., channel]
            if own.max() > 0:
                at = np.unravel_index(own.argmax(), own.shape)
                assert tuple(found.peak_places[place, channel]) == at


def test_a_batch_changes_nothing():
    """200 x 200 px: 3 pictures at once, then 1."""
    network, pixels = tiny_network(), _pixels(4, 200, 200)
    together = _responses(network, "third", pixels)
    alone = [_responses(network, "third", pixels[[place]]) for place in range(4)]
    for name, values in vars(together).items():
        single = np.concatenate([getattr(part, name) for part in alone])
        np.testing.assert_allclose(values, single, rtol=1e-5)


def _strided(x):
    for kernel in (3, 2):
        x = kl.Conv2D(3, kernel, strides=2, padding="same")(x)
    return kl.AveragePooling2D(3, 2, "same")(x)


def _enlarging(x):
    x = kl.UpSampling2D(2)(kl.Conv2D(3, 3, strides=4, padding="same")(x))
    return kl.Conv2D(3, 3, padding="same")(x)


def _falling_short(x):
    """The last rows and columns of some sizes are seen by nothing."""
    return kl.Conv2D(3, 3, padding="same")(kl.Conv2D(3, 4, strides=3)(x))


@pytest.mark.parametrize("shape", [Shape(32, 32), Shape(33, 37), Shape(35, 30)])
@pytest.mark.parametrize("build", [_strided, _enlarging, _falling_short])
def test_a_place_sees_its_part_of_the_picture_and_nothing_else(build, shape):
    picture = keras.Input((None, None, 3))
    model = keras.Model(picture, build(picture))
    generator = np.random.default_rng(0)
    # All positive: each pixel that is seen adds something.
    model.set_weights([generator.uniform(0.5, 1.5, weight.shape) for weight in model.weights])
    network, layer = Network("own", model, "random"), model.layers[-1].name
    pixels = _pixels(1, *shape)
    found = _responses(network, layer, pixels)
    for row, column in [*found.peak_places[0], *found.places]:
        left, top, right, bottom = seen(network, layer, shape, row, column)

        def answer(changed, row=row, column=column):
            return model(from_pixels(changed)).numpy()[0, row, column]

        outside = _pixels(1, *shape, seed=1)
        outside[:, top:bottom, left:right] = pixels[:, top:bottom, left:right]
        assert answer(outside) == pytest.approx(answer(pixels), rel=1e-6)
        for edge in [
            np.s_[:, top, left:right],
            np.s_[:, bottom - 1, left:right],
            np.s_[:, top:bottom, left],
            np.s_[:, top:bottom, right - 1],
        ]:
            inside = pixels.copy()
            inside[edge] //= 2
            assert (answer(inside) < answer(pixels) - 1e-3).all()


def test_a_place_of_a_layer_that_sees_everything_sees_the_whole_picture():
    network = tiny_network(seeing_all=True)
    assert seen(network, "excited", Shape(20, 26), 3, 4) == (0, 0, 26, 20)


def test_a_network_that_fails_says_so():
    with pytest.raises(DreamError, match="no layer 'fourth'"):
        _responses(tiny_network(), "fourth", _pixels(1, 20, 20))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "layer"),
    [
        ("vgg16", "block4_conv3"),
        ("efficientnet_lite0", "block3b_add"),
        ("mobilenet_v2", "block_4_add"),
        ("resnet50", "conv3_block1_out"),
        ("inception_v3", "mixed1"),
    ],
)
def test_what_a_place_of_a_real_network_does_not_see_does_not_change_it(name, layer):
    network = load_model(name, weights=None)
    model = network.plain_extractor([layer], "float32")
    pixels, other = _pixels(2, 200, 223)
    maps = model(from_pixels(pixels[None]))[layer].numpy()[0]
    rows, columns = maps.shape[:2]
    for row, column in [(0, 0), (rows // 2, columns // 2), (1, columns - 1), (rows - 1, 2)]:
        left, top, right, bottom = seen(network, layer, Shape(200, 223), row, column)
        assert (right - left) * (bottom - top) < 200 * 223
        changed = other.copy()
        changed[top:bottom, left:right] = pixels[top:bottom, left:right]
        answer = model(from_pixels(changed[None]))[layer].numpy()[0]
        np.testing.assert_allclose(
            answer[row, column], maps[row, column], atol=1e-5 * np.abs(maps).max()
        )
        assert not np.allclose(answer, maps, atol=1e-3 * np.abs(maps).max())
