import keras
import numpy as np
import pytest

from dreamlab.dream.inversion import Redrawer, settling
from dreamlab.dream.likeness import Exaggeration, Likeness
from dreamlab.errors import DreamError
from dreamlab.images import Shape
from dreamlab.models import Network, load_model
from tests.support.tiny import picture, tiny_network


def _redrawer(network, layer, shape, objective=None):
    return Redrawer(network, layer, shape, "float32", "notebook", objective or Likeness(0.0))


def _copying():
    """A network whose only layer is the picture itself."""
    pictures = keras.Input((None, None, 3))
    copy = keras.layers.Conv2D(3, 1, use_bias=False, name="copy")
    model = keras.Model(pictures, copy(pictures))
    copy.set_weights([np.eye(3, dtype=np.float32)[None, None]])
    return Network("copying", model, "random")


@pytest.mark.parametrize("shape", [(24, 32), (21, 17)])
def test_the_picture_comes_back_from_a_layer_that_keeps_it(shape):
    original = 0.8 * picture(*shape)
    made = _redrawer(_copying(), "copy", Shape(*shape))
    errors = []
    for (error,), drawn in made.redraw(original, made.noise(original, (0,)), settling(0.3, 150)):
        errors.append(error)
        last = drawn
    assert made.figures(original, last)[0] < 0.1 * errors[0]
    by_hand = np.linalg.norm(last - original) / np.linalg.norm(original)
    assert made.figures(original, last)[0] == pytest.approx(by_hand, rel=1e-4)


def test_the_feature_error_by_hand():
    network, original, other = tiny_network(), picture(16, 20), picture(16, 20, seed=1)
    made = _redrawer(network, "third", Shape(16, 20))
    model = network.feature_extractor(["third"], "float32")
    maps = [np.asarray(model(each[None])["third"]) for each in (original, other)]
    expected = np.linalg.norm(maps[1] - maps[0]) / np.linalg.norm(maps[0])
    assert made.figures(original, other)[0] == pytest.approx(expected, rel=1e-4)
    assert made.figures(original, original)[0] == 0


def test_an_original_has_gain_and_cosine_1():
    original = picture(16, 20)
    made = _redrawer(tiny_network(), "second", Shape(16, 20), Exaggeration(2.0))
    np.testing.assert_allclose(made.figures(original, original), 1, rtol=1e-5)


def test_noise_lies_on_the_grey_that_fits_best():
    shape = Shape(16, 20)
    made = _redrawer(_copying(), "copy", shape)
    for grey, nearest in ((-0.9, -0.8), (0.05, 0.0), (0.5, 0.4)):
        original = np.full((*shape, 3), grey, np.float32)
        drawn = made.picture(made.noise(original, (0,)))
        assert drawn.mean() == pytest.approx(nearest, abs=0.1)
    one, same, other = (made.noise(original, seed) for seed in ((0, 1), (0, 1), (0, 2)))
    np.testing.assert_array_equal(one, same)
    assert np.any(one != other)


def test_a_grey_network_draws_grey():
    model = keras.Sequential(
        [keras.Input((None, None, 1)), keras.layers.Conv2D(4, 3, activation="relu", name="grey")]
    )
    network = load_model(model, input_range="-1,1")
    original = np.repeat(picture(16, 20)[..., :1], 3, axis=2)
    made = _redrawer(network, "grey", Shape(16, 20))
    for _, drawn in made.redraw(original, made.noise(original, (0,)), [0.1, 0.1]):
        np.testing.assert_allclose(drawn, drawn[..., :1] * np.ones(3), atol=1e-6)


def test_what_is_refused_is_said():
    network = tiny_network()
    with pytest.raises(DreamError, match="thrid"):
        _redrawer(network, "thrid", Shape(16, 20))
    made = _redrawer(network, "third", Shape(5000, 5000))
    with pytest.raises(DreamError, match="third takes about .* MB at 5000 x 5000 px.*choose a"):
        made.check_memory(1.0)


def test_steps_settle_along_half_a_cosine():
    np.testing.assert_allclose(settling(2.0, 4), [2, 1 + 0.5**0.5, 1, 1 - 0.5**0.5])
