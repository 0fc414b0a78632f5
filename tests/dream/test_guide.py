"""Guided dreams against NumPy: losses, gradients, features, and which part matches what."""

import hashlib
import warnings
from dataclasses import replace

import numpy as np
import pytest
import tensorflow as tf

from dreamlab.config import DreamConfig
from dreamlab.dream import Silence, dream, dreams
from dreamlab.dream import guide as module
from dreamlab.dream import guided as graphs
from dreamlab.dream.ascent import OctaveAscent
from dreamlab.dream.guide import guide_of
from dreamlab.dream.guide_map import matched
from dreamlab.dream.guided import guided_objective
from dreamlab.dream.matching import guided_sums, matches
from dreamlab.errors import DreamError
from dreamlab.images import Picture
from tests.support.tiny import (
    activations_by_hand,
    headed_network,
    octave_of,
    picture,
    silenced,
    tiny_network,
    wide_network,
)

#: Two layers of unequal weights, of which one moves away.
CONFIG = DreamConfig(
    layers={"second": 0.7, "third": -0.4},
    guide="picture",
    guide_strength=0.6,
    octaves=1,
    iterations=2,
    precision="float32",
    convolution="direct",
)
GUIDE = Picture.of(picture(30, 42, seed=3))


@pytest.fixture(scope="module")
def network():
    return tiny_network()


def octave_toward(network, config, image, given=GUIDE):
    """The octave of a picture's own size toward a guide, in float32."""
    guide = guide_of(network, config, given)
    objective = guided_objective(network, config, guide, "float32", config.convolution)
    return OctaveAscent(objective, config, image.shape[:2])


def inner(activation):
    """All positions but the border of 2, as (positions, channels)."""
    return activation[2:-2, 2:-2].reshape(-1, activation.shape[-1])


def loss_by_hand(network, config, image, given):
    """Each layer's share of the loss, from activations by SciPy."""
    mine = activations_by_hand(network, image)
    theirs = activations_by_hand(network, given.as_float())
    losses = []
    for name, weight in config.layers.items():
        chosen = list(config.channels.get(name, range(mine[name].shape[-1])))
        positions, features = inner(mine[name])[:, chosen], inner(theirs[name])[:, chosen]
        squares = (positions**2).sum()
        size = mine[name][..., chosen].size
        if name in config.unguided:
            losses.append(weight * squares / size)
            continue
        if config.guide_features == "unit":
            length = np.sqrt((features**2).sum(1).mean())
            features = features[features.any(1)]
            features = features / np.linalg.norm(features, axis=1)[:, None] * length
        best = (positions @ features.T).max(1).sum()
        share = config.guide_strength
        losses.append(weight * ((1 - share) * squares + share * best) / size)
    return losses


CASES = [
    {},
    {"guide_features": "raw"},
    {"guide_strength": 1.0},
    {"unguided": ["third"]},
    {"channels": {"second": [1, 4], "third": [0, 2, 3]}},
    {"channels": {"second": [1, 4]}, "guide_features": "raw"},
]


@pytest.mark.parametrize("changes", CASES)
def test_losses_are_those_by_hand(network, changes):
    config, image = CONFIG.replace(**changes), picture(24, 32)
    layer_losses, _ = octave_toward(network, config, image).gradient(image)
    assert layer_losses == pytest.approx(loss_by_hand(network, config, image, GUIDE), rel=1e-5)


@pytest.mark.parametrize("changes", CASES)
def test_the_gradient_is_that_of_the_matched_inner_products(network, changes):
    config, image = CONFIG.replace(**changes), picture(24, 32)
    _, gradient = octave_toward(network, config, image).gradient(image)
    guide = guide_of(network, config, GUIDE)
    model = network.feature_extractor(["second", "third"], "float32")
    variable = tf.Variable(image[None])
    with tf.GradientTape() as tape:
        loss = 0.0
        for name, maps in model(variable).items():
            chosen = list(config.channels.get(name, range(maps.shape[-1])))
            positions = tf.gather(
                tf.reshape(maps[:, 2:-2, 2:-2], (-1, maps.shape[-1])), chosen, axis=1
            )
            part = tf.reduce_sum(positions**2)
            if name in guide.layers:
                features = guide.layers[name].features[:, chosen] * guide.layers[name].length
                best = (positions.numpy() @ features.T).argmax(1)  # held fixed
                share = config.guide_strength
                part = (1 - share) * part + share * tf.reduce_sum(positions * features[best])
            loss += config.layers[name] * part / (maps[0, ..., 0].numpy().size * len(chosen))
    expected = tape.gradient(loss, variable).numpy()[0]
    assert np.abs(gradient - expected).max() <= 1e-4 * np.abs(expected).max()


