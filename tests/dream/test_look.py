"""Masks, smoothing, pyramid, kept colours and turns, in whole dreams."""

import keras
import numpy as np
import pytest

from dreamlab.config import DreamConfig
from dreamlab.config.beside import Box
from dreamlab.dream import NoAnswer, Resume, Silence, courses, dream, dreams
from dreamlab.dream.turn import Turn
from dreamlab.errors import DreamError
from dreamlab.images import Picture, Shape
from dreamlab.images.distance import distance
from dreamlab.images.filters import blurred
from dreamlab.images.masks import box_mask, energy_mask, enlarged_mask
from dreamlab.images.pyramid import equalised
from dreamlab.images.resample import resize
from dreamlab.models import load_model
from tests.support.tiny import (
    activations_by_hand,
    octave_of,
    picture,
    silenced,
    tiny_network,
)

IMAGE = picture(60, 84)
LAYERS = {"second": 0.7, "third": -0.2}
ELLIPSE = Box(0.25, 0.2, 0.75, 0.9)
NOISY = {"gaussian_noise": 0.03, "salt_pepper": 0.02, "jitter": 3}
TURNED = {"flip": True, "rotation": 8.0, "rescale": 0.1}
ALL = {
    **{"smooth": 1.5, "pyramid": 2, "keep_colours": True},
    **{"mask": "ellipse:0.25,0.2,0.75,0.9", "mask_edge": 0.1},
    **TURNED,
}


@pytest.fixture(scope="module")
def network():
    return tiny_network()


def config_of(**values):
    settings = {"octaves": 3, "iterations": 3, "precision": "float32", "seed": 3, **values}
    return DreamConfig(layers=settings.pop("layers", LAYERS), **settings)


def frames(network, config, image=IMAGE, **more):
    """Every picture of a dream, with its octave's size."""
    return [
        (Shape(step.height, step.width), step.image.copy())
        for step in dream(image, network, config, **more)
    ]


def chroma(image):
    return image - image.mean(axis=2, keepdims=True)


@pytest.mark.parametrize("outside", [False, True])
@pytest.mark.parametrize("image", [IMAGE, picture(84, 50)])
@pytest.mark.parametrize("more", [NOISY, {"tile": 64, "smooth": 2.0, **TURNED}])
def test_not_one_value_changes_outside_of_a_hard_mask(network, image, more, outside):
    config = config_of(mask="ellipse:0.25,0.2,0.75,0.9", mask_outside=outside, **more)
    for shape, frame in frames(network, config, image):
        mask = box_mask(ELLIPSE, shape, ellipse=True) != outside
        original = resize(image, shape)
        assert (frame[~mask] == original[~mask]).all()
        assert (frame[mask] != original[mask]).any(axis=1).mean() > 0.99


def test_not_one_value_changes_outside_with_an_effort_or_a_small_octave_enlarged(network):
    whole = Shape.of(IMAGE)
    for more in ({"effort": 0.03, "iterations": 9}, {"only_octave": 1}):
        config = config_of(mask="rectangle:0,0,0.5,1", **more)
        last = frames(network, config)[-1][1]
        inside = box_mask(Box(0, 0, 0.5, 1), whole)
        assert (last[~inside] == IMAGE[~inside]).all() and (last[inside] != IMAGE[inside]).any()
        if "effort" in more:
            assert distance(last, IMAGE) == pytest.approx(0.03, rel=1e-3)


@pytest.mark.parametrize("octave, iteration", [(1, 0), (1, 2), (2, 1)])
def test_a_dream_with_all_of_it_resumes_bit_for_bit(network, octave, iteration):
    config = config_of(**ALL, **NOISY)
    steps = [(step, step.image.copy()) for step in dream(IMAGE, network, config)]
    place = octave * 3 + iteration
    resume = Resume(octave, steps[place - 1][1], True, iteration)
    resumed = frames(network, config, resume=resume)
    for (step, image), (_, again) in zip(steps[place:], resumed, strict=True):
        assert step.octave >= octave and (image == again).all()


