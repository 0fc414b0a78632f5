"""How much work a dream is, and how long it takes."""

import pytest

from dreamlab.errors import DreamError
from dreamlab.jobs.estimates import Throughput
from dreamlab.tasks import dream_task
from tests.support.fake_engine import LAYERS
from tests.support.jobs import request


@pytest.fixture(autouse=True)
def two_layers(monkeypatch):
    monkeypatch.setattr(dream_task, "known_layers", lambda model: LAYERS)


def test_pixel_steps_are_summed_over_the_octaves_that_run():
    # 80 x 160 and 40 x 80 run; 20 x 40 is below VGG16's 32 px.
    task = request(size=(80, 160), octaves=3, octave_scale=2, iterations=7)
    assert task.cost().pixel_steps == 7 * (80 * 160 + 40 * 80)
    assert task.cost().work == 7 * (80 * 160 + 40 * 80) * 1728


def test_no_steps_are_no_work():
    assert request(iterations=0).cost().pixel_steps == 0


def test_the_deepest_layer_asked_for_counts():
    for layers, operations in [(("block1_conv1",), 1728), (("block1_pool", "block1_conv1"), 38592)]:
        cost = request(layers=layers).cost()
        assert cost.work / cost.pixel_steps == operations


def test_a_layer_that_is_not_there_is_named():
    with pytest.raises(DreamError, match="vgg16 has no layer 'block9_conv1'"):
        request(layers=("block9_conv1",)).cost()


def test_a_picture_that_cannot_run_is_refused():
    with pytest.raises(DreamError, match="20 x 20 px; vgg16 needs at least 32 x 32"):
        request(size=(20, 20)).cost()


def test_nothing_is_expected_before_something_was_measured():
    assert Throughput().seconds("vgg16", "auto", 1e9) is None


def test_time_is_in_proportion_to_work_and_the_last_measure_counts():
    measured = Throughput()
    measured.observe("vgg16", "float32", work=100, seconds=10)
    measured.observe("vgg16", "float32", work=200, seconds=10)
    assert measured.seconds("vgg16", "float32", 60) == pytest.approx(3)


def test_the_nearest_measure_stands_in():
    measured = Throughput()
    measured.observe("resnet50", "float32", 1, 1)
    measured.observe("vgg16", "bfloat16", 1, 2)
    measured.observe("vgg19", "auto", 1, 3)
    assert measured.seconds("vgg16", "float32", 1) == 2  # same network
    assert measured.seconds("inception_v3", "float32", 1) == 1  # same precision
    assert measured.seconds("inception_v3", "none", 1) == 3  # the last one


def test_a_run_without_work_says_nothing():
    measured = Throughput()
    measured.observe("vgg16", "auto", work=0, seconds=5)
    assert measured.seconds("vgg16", "auto", 1) is None
