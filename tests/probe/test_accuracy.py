"""Accuracies and their intervals against values worked out by hand."""

import math

import numpy as np
import pytest

from dreamlab.probe.accuracy import (
    balanced_accuracy,
    chance_interval,
    confusion,
    effective_count,
    interval,
    recalls,
)

LABELS = np.array([0, 0, 0, 0, 1, 1, 2])
PREDICTED = np.array([0, 0, 0, 2, 1, 0, 1])


def test_recalls_and_their_mean():
    assert list(recalls(PREDICTED, LABELS, 3)) == [3 / 4, 1 / 2, 0]
    assert balanced_accuracy(PREDICTED, LABELS, 3) == pytest.approx(5 / 12)


def test_many_at_once():
    rows = np.stack([PREDICTED, LABELS])
    assert list(balanced_accuracy(rows, np.stack([LABELS, LABELS]), 3)) == [
        pytest.approx(5 / 12),
        1,
    ]


@pytest.mark.parametrize("named", [0, 1, 2])
def test_naming_one_class_always_is_chance(named):
    assert balanced_accuracy(np.full(7, named), LABELS, 3) == pytest.approx(1 / 3)


def test_confusion_has_a_row_for_each_true_class():
    expected = [[3, 0, 1], [1, 1, 0], [0, 1, 0]]
    assert confusion(PREDICTED, LABELS, 3).tolist() == expected


def test_effective_count():
    """9 / (1/4 + 1/2 + 1) = 36/7; with equal classes all pictures count."""
    assert effective_count(LABELS, 3) == pytest.approx(36 / 7)
    assert effective_count(np.arange(12) % 3, 3) == pytest.approx(12)


def test_wilsons_interval():
    """17 pictures vary as 10 do. Of 10, half right: 0.5 -+ z / 2 / sqrt(10 + z^2).

    All right: from 10 / (10 + z^2) to 1. 8 right: from 0.4902 to 0.9433, a value in books.
    """
    z = 1.959964
    half = z / 2 / math.sqrt(10 + z * z)
    assert interval(0.5, 17) == pytest.approx((0.5 - half, 0.5 + half), abs=1e-6)
    assert interval(1.0, 17) == pytest.approx((10 / (10 + z * z), 1), abs=1e-6)
    assert interval(0.8, 17) == pytest.approx((0.4902, 0.9433), abs=1e-4)


@pytest.mark.parametrize("count", [4, 24, 30, 36.7, 48, 120, 200])
def test_all_or_nothing_right_is_within_its_interval(count):
    assert interval(0.0, count)[0] == 0
    assert interval(1.0, count)[1] == 1


def test_fewer_pictures_are_less_sure():
    widths = [np.diff(interval(0.8, count))[0] for count in (4, 8.5, 40, 200)]
    assert widths == sorted(widths, reverse=True)


@pytest.mark.parametrize(
    ("times", "ends"), [(5, (0, 4)), (39, (0, 38)), (79, (1, 77)), (199, (4, 194))]
)
def test_chance_leaves_one_in_forty_at_either_end(times, ends):
    shuffled = np.random.default_rng(1).permutation(times) / 1000
    assert chance_interval(shuffled) == (ends[0] / 1000, ends[1] / 1000)


def test_chance_holds_whatever_is_shuffled():
    """39 values and one more, of a distribution with heavy tails: outside in 5 % of cases."""
    rows = np.random.default_rng(1).standard_cauchy((4000, 40))
    outside = 0
    for row in rows:
        low, high = chance_interval(row[1:])
        outside += not low <= row[0] <= high
    assert outside / len(rows) == pytest.approx(0.05, abs=0.01)
