import keras
import numpy as np
import pytest

from dreamlab.config import DreamConfig
from dreamlab.dream.compiled import CompiledObjective
from dreamlab.errors import DreamError
from dreamlab.models import Network
from tests.support.tiny import octave_of, picture, tiny_network

TWO_LAYERS = {"second": 0.7, "third": -0.2}


def test_the_loss_is_the_notebooks_formula_with_unequal_weights():
    network = tiny_network()
    image = picture(20, 26)
    activations = network.feature_extractor(["second", "third"], "float32")(image[None])
    second, third = (activations[name].numpy() for name in ("second", "third"))
    expected = [
        0.7 * np.sum(np.square(second[:, 2:-2, 2:-2])) / second.size,
        -0.2 * np.sum(np.square(third[:, 2:-2, 2:-2])) / third.size,
    ]
    octave = octave_of(network, DreamConfig(layers=TWO_LAYERS), image)
    layer_losses, _ = octave.gradient(image)
    assert layer_losses == pytest.approx(expected, rel=1e-5)


def test_a_map_of_4_counts_whole_instead_of_as_nothing():
    network = tiny_network()
    image = picture(8, 8)  # "third" is 4 x 4
    activation = network.feature_extractor(["third"], "float32")(image[None])["third"].numpy()
    layer_losses, gradient = octave_of(network, DreamConfig(layers={"third": 1}), image).gradient(
        image
    )
    assert layer_losses == pytest.approx([np.mean(np.square(activation))], rel=1e-5)
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
    _, ascended = octave.step(image, (0, 0))
    moved = np.asarray(ascended) - image
    assert np.mean(np.abs(moved)) == pytest.approx(0.03, rel=1e-4)
    assert moved == pytest.approx(0.03 * gradient / np.mean(np.abs(gradient)), abs=1e-6)


def test_a_flat_loss_does_not_divide_by_zero():
    network = tiny_network()
    image = np.zeros((12, 12, 3), np.float32)
    octave = octave_of(network, DreamConfig(layers={"second": 1e-30}), image)
    _, ascended = octave.step(image, (0, 0))
    assert np.isfinite(ascended).all()


def test_channels_restrict_the_loss_to_their_own_mean():
    network = tiny_network()
    image = picture(20, 20)
    activation = network.feature_extractor(["second"], "float32")(image[None])["second"].numpy()
    config = DreamConfig(layers={"second": 2}, channels={"second": [1, 4]})
    layer_losses, _ = octave_of(network, config, image).gradient(image)
    part = activation[..., [1, 4]]
    expected = 2 * np.sum(np.square(part[:, 2:-2, 2:-2])) / part.size
    assert layer_losses == pytest.approx([expected], rel=1e-5)


def test_a_shift_is_undone_after_the_step():
    network = tiny_network()
    image = picture(20, 24)
    octave = octave_of(network, DreamConfig(layers=TWO_LAYERS), image)
    layer_losses, ascended = octave.step(image, (3, -5))
    rolled_losses, rolled = octave.step(np.roll(image, (3, -5), (0, 1)), (0, 0))
    assert layer_losses == pytest.approx(rolled_losses, rel=1e-5)
    assert np.asarray(ascended) == pytest.approx(np.roll(rolled, (-3, 5), (0, 1)), abs=1e-5)
    plain_losses, _ = octave.step(image, (0, 0))
    assert abs(layer_losses - plain_losses).max() > 1e-5


def stubborn() -> Network:
    """A network that says it takes any size and fails on all but 8 x 8."""
    picture = keras.Input((None, None, 3))
    activation = keras.layers.Conv2D(4, 3, padding="same", name="first")(picture)
    activation = keras.layers.Reshape((8, 8, 4), name="shaped")(activation)
    activation = keras.layers.Conv2D(4, 3, padding="same", name="last")(activation)
    return Network("stubborn", keras.Model(picture, activation), "random")


def test_a_network_that_fails_is_said_in_words(monkeypatch):
    config, image = DreamConfig(layers={"last": 1}), picture(70, 90)
    with pytest.raises(DreamError, match=r"fails on a picture of 90 x 70 px \(ValueError\)"):
        octave_of(stubborn(), config, image)
    monkeypatch.setattr(CompiledObjective, "maps", lambda self, shape: [(8, 8)])
    octave = octave_of(stubborn(), config, image)
    with pytest.raises(DreamError, match=r"fails on a picture of 90 x 70 px \(Inv\w+Error\)"):
        octave.step(image, (0, 0))