@pytest.mark.parametrize(
    "values", [{}, {"smooth": 1.0}, {"pyramid": 3}, {"keep_colours": True}, TURNED]
)
def test_the_mean_change_inside_a_hard_mask_is_the_step(network, values):
    config = config_of(octaves=1, step=0.02, mask="rectangle:0.1,0.2,0.7,0.9", **values)
    inside = box_mask(Box(0.1, 0.2, 0.7, 0.9), Shape.of(IMAGE))
    before = IMAGE
    for _, frame in frames(network, config):
        assert np.abs(frame - before)[inside].mean() == pytest.approx(0.02, rel=1e-4)
        before = frame


def test_a_step_is_the_gradient_shaped_in_the_order_that_is_told(network):
    config = config_of(octaves=1, **{name: ALL[name] for name in ("smooth", "pyramid")}, step=0.03)
    mask = np.linspace(0, 1, 84, dtype=np.float32)[None, :, None] * np.ones((60, 1, 1), np.float32)
    for grey in (False, True):
        octave = octave_of(network, config.replace(keep_colours=grey), IMAGE)
        plain = octave_of(network, config_of(octaves=1), IMAGE)
        losses, gradient = plain.gradient(IMAGE)
        gradient /= np.abs(gradient).mean()
        if grey:
            gradient = np.repeat(gradient.mean(axis=2, keepdims=True), 3, axis=2)
        expected = equalised(blurred(gradient, 1.5), 2) * mask
        expected *= 0.03 * mask.mean() / np.abs(expected).mean()
        found, moved = octave.step(IMAGE, (0, 0), mask=mask)
        assert found == pytest.approx(losses)
        np.testing.assert_allclose(moved - IMAGE, expected, atol=2e-5)


def test_the_gradient_of_a_turned_look_is_its_slope(network):
    smooth = tiny_network(smooth=True)
    octave = octave_of(smooth, config_of(octaves=1), IMAGE)
    turn = Turn(True, 0.2, 1.2)
    _, gradient = octave.gradient(IMAGE, (3, -2), turn)
    for seed in range(4):
        direction = np.random.default_rng(seed).standard_normal(IMAGE.shape).astype(np.float32)
        up, down = (
            octave.gradient(IMAGE + sign * 2e-3 * direction, (3, -2), turn)[0].sum()
            for sign in (1, -1)
        )
        slope = (up - down) / 4e-3
        assert slope == pytest.approx(float(np.sum(gradient * direction)), rel=0.01, abs=2e-4)


def test_a_flip_is_exact(network):
    octave = octave_of(network, config_of(octaves=1), IMAGE)
    losses, moved = octave.step(IMAGE, (0, 0), Turn(True))
    mirrored, expected = octave.step(np.ascontiguousarray(IMAGE[:, ::-1]), (0, 0))
    assert losses == pytest.approx(mirrored, rel=1e-6)
    np.testing.assert_allclose(moved, np.asarray(expected)[:, ::-1], atol=1e-6)


def test_turns_are_drawn_by_the_seed(network):
    first, again, other = (
        frames(network, config_of(octaves=1, seed=seed, **TURNED))[-1][1] for seed in (1, 1, 2)
    )
    assert (first == again).all() and (first != other).any()


@pytest.mark.parametrize("option, value", [("flip", True), ("rotation", 8.0), ("rescale", 0.1)])
def test_a_step_looks_at_the_picture_as_its_turn_is_drawn(network, option, value):
    """Each by itself, as the seed has it after the shift."""
    config = config_of(octaves=1, iterations=1, seed=2, **{option: value})
    generator = np.random.default_rng((2, 0))
    generator.integers(0, 1, 2)
    turn = {
        "flip": lambda: Turn(generator.random() < 0.5),
        "rotation": lambda: Turn(angle=np.radians(8 * generator.uniform(-1, 1))),
        "rescale": lambda: Turn(zoom=1.1 ** generator.uniform(-1, 1)),
    }[option]()
    _, still = octave_of(network, config, IMAGE).step(IMAGE, (0, 0))
    _, expected = octave_of(network, config, IMAGE).step(IMAGE, (0, 0), turn)
    found = frames(network, config)[-1][1]
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert np.abs(found - still).max() > 0.01