def test_the_gradient_holds_the_match_fixed():
    maps = np.random.default_rng(0).random((2, 9, 8, 3)).astype(np.float32)
    features = np.random.default_rng(1).random((7, 3)).astype(np.float32)
    mask, window = np.array([1, 0, 1], np.float32), (2, 7, 2, 6)
    activation = tf.constant(maps)
    with tf.GradientTape() as tape:
        tape.watch(activation)
        sums = guided_sums(
            activation,
            tf.constant(window),
            mask,
            tf.constant(features * mask),
            tf.constant([0.3, 0.5]),
        )
        loss = tf.reduce_sum(sums * [2.0, -1.0])
    part = maps[:, 2:7, 2:6] * mask
    best = (part @ (features * mask).T).argmax(-1)
    expected = np.zeros_like(maps)
    expected[:, 2:7, 2:6] = 0.6 * part + 0.5 * (features * mask)[best]
    expected *= np.array([2, -1], np.float32)[:, None, None, None]
    assert tape.gradient(loss, activation).numpy() == pytest.approx(expected, rel=1e-5)


def test_blocks_of_rows_change_nothing(monkeypatch):
    maps = np.random.default_rng(0).random((2, 11, 8, 3)).astype(np.float32)
    features = np.random.default_rng(1).random((7, 3)).astype(np.float32)
    whole = matches(maps, tf.constant((1, 10, 2, 8)), features)
    monkeypatch.setattr("dreamlab.dream.matching.AT_ONCE", 2 * 6 * 7 * 2)  # two rows at a time
    for one, other in zip(matches(maps, tf.constant((1, 10, 2, 8)), features), whole, strict=True):
        assert one.numpy() == pytest.approx(other.numpy(), rel=1e-6)
    empty = matches(maps, tf.constant((4, 4, 2, 8)), features)
    assert empty[0].shape == (2, 0, 6)
    assert empty[1].numpy().tolist() == [0, 0]


@pytest.mark.parametrize("way", ["direct", "winograd"])
@pytest.mark.parametrize("features", ["unit", "raw"])
def test_tiles_add_up_to_the_whole(way, features):
    network, image = wide_network("tanh"), picture(121, 163)
    config = CONFIG.replace(guide_features=features, convolution=way)
    whole = octave_toward(network, config, image)
    layer_losses, gradient = whole.gradient(image)
    tiled = octave_toward(network, replace(config, tile=64), image)
    assert len(tiled.tiles) > 1
    tiled_losses, tiled_gradient = tiled.gradient(image)
    assert tiled_losses == pytest.approx(layer_losses, rel=1e-4)
    assert np.abs(tiled_gradient - gradient).max() <= 1e-4 * np.abs(gradient).max()


def last(steps):
    *_, step = steps
    return step.image.copy(), step.losses


@pytest.mark.parametrize(
    "changes",
    [{"guide_strength": 0.0}, {"unguided": ["second", "third"]}],
    ids=["strength", "none"],
)
def test_a_guide_without_effect_leaves_the_dream_as_it_is_and_says_so(network, changes):
    image = picture(40, 56)
    plain, losses = last(dream(image, network, CONFIG.replace(guide="none", guide_strength=1.0)))
    with pytest.warns(Silence, match="the guide has no effect"):
        steps = dream(image, network, CONFIG.replace(**changes), guide=GUIDE)
    same, same_losses = last(steps)
    assert np.array_equal(same, plain)
    assert same_losses == losses


