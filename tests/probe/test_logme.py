"""LogME against the exact evidence, and against values worked out by hand."""

import math

import numpy as np
import pytest

from dreamlab.errors import DreamError
from dreamlab.probe.logme import logme


def exact(features, target, ratio):
    """Log density of a target: normal, of covariance 1 / noise + F F' / (ratio * noise).

    The noise is the best one: that by which the target's mean square in that metric is 1.
    """
    n = len(target)
    covariance = np.eye(n) + features @ features.T / ratio
    noise = n / (target @ np.linalg.solve(covariance, target))
    covariance /= noise
    misfit = target @ np.linalg.solve(covariance, target)
    return -(n * math.log(2 * math.pi) + np.linalg.slogdet(covariance)[1] + misfit) / 2


def largest(features, labels, classes):
    """The largest evidence a picture, on a fine grid of ratios; the mean over classes."""
    targets = np.eye(classes)[labels].T
    ratios = np.linalg.norm(features, 2) ** 2 * np.logspace(-11, 11, 1500)
    best = [max(exact(features, target, ratio) for ratio in ratios) for target in targets]
    return np.mean(best) / len(labels)


def made(n, columns, classes, distance, offset=0.0):
    generator = np.random.default_rng(1)
    labels = np.arange(n) % classes
    centres = distance * generator.normal(size=(classes, columns))
    return offset + centres[labels] + generator.normal(size=(n, columns)), labels


@pytest.mark.parametrize(("n", "columns"), [(12, 3), (9, 9), (8, 40)])
@pytest.mark.parametrize(("distance", "offset"), [(0.0, 0.0), (0.5, 10.0), (2.0, 1.0)])
def test_it_is_the_largest_evidence(n, columns, distance, offset):
    features, labels = made(n, columns, 3, distance, offset)
    found = logme(features, labels, 3)
    assert found == pytest.approx(largest(features, labels, 3), abs=2e-4)


def test_of_two_maxima_it_is_the_larger():
    """A strong column that says little, with its own maximum, and a weak one that says most."""
    labels = np.arange(20) % 2
    strong = np.where(labels, 11.0, 9.0) + np.random.default_rng(1).normal(size=20)
    weak = 0.1 * labels + 0.01 * np.random.default_rng(2).normal(size=20)
    found = logme(np.stack([strong, weak], 1), labels, 2)
    assert found == pytest.approx(largest(np.stack([strong, weak], 1), labels, 2), abs=2e-4)
    assert found > logme(strong[:, None], labels, 2) + 1


@pytest.mark.parametrize("features", [np.zeros((6, 3)), np.eye(6), 1e6 * np.eye(6)])
def test_features_that_say_nothing(features):
    """Each target of variance p is but noise: -(log(2 pi p) + 1) / 2, here of p = 1/3 and 2/3."""
    expected = [-(math.log(2 * math.pi * p) + 1) / 2 for p in (1 / 3, 2 / 3)]
    assert logme(features, np.array([0, 0, 1, 1, 1, 1]), 2) == pytest.approx(np.mean(expected))


@pytest.mark.parametrize("size", [1e-6, 1.0, 1e6])
def test_a_constant_column(size):
    """Of the mean's energy p^2 the share r is noise: log(r) / n - log(2 pi (r p^2 + p - p^2)) - 1.

    Its largest is at r = (1 - p) / (p (n - 1)).
    """
    n, expected = 10, []
    for p in (0.4, 0.6):
        r = (1 - p) / (p * (n - 1))
        expected.append(math.log(r) / n - math.log(2 * math.pi * (r * p * p + p - p * p)) - 1)
    labels = (np.arange(n) >= 4).astype(int)
    assert logme(np.full((n, 2), size), labels, 2) == pytest.approx(np.mean(expected) / 2, abs=1e-7)


def test_classes_that_lie_further_apart_are_worth_more():
    found = [logme(*made(30, 5, 3, distance), 3) for distance in (0, 1, 2, 4)]
    assert found == sorted(found)


def test_units_and_the_order_of_pictures_change_nothing():
    features, labels = made(15, 30, 3, 1.0)
    order = np.random.default_rng(2).permutation(15)
    found = logme(1e5 * features[order], labels[order], 3)
    assert found == pytest.approx(logme(features, labels, 3), abs=1e-9)


@pytest.mark.parametrize("columns", [1, 2, 50])
def test_one_picture_a_class_has_a_finite_value(columns):
    assert math.isfinite(logme(*made(4, columns, 4, 1.0), 4))


def test_a_feature_that_is_no_number_is_one_sentence():
    with pytest.raises(DreamError, match="a feature is not a finite number; choose another layer"):
        logme(np.array([[1.0], [np.inf]]), np.array([0, 1]), 2)