def test_a_look_that_finds_nothing_is_not_the_last_where_another_is_turned():
    layer = keras.layers.Conv2D(1, (1, 2), activation="relu", name="falls")
    model = keras.Sequential([keras.Input((None, None, 3)), layer])
    kernel = np.array([1, -1], np.float32).repeat(3).reshape(1, 2, 3, 1) / 3
    layer.set_weights([kernel, np.array([-0.5], np.float32)])
    network = load_model(model, input_range="-1,1")
    image = np.full((16, 24, 3), -1, np.float32)
    image[:, 12:] = 1  # from dark to light; the layer answers to the mirror image alone
    config = config_of(layers={"falls": 1.0}, octaves=1, iterations=3, flip=True, seed=1)
    generator = np.random.default_rng((1, 0))
    flipped = [(generator.integers(0, 1, 2), generator.random() < 0.5)[1] for _ in range(3)]
    assert flipped == [False, False, True]
    moved = [step.moved for step in dream(image, network, config)]
    assert moved == flipped


def test_colours_stay_with_noise_and_octaves(network):
    config = config_of(keep_colours=True, **NOISY)
    last = frames(network, config)[-1][1]
    np.testing.assert_allclose(chroma(last), chroma(IMAGE), atol=2e-6)
    assert distance(last, IMAGE) > 0.02
    without = frames(network, config_of(**NOISY))[-1][1]
    assert np.abs(chroma(without) - chroma(IMAGE)).max() > 0.05


def test_tiles_give_the_dream_of_the_whole_picture_with_all_of_it():
    # A smooth network, as ties in ReLU would send the two dreams apart.
    network, image = tiny_network(smooth=True), picture(100, 140)
    config = config_of(octaves=2, **ALL)
    whole = frames(network, config, image)[-1][1]
    tiled = frames(network, config.replace(tile=64), image)[-1][1]
    np.testing.assert_allclose(tiled, whole, atol=1e-3)


def test_the_mask_of_an_energy_is_that_of_the_original(network):
    config = config_of(mask="energy:second", octaves=1, iterations=1)
    energy = np.mean(np.square(activations_by_hand(network, IMAGE)["second"]), axis=2)
    mask = enlarged_mask(energy_mask(energy), Shape.of(IMAGE))
    _, plain = octave_of(network, config_of(), IMAGE).gradient(IMAGE)
    expected = plain * mask[..., None]
    expected *= 0.01 * mask.mean() / np.abs(expected).mean()
    moved = frames(network, config)[-1][1] - IMAGE
    np.testing.assert_allclose(moved, expected, atol=1e-4)
    assert (moved[mask == 0] == 0).all() and (mask == 0).any()


def test_the_mask_of_a_layer_that_takes_other_sides_than_the_dream_s():
    any_size, one_size = keras.Input((None, None, 3)), keras.Input((32, 32, 3))
    first = keras.layers.Conv2D(4, 3, padding="same", activation="relu", name="first")
    maps = first(any_size)
    coarse = keras.layers.UpSampling2D(4)(keras.layers.MaxPooling2D(4)(maps))
    both = keras.layers.Concatenate(name="both")([maps, coarse])
    network = load_model(keras.Model(any_size, both), input_range="-1,1")
    dense = keras.layers.Dense(2 * 8 * 8)(keras.layers.Flatten()(first(one_size)))
    square = keras.layers.Conv2D(2, 1, name="square")(keras.layers.Reshape((8, 8, 2))(dense))
    fixed = load_model(keras.Model(one_size, square), input_range="-1,1")
    assert network.multiple(["both"]) == 4 and fixed.only(["square"]) == (32, 32)
    for of, layer in ((network, "both"), (fixed, "square")):
        config = config_of(layers={"first": 1.0}, mask=f"energy:{layer}", octaves=1)
        image = picture(61, 75)
        assert (frames(of, config, image)[-1][1] != image).any()