def test_settings_of_a_guide_without_one_are_told(network):
    config = CONFIG.replace(guide="none", unguided=["third"])
    with pytest.warns(Silence, match="guide_strength and unguided have no effect"):
        dream(picture(40, 56), network, config)


def test_a_strength_between_blends_values_of_one_scale(network):
    """Toward itself by raw features, the matched products are no less than the squares."""
    image = picture(24, 32)
    own = Picture.of(image)
    unit = octave_toward(network, CONFIG.replace(guide_strength=1.0), image, own).gradient(image)[0]
    plain = octave_of(network, CONFIG, image).gradient(image)[0]
    assert 0.5 < unit[0] / plain[0] < 2


def test_a_picture_as_its_own_guide_matches_itself_everywhere(network):
    image = picture(36, 40, seed=1)
    own = Picture.of(image)
    config = CONFIG.replace(guide_strength=1.0, layers={"third": 1.0})
    guide = guide_of(network, config, own)
    found = matched(network, config, guide, own.pixels)["third"]
    rows, columns = found.best.shape
    positions = np.stack(np.mgrid[:rows, :columns], -1) + 0.5
    heard = found.best >= 0
    assert heard[2:-2, 2:-2].mean() > 0.9
    assert not heard[:2].any() and not heard[:, -2:].any()
    here = guide.layers["third"].places[found.best[heard]] * (rows, columns)
    assert here == pytest.approx(positions[heard], abs=1e-4)
    assert found.likeness == pytest.approx(1, abs=1e-5)
    assert found.chance < 0.99


def test_features_are_drawn_by_the_seed_and_bounded(network, monkeypatch):
    guides = [guide_of(network, CONFIG.replace(seed=seed), GUIDE) for seed in (0, 0, 1)]
    assert len(guides[0].layers["second"].features) > 20
    monkeypatch.setattr(module, "MOST_FEATURES", 20)
    drawn = [guide_of(network, CONFIG.replace(seed=seed), GUIDE) for seed in (0, 0, 1)]
    first, again, other = (guide.layers["second"] for guide in drawn)
    assert first.features.shape == (20, 5)
    assert np.array_equal(first.features, again.features)
    assert not np.array_equal(first.places, other.places)
    assert len(np.unique(first.places, axis=0)) == 20  # without replacement
    assert first.length == guides[0].layers["second"].length  # of all features


def test_unit_features_have_one_length_and_raw_ones_their_own(network):
    unit = guide_of(network, CONFIG, GUIDE).layers["second"].features
    assert np.linalg.norm(unit, axis=1) == pytest.approx(np.ones(len(unit)), rel=1e-5)
    raw = guide_of(network, CONFIG.replace(guide_features="raw"), GUIDE).layers["second"]
    theirs = inner(activations_by_hand(network, GUIDE.as_float())["second"])
    assert raw.features * raw.length == pytest.approx(theirs, rel=1e-4, abs=1e-6)


def test_another_guide_needs_no_other_graph(network):
    image, config = picture(24, 32), CONFIG.replace(guide_strength=0.3)
    graph = graphs._guided(
        network,
        ("second", "third"),
        ("second", "third"),
        (None, None),
        "float32",
        "direct",
        "notebook",
    )
    octave_toward(network, config, image).gradient(image)
    traced = graph.gradients.experimental_get_tracing_count()
    other = Picture.of(picture(50, 31, seed=9))
    first = octave_toward(network, config, image).gradient(image)[0]
    assert (
        octave_toward(network, config, image, other).gradient(image)[0].tolist() != first.tolist()
    )
    assert graph.gradients.experimental_get_tracing_count() == traced == 1


def test_a_guide_that_a_layer_does_not_answer_to_is_refused():
    network = silenced(tiny_network(), "third")
    with pytest.raises(DreamError, match=r"^the guide leaves third silent: choose another guide"):
        dream(picture(40, 56), network, CONFIG, guide=GUIDE)


def test_a_guide_too_small_is_refused():
    with pytest.raises(DreamError, match="the guide cannot be used: .* 1 x 1 px"):
        dream(picture(40, 56), tiny_network(), CONFIG, guide=Picture.of(picture(1, 1)))


