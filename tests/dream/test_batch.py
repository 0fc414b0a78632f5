import math
import weakref
from dataclasses import replace

import numpy as np
import pytest

from dreamlab.config import DreamConfig
from dreamlab.dream import InexactTiles, Silence, compiled, dream, dreams
from dreamlab.dream.batch import BatchAscent
from dreamlab.dream.compiled import CompiledObjective, compile_objective
from dreamlab.errors import DreamError
from dreamlab.images import Shape
from tests.support.tiny import picture, tiny_network

#: Two layers with unequal weights; noise and shifts, which each dream draws for itself.
CONFIG = DreamConfig(
    layers={"first": 0.5, "third": 2.0},
    octaves=2,
    iterations=3,
    jitter=4,
    gaussian_noise=0.05,
    salt_pepper=0.01,
    seed=3,
    precision="float32",
)


@pytest.fixture(scope="module")
def network():
    return tiny_network(smooth=True)


@pytest.fixture(scope="module")
def pictures():
    return [picture(30, 26, seed=seed) for seed in range(6)]


def _alone(image, network, config, **options):
    return [(step, np.array(step.image)) for step in dream(image, network, config, **options)]


def _together(images, network, config, **options):
    """Return each picture's steps, and their pictures."""
    found = [[] for _ in images]
    for place, step in dreams(images, network, config, **options):
        found[place].append((step, np.array(step.image)))
    return found


def _assert_same(together, alone):
    assert len(together) == len(alone)
    for (step, image), (step_alone, image_alone) in zip(together, alone, strict=True):
        assert (step.octave, step.iteration, step.ends_octave, step.fraction) == (
            step_alone.octave,
            step_alone.iteration,
            step_alone.ends_octave,
            step_alone.fraction,
        )
        assert step.loss == pytest.approx(step_alone.loss, rel=1e-5, nan_ok=True)
        assert step.losses == pytest.approx(step_alone.losses, rel=1e-5)
        np.testing.assert_allclose(image, image_alone, atol=1e-5)


def test_dreams_together_are_those_of_each_picture_alone(monkeypatch, network, pictures):
    # At most four of the six at once.
    monkeypatch.setattr(compiled, "_MOST_PIXELS", 4 * 30 * 26)
    found = _together(pictures, network, CONFIG)
    for image, steps in zip(pictures, found, strict=True):
        _assert_same(steps, _alone(image, network, CONFIG))
    assert np.abs(found[0][-1][1] - found[1][-1][1]).max() > 0.5


def test_one_that_takes_fewer_steps_does_not_hold_up_the_others(network, pictures):
    config = replace(CONFIG, octaves=1, iterations=6, step=0.003)
    firsts = sorted(next(dream(image, network, config)).loss for image in pictures[:3])
    # The picture with the highest loss takes no step, that with the lowest several.
    config = replace(config, max_loss=(firsts[1] + firsts[2]) / 2)
    with pytest.warns(Silence) as told:
        found = _together(pictures[:3], network, config)
        for image, steps in zip(pictures, found, strict=False):
            _assert_same(steps, _alone(image, network, config))
    highest = np.argmax([steps[0][0].iteration < 0 for steps in found]) + 1
    assert str(told[0].message).startswith(f"picture {highest} of 3: octave 1 of 1 took no step")
    assert len({len(steps) for steps in found}) > 1


def test_tiles_are_taken_one_picture_at_a_time(network, pictures):
    large = [np.tile(image, (4, 4, 1)) for image in pictures[:2]]
    config = replace(CONFIG, tile=64, octaves=1)
    for image, steps in zip(large, _together(large, network, config), strict=True):
        _assert_same(steps, _alone(image, network, config))
    with pytest.warns(InexactTiles):
        dreams(large, tiny_network(seeing_all=True), replace(config, layers={"excited": 1.0}))


def test_as_many_pictures_at_once_as_fit_the_memory(network):
    objective = compile_objective(network, DreamConfig(layers={"second": 1.0}), "float32")
    # Of each pixel, 4 bytes for 4 + 5 values of the maps, for the largest twice more, and holes.
    pixel = 4 * (4 + 5 + 2 * 5) * 1.15
    shape = Shape(10, 20)
    assert objective.most_at_once(shape, 200 * pixel * 3.5) == 3
    assert objective.most_at_once(shape, 1) == 1
    # However large the memory, no more than gain from it.
    assert objective.most_at_once(Shape(128, 128), math.inf) == 16
    assert objective.most_at_once(Shape(200, 300), math.inf) == 4


def test_pictures_that_differ_in_size_are_told(network, pictures):
    with pytest.raises(DreamError, match="26 x 30 and 24 x 20 px; give pictures of one size"):
        dreams([pictures[0], picture(20, 24)], network, CONFIG)


@pytest.mark.parametrize("tile", ["auto", 64])
def test_a_search_chooses_the_step_from_the_first_gradient(network, tile):
    image = picture(90, 70)
    config = DreamConfig(
        layers={"second": 1.0}, octaves=1, iterations=3, jitter=5, tile=tile, precision="float32"
    )
    seen = []

    def search(direction, rise):
        seen.append((direction, rise))
        return 0.037

    searched = _alone(image, network, config, search=search)
    ((direction, rise),) = seen
    assert np.abs(direction).mean() == pytest.approx(1, rel=1e-5)
    assert all(step.provenance.config == replace(config, step=0.037) for step, _ in searched)
    plain = _alone(image, network, replace(config, step=0.037))
    for (_, ours), (_, theirs) in zip(searched, plain, strict=True):
        if tile == "auto":
            assert np.array_equal(ours, theirs)
        else:  # tiles sum the gradient's size in another order
            np.testing.assert_allclose(ours, theirs, atol=1e-5)
    # The rise is the slope of the loss along the direction, by two small steps of it.
    shift = np.random.default_rng((0, 0)).integers(-5, 6, 2)
    still = replace(config, iterations=1, jitter=0)
    rolled = [
        np.roll(image + away * direction, shift, axis=(0, 1)).astype(np.float32)
        for away in (-1e-3, 0, 1e-3)
    ]
    below, loss, above = (next(dream(start, network, still)).loss for start in rolled)
    assert rise == pytest.approx((above - below) / 2e-3 / loss, rel=1e-2)


def test_looks_of_the_same_octave_are_taken_at_once(network, monkeypatch):
    taken, steps = [], CompiledObjective.steps

    def counted(objective, pictures, *arguments):
        taken.append(len(pictures))
        return steps(objective, pictures, *arguments)

    monkeypatch.setattr(CompiledObjective, "steps", counted)
    config = DreamConfig(layers={"second": 1.0}, octaves=2, iterations=3, precision="float32")
    images = [picture(40, 56) + np.float32(number / 100) for number in range(4)]
    for _ in dreams(images, network, config):
        pass
    assert taken == [4] * 6


def test_the_picture_before_a_step_is_freed_when_the_step_is_there(network, monkeypatch):
    before, steps = [], BatchAscent.steps

    def noted(ascent, pictures, shifts):
        before.append(weakref.ref(pictures[0]))
        return steps(ascent, pictures, shifts)

    monkeypatch.setattr(BatchAscent, "steps", noted)
    config = DreamConfig(layers={"second": 1.0}, octaves=1, iterations=3, precision="float32")
    run = dream(picture(40, 56), network, config)
    next(run)
    next(run)
    assert len(before) == 2
    assert before[1]() is None  # at 24 megapixels it is 288 MB


def test_no_pictures_are_a_sentence(network):
    with pytest.raises(DreamError, match="there are 0 pictures to dream of; give at least 1"):
        dreams([], network)