def test_a_picture_is_a_mask_scaled_to_the_sides(network):
    pixels = np.zeros((30, 42, 3), np.uint8)
    pixels[:, 21:] = 255
    mask = Picture(pixels, "mask")
    config = config_of(mask="picture", **NOISY)
    for shape, frame in frames(network, config, mask=mask):
        original, half = resize(IMAGE, shape), shape.width // 2 - 1
        assert (frame[:, :half] == original[:, :half]).all()
        assert (frame[:, half + 3 :] != original[:, half + 3 :]).any(axis=2).mean() > 0.99


def test_pictures_that_are_dreamt_together_have_each_its_own_mask(network):
    images = [IMAGE, np.ascontiguousarray(IMAGE[:, ::-1])]
    config = config_of(mask="energy:second", octaves=1, iterations=2)
    ends = {place: step.image.copy() for place, step in dreams(images, network, config)}
    for place, image in enumerate(images):
        assert (ends[place] == frames(network, config, image)[-1][1]).all()


@pytest.mark.parametrize(
    "values, message",
    [
        ({"mask": "rectangle:0.1,0.1,0.101,0.2"}, "leaves nothing to change at 42 x 30 px"),
        ({"mask": "rectangle:0.1,0.1,0.2,0.2", "mask_edge": 0.5}, "a narrower mask_edge"),
        ({"mask": "energy:fourth"}, "no layer 'fourth'"),
        ({"mask": "picture"}, "mask is a picture, and none is given"),
    ],
)
def test_a_mask_that_leaves_nothing_to_change_is_refused(network, values, message):
    with pytest.raises(DreamError, match=message):
        dream(IMAGE, network, config_of(**values))


@pytest.mark.parametrize(
    "values, message",
    [
        ({"mask": "rectangle:0,0,1,1"}, "the mask leaves nothing out, so it has no effect"),
        ({"mask_edge": 0.1}, "mask_edge has no effect without a mask"),
        ({"mask_outside": True}, "mask_outside has no effect without a mask"),
    ],
)
def test_a_mask_without_effect_is_told(network, values, message):
    with pytest.warns(Silence, match=message):
        dream(IMAGE, network, config_of(**values))


def test_an_energy_that_is_the_same_everywhere_is_no_mask():
    network = silenced(tiny_network(), "second")
    with pytest.raises(DreamError, match="second answers to all of this picture alike"):
        dream(IMAGE, network, config_of(mask="energy:second", layers={"first": 1}))


def test_layers_that_answer_outside_of_the_mask_alone_are_told():
    network = tiny_network()
    model = network.feature_extractor(["second"], "float32")
    for name in ("first", "second"):  # black then answers nothing at all
        layer = model.get_layer(name)
        kernel, bias = layer.get_weights()
        layer.set_weights([np.abs(kernel), 0 * bias - 1.0 * (name == "second")])
    image = np.full((60, 84, 3), -1, np.float32)
    image[:, 60:] = 1
    config = config_of(layers={"second": 1}, mask="rectangle:0,0,0.5,1", octaves=1)
    with pytest.raises(NoAnswer, match="inside the mask, so no step changes it: choose a larger"):
        list(dream(image, network, config))


@pytest.mark.parametrize(
    "values, taken",
    [
        ({}, 0),
        ({"keep_colours": True}, 12),
        ({"mask": "ellipse:0,0,1,1"}, 10 + 12),
        ({"flip": True}, 24 + 12),
        ({"rotation": 1.0}, 24 + 12),
        ({"rescale": 0.1}, 24 + 12),
        ({"smooth": 1.0}, 3 * 4 + 12),
        ({"pyramid": 2}, 3 * 10 + 12),
        ({"pyramid": 2, "smooth": 1.0, "keep_colours": True}, 10 + 4 + 12),
    ],
)
def test_what_shapes_a_step_takes_memory_that_is_kept_free(network, monkeypatch, values, taken):
    asked = []
    real = courses.budget
    monkeypatch.setattr(courses, "budget", lambda *told: asked.append(told[2]) or real(*told))
    dream(IMAGE, network, config_of(**values))
    assert set(asked) == {taken}
