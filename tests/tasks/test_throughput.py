"""How fast tasks run, as measured."""

import pytest

from dreamlab.tasks.throughput import Throughput


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
    # At the same precision; its speed is twice that of the network that was measured.
    assert measured.seconds("inception_v3", "float32", 1) == pytest.approx(0.2 / 0.4)
    assert measured.seconds("inception_v3", "none", 1) == pytest.approx(3 / 0.4)  # the last one
    assert measured.seconds("vgg19:untrained", "none", 1) == 3


def test_a_run_without_work_says_nothing():
    measured = Throughput()
    measured.observe("vgg16", "auto", work=0, seconds=5)
    assert measured.seconds("vgg16", "auto", 1) is None
