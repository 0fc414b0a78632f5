"""Steps do not depend on how large a loss is, nor on how large activations are."""

from pathlib import Path

import keras
import numpy as np
import pytest

from dreamlab.config import DreamConfig
from dreamlab.dream import dream, dreams
from dreamlab.errors import DreamError
from dreamlab.images import load_image
from dreamlab.models import Network, load_model
from tests.support.tiny import octave_of, picture, tiny_network

DATA = Path(__file__).parents[1] / "data"

LAYERS = {"second": 0.7, "third": -0.2}
STEPS, STEP = 4, 0.02


def homogeneous(factor: float) -> Network:
    """A network without biases, whose activations are all that many times as large."""
    network = tiny_network()
    for layer in network.feature_extractor(["third"], "float32").layers:
        if layer.weights:
            kernel, bias = layer.get_weights()
            layer.set_weights([kernel * (factor if layer.name == "first" else 1), 0 * bias])
    return network


def ended(network, layers=LAYERS, *, precision="float32", tile="auto", together=False):
    """The last picture of a dream, and the losses of its steps."""
    config = DreamConfig(
        layers=layers, octaves=1, iterations=STEPS, step=STEP, precision=precision, tile=tile
    )
    image = picture(90, 70)
    if not together:
        steps = list(dream(image, network, config))
        return steps[-1].image, [step.loss for step in steps]
    other = np.ascontiguousarray(image[::-1])
    steps = [step for place, step in dreams([other, image], network, config) if place == 1]
    return steps[-1].image, [step.loss for step in steps]


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
@pytest.mark.parametrize("way", [{}, {"tile": 64}, {"together": True}], ids=str)
def test_weights_times_a_factor_change_no_picture(precision, way):
    network = tiny_network()
    plain, losses = ended(network, precision=precision, **way)
    for factor in (2.0**-20, 2.0**19, 1e-6, 3.0, 1e6, 1e-30):
        layers = {name: weight * factor for name, weight in LAYERS.items()}
        scaled, scaled_losses = ended(network, layers, precision=precision, **way)
        rounding = 1e-4 if precision == "float32" else 0.05
        assert scaled_losses == pytest.approx([factor * loss for loss in losses], rel=rounding)
        if np.frexp(factor)[0] == 0.5:  # a power of two
            assert np.array_equal(scaled, plain)
        else:
            assert np.abs(scaled - plain).mean() < rounding * STEPS * STEP


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
@pytest.mark.parametrize("way", [{}, {"tile": 64}, {"together": True}], ids=str)
@pytest.mark.parametrize("power", [-20, -40, -100, 50, 53])
def test_activations_times_a_factor_change_no_picture(precision, way, power):
    plain, losses = ended(homogeneous(1), precision=precision, **way)
    scaled, scaled_losses = ended(homogeneous(2.0**power), precision=precision, **way)
    if way == {"together": True}:  # one picture more or less at once is another rounding
        np.testing.assert_allclose(scaled, plain, atol=1e-4 if precision == "float32" else 0.02)
    else:
        assert np.array_equal(scaled, plain)
    # The squares of activations below 1e-19 are 0 in float32.
    factor = 4.0**power if power > -100 else 0.0
    assert scaled_losses == pytest.approx([factor * loss for loss in losses], rel=1e-5)


def test_a_single_step_moves_the_mean_pixel_by_the_step_at_any_weight():
    image = picture(40, 56)
    for weight in (1e6, 1, -1e-3, 1e-6, 1e-12, 1e-40, 5e-324):
        octave = octave_of(tiny_network(), DreamConfig(layers={"first": weight}), image)
        _, ascended = octave.step(image, (0, 0))
        assert np.abs(np.asarray(ascended) - image).mean() == pytest.approx(0.01, rel=1e-4)


def test_a_layer_of_weight_0_is_reported_with_loss_0_and_pulls_nowhere():
    image = picture(40, 56)
    with_it = octave_of(tiny_network(), DreamConfig(layers={"second": 1e-6, "third": 0}), image)
    alone = octave_of(tiny_network(), DreamConfig(layers={"second": 1e-6}), image)
    losses, ascended = with_it.step(image, (0, 0))
    (expected,), ascended_alone = alone.step(image, (0, 0))
    assert losses.tolist() == [expected, 0]
    np.testing.assert_allclose(ascended, ascended_alone, atol=1e-6)


def test_losses_and_gradients_come_back_in_their_own_scale():
    image = picture(40, 56)
    losses, gradient = octave_of(tiny_network(), DreamConfig(layers=LAYERS), image).gradient(image)
    small = {name: weight * 2.0**-30 for name, weight in LAYERS.items()}
    few, faint = octave_of(tiny_network(), DreamConfig(layers=small), image).gradient(image)
    assert few.tolist() == (losses * 2.0**-30).tolist()
    assert np.array_equal(faint, gradient * np.float32(2.0**-30))


def test_the_direction_and_its_slope_are_those_of_the_gradient():
    image = picture(40, 56)
    octave = octave_of(tiny_network(), DreamConfig(layers={"second": 1e-8}), image)
    _, gradient = octave.gradient(image)
    _, direction, slope = octave.direction(image)
    assert direction == pytest.approx(gradient / np.abs(gradient).mean(), rel=1e-4, abs=1e-6)
    assert slope == pytest.approx(np.vdot(gradient.astype(float), direction), rel=1e-4)


def test_a_gradient_that_is_no_number_is_said_in_words():
    given = keras.Input((None, None, 3))
    maps = keras.layers.Conv2D(2, 1, use_bias=False, name="first")(given)
    maps = keras.layers.Activation(lambda x: keras.ops.sqrt(abs(x)) + 1, name="root")(maps)
    network = Network("rooted", keras.Model(given, maps), "random")
    config = DreamConfig(layers={"root": 1}, octaves=1, iterations=2, precision="float32")
    with pytest.raises(DreamError, match="the gradient on a picture of 20 x 12 px is no finite"):
        list(dream(np.zeros((12, 20, 3), np.float32), network, config))


@pytest.mark.slow
@pytest.mark.parametrize("convolution", ["direct", "winograd"])
@pytest.mark.parametrize("layer", ["block1_conv1", "block5_conv2"])
def test_vgg16_moves_the_mean_pixel_by_the_step_at_any_weight(layer, convolution):
    network, cat = load_model("vgg16"), load_image(DATA / "cat_600x400.png", max_side=300)
    for weight in (1, 0.01, 1e-3, 1e-4, 1e-6):
        config = DreamConfig(
            layers={layer: weight},
            octaves=1,
            iterations=1,
            precision="float32",
            convolution=convolution,
        )
        (step,) = dream(cat, network, config)
        assert np.abs(step.image - cat).mean() == pytest.approx(0.01, rel=1e-3)
