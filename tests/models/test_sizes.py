"""The sizes of pictures that layers of a user's network take."""

import warnings

import keras
import numpy as np
import pytest
from keras import layers as kl

from dreamlab.analysis.run import analyse
from dreamlab.config import DreamConfig
from dreamlab.dream import dream
from dreamlab.dream.original import SidesRounded
from dreamlab.dream.step import OctaveDropped
from dreamlab.errors import DreamError
from dreamlab.models import LayersLeftOut, load_model
from tests.support.own import SIDE, picture_input, stacked, unet
from tests.support.tiny import picture


def _sizes(model):
    return {layer.name: layer.sizes for layer in load_model(model).layers if layer.sizes}


@pytest.mark.parametrize("side", [SIDE, None])
def test_a_unet_needs_sides_that_divide(side):
    # What is joined has to be halved twice without a rest; what leads there has not.
    assert set(_sizes(unet(side))) == {"join1", "up0", "join0", "mask"}
    assert set(_sizes(unet(side)).values()) == {"multiples of 4"}


@pytest.mark.parametrize(("depth", "factor", "multiple"), [(1, 2, 2), (4, 2, 16), (2, 3, 9)])
def test_the_deeper_the_more(depth, factor, multiple):
    model = unet(None, depth=depth, factor=factor)
    assert _sizes(model)["mask"] == f"multiples of {multiple}"
    # By hand: what is one less fails, on either side.
    for shape in ((5 * multiple - multiple // factor, 5 * multiple), (5 * multiple, 6 * multiple)):
        try:
            model(np.zeros((1, *shape, 3), np.float32))
        except Exception:
            assert shape[0] % multiple
        else:
            assert not shape[0] % multiple


def test_sides_are_rounded_down_and_that_is_said():
    network = load_model(unet(), input_range="-1,1")
    config = DreamConfig(layers="mask", octaves=2, iterations=2, precision="float32")
    image = picture(75, 114)
    with pytest.warns(SidesRounded, match="rounded to 112 x 72 px: functional.* divide by 4, and"):
        steps = list(dream(image, network, config))
    assert [(step.height, step.width) for step in steps] == [(48, 80)] * 2 + [(72, 112)] * 2
    # Three rows and two columns are left out, as many on both sides as can be.
    np.testing.assert_array_equal(steps[-1].original, image[1:73, 1:113])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        config = DreamConfig(layers="down1", octaves=1, iterations=1, precision="float32")
        (step,) = dream(image, network, config)
    assert step.image.shape == image.shape


def _autoencoder():
    inputs = picture_input()
    x = kl.Conv2D(4, 3, strides=4, padding="same", activation="relu", name="encoded")(inputs)
    x = kl.Dense(24 * 24 * 2)(kl.Dense(8)(kl.Flatten()(x)))
    x = kl.Reshape((24, 24, 2), name="decoded")(x)
    return keras.Model(inputs, kl.Conv2DTranspose(3, 4, strides=4, name="picture")(x))


def _attention():
    inputs = picture_input()
    x = kl.Reshape((-1, 8))(stacked(inputs))
    x = kl.Reshape((24, 24, 8), name="back")(kl.MultiHeadAttention(1, 4)(x, x))
    return keras.Model(inputs, kl.Conv2D(3, 1, name="after")(x))


def _positions():
    inputs = picture_input()
    x = kl.Conv2D(4, 3, padding="same", name="before")(inputs)
    return keras.Model(inputs, kl.PReLU(name="own slope")(x))


def _normalised():
    inputs = picture_input()
    x = kl.Conv2D(4, 3, padding="same", name="before")(inputs)
    return keras.Model(inputs, kl.LayerNormalization(axis=[1, 2, 3], name="whole")(x))


ONLY = f"only {SIDE} x {SIDE}"


@pytest.mark.parametrize(
    ("build", "fixed"),
    [
        (_autoencoder, ["decoded", "picture"]),
        (_attention, ["back", "after"]),
        (_positions, ["own slope"]),
        (_normalised, ["whole"]),
    ],
)
def test_what_cannot_be_freed_keeps_its_size(build, fixed):
    network = load_model(build(), input_range="-1,1")
    assert [layer.name for layer in network.layers if layer.sizes == ONLY] == fixed
    free = next(layer.name for layer in network.layers if not layer.sizes)
    config = {"octaves": 2, "iterations": 2, "precision": "float32"}
    first, *_, last = dream(picture(64, 100), network, config | {"layers": free})
    assert (last.height, last.width) == (64, 100)
    for name in fixed:
        settings = DreamConfig(layers=name, **config)
        with pytest.raises(DreamError, match=f"{name} of .* takes only pictures of 96 x 96 px"):
            dream(picture(64, 100), network, settings)
        with pytest.warns(OctaveDropped, match=r"\(68 x 68 px\), as the layers take only 96 x 96"):
            steps = [step.loss for step in dream(picture(SIDE, SIDE), network, settings)]
        assert len(steps) == 2
        assert steps[1] > steps[0]
    # An analysis of all layers is one of those that take any size, unless the others are named.
    quick = {"precision": "float32", "amount": 0.02}
    with pytest.warns(LayersLeftOut, match=f"^{' and '.join(fixed)} of .* so they are left out"):
        found = analyse("atlas", picture(SIDE, SIDE), network, **quick)
    assert {item.key for item in found.items} == {layer.name for layer in network.layers} - {*fixed}
    found = analyse("atlas", picture(SIDE, SIDE), network, layers=fixed, **quick)
    assert [item.key for item in found.items] == fixed


def test_a_tile_or_another_side_is_not_for_a_layer_of_one_size():
    network = load_model(_attention(), input_range="-1,1")
    config = {"layers": "after", "octaves": 1, "iterations": 2, "precision": "float32"}
    image = picture(SIDE, SIDE)
    tiled, whole = (
        [step.loss for step in dream(image, network, config | {"tile": tile})]
        for tile in (64, "auto")
    )
    assert tiled == whole
    with pytest.raises(DreamError, match="after of .* only pictures of 96 x 96 px: choose side"):
        analyse("channels", None, network, layer="after", steps=1, count=1)


@pytest.mark.parametrize("batch", [(8, None, None, 3), (8, SIDE, SIDE, 3), (None, None, SIDE, 3)])
def test_a_batch_or_a_single_free_side_is_no_limit(batch):
    inputs = keras.Input(batch_shape=batch)
    network = load_model(keras.Model(inputs, stacked(inputs)), input_range="-1,1")
    config = DreamConfig(layers="pool_b", octaves=1, iterations=1, precision="float32")
    (step,) = dream(picture(50, 70), network, config)
    assert step.image.shape == (50, 70, 3)


def test_a_grown_picture_has_a_side_that_divides():
    network = load_model(unet(None), input_range="-1,1")
    with pytest.raises(DreamError, match="side is 90; mask of .* divides by 4: choose 88"):
        analyse("channels", None, network, layer="mask", side=90, steps=1, count=1)
    assert analyse("channels", None, network, layer="mask", side=88, steps=1, count=1).items


def test_layers_that_need_a_large_picture_are_there():
    inputs = picture_input(None, None, 3)
    x = inputs
    for _ in range(5):
        x = kl.MaxPooling2D()(x)
    network = load_model(keras.Model(inputs, kl.Conv2D(4, 7, name="fc6")(x)))
    assert network.layers[-1].name == "fc6"
    assert network.smallest == 7 * 32
    assert not network.layers[-1].sizes


def test_halvings_that_are_rounded_up_and_down():
    # By hand: ((side + 1) // 2) // 2, doubled twice, is the side only where that divides by 4.
    inputs = picture_input(None, None, 3)
    half = kl.Conv2D(4, 3, strides=2, padding="same", name="half")(inputs)
    low = kl.MaxPooling2D(name="low")(half)
    once = kl.Concatenate(name="once")([kl.UpSampling2D()(low), half])
    twice = kl.Concatenate(name="twice")([kl.UpSampling2D()(once), inputs])
    model = keras.Model(inputs, kl.Conv2D(2, 1, name="mask")(twice))
    sizes = _sizes(model)
    assert {"once", "twice", "mask"} <= sizes.keys()
    assert set(sizes.values()) == {"multiples of 4"}
    for side, fits in ((97, False), (98, False), (99, False), (100, True)):
        try:
            model(np.zeros((1, side, side, 3), np.float32))
        except Exception:
            assert not fits
        else:
            assert fits


def test_what_takes_no_size_is_told_of():
    inputs = picture_input(None, None, 3)
    x = kl.Conv2D(4, 3, name="before")(inputs)
    both = kl.Concatenate(axis=-1, name="never")([x, kl.ZeroPadding2D(3)(x)])
    with pytest.warns(LayersLeftOut, match="^never of .* cannot be dreamt of"):
        network = load_model(keras.Model(inputs, both))
    assert "never" not in [layer.name for layer in network.layers]


def test_interpolation_takes_any_size():
    inputs = picture_input(None, None, 3)
    x = kl.Conv2D(4, 3, strides=2, padding="same", name="small")(inputs)
    model = keras.Model(inputs, kl.UpSampling2D(2, interpolation="bilinear", name="large")(x))
    network = load_model(model, input_range="-1,1")
    pixels = picture(50, 70)[None]
    maps = network.feature_extractor(["large"], "float32")(pixels)["large"]
    np.testing.assert_allclose(maps, model(pixels), atol=1e-6)
    config = DreamConfig(layers="large", octaves=1, iterations=2, precision="float32")
    first, last = [step.loss for step in dream(pixels[0], network, config)]
    assert last > first
