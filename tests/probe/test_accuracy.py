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
    """Of 10, half right: 0.5 -+ z / 2 / sqrt(10 + z^2); all right: from 10 / (10 + z^2) to 1."""
    z = 1.959964
    half = z / 2 / math.sqrt(10 + z * z)
    assert interval(0.5, 10) == pytest.approx((0.5 - half, 0.5 + half), abs=1e-6)
    assert interval(1.0, 10) == pytest.approx((10 / (10 + z * z), 1), abs=1e-6)
    assert interval(0.0, 10) == pytest.approx((0, z * z / (10 + z * z)), abs=1e-6)


def test_fewer_pictures_are_less_sure():
    widths = [np.diff(interval(0.8, count))[0] for count in (4, 8.5, 40, 200)]
    assert widths == sorted(widths, reverse=True)


def test_chance_of_five_coins():
    """Of 32 ways none right is 1, 0.03125: more than 2.5 %, so that both ends are in."""
    assert chance_interval(2, 5) == (0, 1)


def test_chance_of_six_coins():
    """Of 64 ways none right is 1 (0.0156) and one or none 7 (0.109): 1 to 5 of 6."""
    assert chance_interval(2, 6) == (1 / 6, 5 / 6)


def test_chance_of_four_guesses_among_three():
    """Of 81 ways 16 have none right, 72 at most two, 80 at most three (0.988): 0 to 3 of 4."""
    assert chance_interval(3, 4.4) == (0, 3 / 4)


@pytest.mark.parametrize(("classes", "count"), [(2, 24), (6, 48), (4, 200), (200, 200)])
def test_guesses_lie_within_chance(classes, count):
    low, high = chance_interval(classes, count)
    right = np.random.default_rng(1).binomial(count, 1 / classes, 20_000) / count
    assert np.mean(right < low) <= 0.025 + 0.004
    assert np.mean(right > high) <= 0.025 + 0.004
    assert low <= 1 / classes <= high
