"""How fast tasks run, as measured."""

import pytest

from dreamlab.tasks.throughput import Throughput


def test_nothing_is_expected_before_something_was_measured():
    assert Throughput().seconds("vgg16", "auto", 1e9) is None


def test_time_is_in_proportion_to_work_and_the_last_long_run_counts():
    measured = Throughput()
    measured.observe("vgg16", "float32", work=1e12, seconds=10)
    measured.observe("vgg16", "float32", work=2e12, seconds=10)
    assert measured.seconds("vgg16", "float32", 6e11) == pytest.approx(3)


def test_a_short_run_says_little():
    measured = Throughput()
    measured.observe("vgg16", "float32", work=1e12, seconds=10)
    # It took 25 times as long as it should, as all was made ready in it.
    measured.observe("vgg16", "float32", work=1e10, seconds=2.5)
    assert measured.seconds("vgg16", "float32", 1e12) == pytest.approx(10 * 25**0.01)
    measured.observe("vgg16", "float32", work=5e11, seconds=20)
    assert measured.seconds("vgg16", "float32", 1e12) == pytest.approx((10 * 25**0.01 * 40) ** 0.5)


def test_the_first_run_of_a_network_counts_beside_what_another_tells_of_it():
    measured = Throughput()
    measured.observe("vgg16", "auto", work=1e12, seconds=10)
    measured.observe("vgg19", "auto", work=1e10, seconds=10)
    assert measured.seconds("vgg19", "auto", 1e12) == pytest.approx(10 * 100**0.01)


def test_the_nearest_measure_stands_in():
    measured = Throughput()
    long = 1e12
    measured.observe("resnet50", "float32", long, 1)
    measured.observe("vgg16", "bfloat16", long, 2)
    measured.observe("vgg19", "auto", long, 3)
    assert measured.seconds("vgg16", "float32", long) == 2  # same network
    # At the same precision; its speed is twice that of the network that was measured.
    assert measured.seconds("inception_v3", "float32", long) == pytest.approx(0.2 / 0.4)
    assert measured.seconds("inception_v3", "none", long) == pytest.approx(3 / 0.4)  # the last one
    assert measured.seconds("vgg19:untrained", "none", long) == pytest.approx(3)


def test_a_run_without_work_says_nothing():
    measured = Throughput()
    measured.observe("vgg16", "auto", work=0, seconds=5)
    assert measured.seconds("vgg16", "auto", 1) is None


def test_what_runs_take_beside_their_work_is_that_of_the_middle_one():
    measured = Throughput()
    measured.observe_whole("vgg16", "auto", work=1e12, seconds=99)  # nothing is known yet
    measured.observe("vgg16", "auto", work=1e12, seconds=10)
    for _ in range(3):  # they download the network, or make all ready: they say nothing yet
        measured.observe_whole("vgg16", "auto", work=1e11, seconds=60)
    assert measured.seconds("vgg16", "auto", 2e11) == pytest.approx(2 + 0.5)
    for seconds in (2.0, 2.2, 2.2, 2.3, 2.4, 2.5, 2.6, 2.7, 2.8):
        measured.observe_whole("vgg16", "auto", work=1e11, seconds=seconds)
    assert measured.seconds("vgg16", "auto", 2e11) == pytest.approx(2 + 1.2)
    for _ in range(9):
        measured.observe_whole("vgg16", "auto", work=1e12, seconds=9)  # quicker than was expected
    assert measured.seconds("vgg16", "auto", 2e11) == pytest.approx(2)
    # A long run that follows is still a measure of the work alone.
    measured.observe("vgg16", "auto", work=1e12, seconds=20)
    assert measured.seconds("vgg16", "auto", 1e12) == pytest.approx(20)
