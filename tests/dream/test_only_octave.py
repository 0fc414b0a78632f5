import numpy as np
import pytest

from dreamlab.comparison.preflight import check
from dreamlab.config import DreamConfig
from dreamlab.dream import dream
from dreamlab.dream.step import NoAnswer
from dreamlab.errors import DreamError
from dreamlab.images import Picture
from dreamlab.images.octaves import octave_shapes
from dreamlab.images.resample import resize, restore_detail
from dreamlab.results.record import record
from dreamlab.tasks.dream_task import DreamTask
from tests.support.tiny import picture, silenced, tiny_network

IMAGE = 0.5 * picture(40, 50)


@pytest.fixture(scope="module")
def network():
    return tiny_network(smooth=True)


def _config(**values):
    settings = {"octaves": 3, "iterations": 3, "precision": "float32", "seed": 4, **values}
    return DreamConfig(layers={"second": 1.0}, **settings)


def _last(image, network, config):
    *_, last = dream(image, network, config)
    return last.image


def test_the_largest_octave_alone_is_a_dream_of_one_octave(network):
    alone = _last(IMAGE, network, _config(only_octave=3, jitter=2))
    assert np.array_equal(alone, _last(IMAGE, network, _config(octaves=1, jitter=2)))


@pytest.mark.parametrize("number", [1, 2])
def test_a_smaller_octave_alone_is_its_dream_enlarged_with_its_detail(network, number):
    shapes = octave_shapes(40, 50, 3, 1.4)
    small = resize(IMAGE, shapes[number - 1])
    expected = _last(small, network, _config(octaves=1))
    assert not np.allclose(expected, small, atol=0.01)
    for before, after in zip(shapes[number - 1 :], shapes[number:], strict=False):
        shrunk, original = (resize(IMAGE, shape) for shape in (before, after))
        expected = restore_detail(resize(expected, after), original, shrunk)
    steps = [
        (step.height, step.width, step.octave, step.octaves, step.moved, step.image.shape)
        for step in dream(IMAGE, network, _config(only_octave=number))
    ]
    inner = (*shapes[number - 1], 0, 1, True)
    assert steps == [(*inner, (*shapes[number - 1], 3))] * 2 + [(*inner, (40, 50, 3))]
    got = _last(IMAGE, network, _config(only_octave=number))
    np.testing.assert_allclose(got, expected, atol=1e-6)


def test_it_takes_pixels_too(network):
    pixels = Picture.of(IMAGE)
    config = _config(only_octave=1)
    assert np.array_equal(_last(pixels, network, config), _last(pixels.as_float(), network, config))


def test_without_steps_the_original_stays(network):
    with pytest.warns(UserWarning, match="iterations is 0"):
        got = _last(IMAGE, network, _config(only_octave=1, iterations=0))
    np.testing.assert_allclose(got, IMAGE, atol=1e-6)


def test_the_whole_effort_is_made_at_the_octave(network):
    config = _config(only_octave=1, iterations=50, effort=0.1)
    steps = list(dream(IMAGE, network, config))
    assert steps[-1].reached
    assert [step.ends_dream for step in steps] == [False] * (len(steps) - 1) + [True]


def test_an_octave_without_an_answer_is_told():
    with pytest.raises(NoAnswer, match="second does not answer"):
        _last(IMAGE, silenced(tiny_network(), "second"), _config(only_octave=1))


def test_an_octave_that_is_not_there_is_told(network):
    with pytest.raises(DreamError, match="only_octave is 4 and octaves is 3; choose 0 to 3"):
        _config(only_octave=4)
    config = _config(only_octave=2, octaves=9)
    said = "only_octave is 2, of 4 x 3 px, which vgg16 does not take .* choose 0, or 9 to 9"
    checked = check(40, 50, config, "vgg16", network.layers)
    with pytest.raises(DreamError, match=said):
        raise DreamError(checked.problem)


def test_checks_costs_and_recordings_are_of_the_octave_alone(network):
    config = _config(only_octave=1)
    (small, *_) = octave_shapes(40, 50, 3, 1.4)
    big = check(100, 100, config, "tiny", network.layers)
    assert big.shapes == tuple(octave_shapes(100, 100, 3, 1.4)[:1])
    assert not big.warning
    task = DreamTask(Picture.of(picture(100, 100)), config, "tiny")
    assert task.cost().pixel_steps == 51 * 51 * 3
    run = record(IMAGE, config, network)
    assert [frame.picture.shape for frame in run.frames] == [(40, 50)]
    assert {(point.height, point.width) for point in run.losses} == {small}


def test_the_default_is_in_no_link():
    assert "only_octave" not in _config().changes()
    assert DreamConfig.from_dict({"layers": {"a": 1}, "octaves": 2}).only_octave == 0