def test_chosen_classes_of_a_head_are_not_guided():
    network, given = headed_network(), Picture.of(picture(40, 40))
    config = DreamConfig(
        layers={"maps": 1.0, "predictions": 1.0},
        channels={"predictions": [3]},
        guide="picture",
        octaves=1,
        iterations=1,
    )
    guide = guide_of(network, config, given)
    assert list(guide.layers) == ["maps"]
    alone = config.replace(layers={"predictions": 1.0})
    with pytest.warns(Silence, match="the guide has no effect, as the classes .* add a layer"):
        assert guide_of(network, alone, given) is None


def test_guide_and_mask_may_be_floats_as_the_picture_is(network):
    image, guide = picture(40, 56), picture(40, 48, seed=5)
    mask = np.where(np.arange(56)[None, :, None] < 20, 1.0, -1.0) * np.ones((40, 1, 3))
    config = CONFIG.replace(mask="picture")
    floats, losses = last(dream(image, network, config, guide=guide, mask=mask))
    pictures = {"guide": Picture.of(guide), "mask": Picture.of(mask.astype(np.float32))}
    same, same_losses = last(dream(image, network, config, **pictures))
    assert np.array_equal(floats, same) and losses == same_losses


def test_a_dream_says_which_pictures_it_was_made_of(network):
    pixels = {"picture": GUIDE.pixels.repeat(2, axis=0), "guide": GUIDE.pixels}
    pixels["mask"] = (GUIDE.pixels > 128) * np.uint8(255)
    image, guide, mask = (Picture(each) for each in pixels.values())
    config = CONFIG.replace(mask="picture")
    *_, step = dream(image, network, config, guide=guide, mask=mask)
    told = step.provenance.to_dict()
    for name, each in pixels.items():
        size = f"Shape(height={each.shape[0]}, width={each.shape[1]})"
        assert told[name] == hashlib.sha256(size.encode() + each.tobytes()).hexdigest()
    *_, alone = dream(image, network, CONFIG.replace(guide="none", guide_strength=1.0))
    assert not {"guide", "mask"} & alone.provenance.to_dict().keys()
    assert alone.provenance.to_dict()["picture"] == told["picture"]


@pytest.mark.parametrize("precision", ["bfloat16", "float32"])
def test_a_dream_comes_nearer_to_its_guide(precision):
    network, image = wide_network(), picture(48, 64)
    config = CONFIG.replace(
        layers={"third": 1.0},
        guide_strength=1.0,
        iterations=6,
        octaves=2,
        precision=precision,
        step=0.05,
    )
    guide = guide_of(network, config, GUIDE)
    before = matched(network, config, guide, Picture.of(image).pixels)["third"]
    dreamt, _ = last(dream(image, network, config, guide=GUIDE))
    after = matched(network, config, guide, Picture.of(dreamt).pixels)["third"]
    assert after.likeness > before.likeness + 0.005
    assert after.likeness > after.chance


def test_several_pictures_are_guided_as_each_alone(network):
    images = [picture(40, 56, seed=seed) for seed in (0, 1)]
    config = CONFIG.replace(guide="cat", iterations=1)
    together = {place: step.image.copy() for place, step in dreams(images, network, config)}
    for place, image in enumerate(images):
        alone, _ = last(dream(image, network, config))
        assert together[place] == pytest.approx(alone, abs=1e-4)
    with pytest.raises(DreamError, match="guide is a picture, and none is given"):
        dreams(images, network, CONFIG)


def test_a_guided_dream_goes_on_as_it_would_have(network):
    from dreamlab.dream import Resume

    config = CONFIG.replace(octaves=3, guide_strength=0.8)
    whole = [
        (step, step.image.copy()) for step in dream(picture(40, 56), network, config, guide=GUIDE)
    ]
    middle = [image for step, image in whole if step.ends_octave][0]
    resumed, _ = last(
        dream(picture(40, 56), network, config, guide=GUIDE, resume=Resume(1, middle))
    )
    assert np.array_equal(resumed, whole[-1][1])


def test_without_a_guide_nothing_is_said(network):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        dream(picture(40, 56), network, CONFIG.replace(guide="none", guide_strength=1.0))
