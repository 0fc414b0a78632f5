"""The probe against refits without each picture, made by normal equations."""

import numpy as np
import pytest

from dreamlab.errors import DreamError
from dreamlab.probe.accuracy import balanced_accuracy, chance_interval, interval
from dreamlab.probe.ridge import RIDGE, Probe, standardised

SIZES = [(8, 8), (4, 12), (6, 5, 5), (2, 3, 9, 4)]


def made(sizes, columns, seed=1, distance=1.0):
    """Features whose classes lie apart, with a constant column, and labels out of order."""
    generator = np.random.default_rng(seed)
    labels = generator.permutation(np.repeat(np.arange(len(sizes)), sizes))
    centres = distance * generator.normal(size=(len(sizes), columns))
    features = centres[labels] + generator.normal(size=(len(labels), columns))
    features[:, 0] = 7.0
    return features, labels


def refitted(features, labels, classes):
    """Scores of each picture by a probe that is solved anew without it: (n, classes)."""
    values = features - features.mean(0)
    deviation = values.std(0)
    values[:, deviation > 0] /= deviation[deviation > 0]
    n, columns = values.shape
    ridge = RIDGE * np.mean(np.sum(values**2, 1))
    weights = (n / classes / np.bincount(labels))[labels]
    targets = np.eye(classes)[labels]
    scores = []
    for left in range(n):
        rest = np.arange(n) != left
        design = np.hstack([np.ones((n - 1, 1)), values[rest]])
        penalty = ridge * np.diag([0.0, *np.ones(columns)])
        weighed = design.T * weights[rest]
        solution = np.linalg.solve(weighed @ design + penalty, weighed @ targets[rest])
        alone = np.average(targets[rest], axis=0, weights=weights[rest])
        spread = np.sqrt(np.average((targets[rest] - alone) ** 2, axis=0, weights=weights[rest]))
        scores.append((solution[0] + values[left] @ solution[1:] - alone) / spread)
    return np.array(scores)


@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("columns", [2, 4, 40])
def test_a_picture_left_out_is_a_refit_without_it(sizes, columns):
    features, labels = made(sizes, columns)
    expected = refitted(features, labels, len(sizes))
    found = Probe(features).scores(labels, len(sizes))
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-8)


def test_four_pictures_by_hand():
    """One column -1 -1 1 1, of which three points stay; weights are 1, the Gram diagonal is 1.

    Without the first: mean of x is 1/3 and of y (of the second class) 2/3; sum of squares 8/3, of
    products 4/3; slope (4/3) / (8/3 + 0.1) = 40/83; it is at -4/3 from the mean, and the standard
    deviation of y is the root of 2/9.
    """
    features, labels = np.array([[3.0], [3.0], [5.0], [5.0]]), np.array([0, 0, 1, 1])
    second = 4 / 3 * 40 / 83 / (2 / 9) ** 0.5 * np.array([-1, -1, 1, 1])
    probe = Probe(features)
    np.testing.assert_allclose(probe.scores(labels, 2), np.stack([-second, second], 1), atol=1e-12)
    assert list(probe.predicted(labels, 2)) == [0, 0, 1, 1]


def test_columns_are_standardised_and_constant_ones_are_0():
    columns = np.array([[1.0, 5.0, 1e6], [3.0, 5.0, 1e6 + 0.01], [5.0, 5.0, 1e6]], np.float64)
    root = 1.5**0.5
    expected = np.array([[-root, 0, 0], [0, 0, 0], [root, 0, 0]])
    np.testing.assert_allclose(standardised(columns), expected, atol=1e-12)


def test_units_and_constant_columns_change_nothing():
    features, labels = made((5, 9, 7), 6)
    units = features * [1, 1e-6, 1e6, 3, -1, 0.1] + [0, 5e-6, 9, 0, 1, 0]
    wider = np.hstack([units, np.full((21, 3), 2.5)])
    found = Probe(wider).scores(labels, 3)
    np.testing.assert_allclose(found, Probe(features).scores(labels, 3), atol=1e-9)


def test_an_order_of_the_pictures_changes_nothing():
    features, labels = made((5, 9, 7), 6)
    order = np.random.default_rng(2).permutation(21)
    found = Probe(features[order]).scores(labels[order], 3)
    np.testing.assert_allclose(found, Probe(features).scores(labels, 3)[order], atol=1e-12)


@pytest.mark.parametrize("sizes", SIZES)
def test_features_that_tell_nothing_give_chance(sizes):
    """All constant: each score is 0, the lowest class is named, and accuracy is at chance."""
    labels = np.repeat(np.arange(len(sizes)), sizes)
    probe = Probe(np.full((len(labels), 3), 0.1))
    assert not probe.predicted(labels, len(sizes)).any()
    assert probe.permuted(labels, len(sizes), 1, 3) == pytest.approx(1 / len(sizes))


@pytest.mark.parametrize("sizes", SIZES)
def test_shuffles_are_those_of_the_seed_and_give_what_the_probe_predicts(sizes):
    features, labels = made(sizes, 5)
    classes, probe = len(sizes), Probe(features)
    rows = np.random.default_rng(7).permuted(np.tile(labels, (6, 1)), axis=1)
    expected = [balanced_accuracy(probe.predicted(row, classes), row, classes) for row in rows]
    np.testing.assert_allclose(probe.permuted(labels, classes, 7, 6), expected)


def test_classes_that_lie_apart_are_told_and_a_rare_one_counts_as_much():
    features, labels = made((4, 40), 30, distance=3.0)
    assert (Probe(features).predicted(labels, 2) == labels).all()


@pytest.mark.parametrize("sizes", [(12, 12), (4, 4, 4, 4, 4, 4), (3, 9, 12)])
def test_shuffled_labels_are_at_chance_in_the_mean(sizes):
    """Without the picture its class is rarer, which by itself would bring them below chance."""
    found = [
        Probe(np.random.default_rng(seed).normal(size=(24, 3)))
        .permuted(np.repeat(np.arange(len(sizes)), sizes), len(sizes), seed, 20)
        .mean()
        for seed in range(20)
    ]
    assert np.mean(found) == pytest.approx(1 / len(sizes), abs=0.015)


def test_the_accuracy_on_fresh_pictures_lies_in_the_interval():
    """In 95 % of 200 draws, less twice what 200 may miss; the classes lie half apart."""
    labels, fresh, inside = np.repeat(np.arange(4), 12), np.repeat(np.arange(4), 200), 0
    for seed in range(200):
        generator = np.random.default_rng(seed)
        centres = 0.3 * generator.normal(size=(4, 60))
        features = centres[labels] + generator.normal(size=(48, 60))
        others = centres[fresh] + generator.normal(size=(800, 60))
        found = balanced_accuracy(Probe(features).predicted(labels, 4), labels, 4)
        low, high = interval(float(found), 48)
        mean, deviation = features.mean(0), features.std(0)
        known, new = (features - mean) / deviation, (others - mean) / deviation
        solution = np.linalg.solve(
            known.T @ known + RIDGE * 60 * np.eye(60), known.T @ (np.eye(4)[labels] - 0.25)
        )
        inside += low <= balanced_accuracy((new @ solution).argmax(1), fresh, 4) <= high
    assert inside / 200 >= 0.95 - 2 * (0.95 * 0.05 / 200) ** 0.5


@pytest.mark.parametrize("sizes", [(12, 12), (4, 8, 12)])
def test_shuffled_labels_lie_in_the_interval_of_chance(sizes):
    """One shuffle among 39 others in 95 % of 400 seeds, less twice what 400 may miss."""
    labels = np.repeat(np.arange(len(sizes)), sizes)
    inside = 0
    for seed in range(400):
        probe = Probe(np.random.default_rng(seed).normal(size=(24, 2)))
        one, *others = probe.permuted(labels, len(sizes), seed, 40)
        low, high = chance_interval(np.array(others))
        inside += low <= one <= high
    assert inside / 400 >= 0.95 - 2 * (0.95 * 0.05 / 400) ** 0.5


@pytest.mark.parametrize(
    ("labels", "classes", "told"),
    [
        ([0, 0, 0, 0], 1, "1 classes has 4"),
        ([0, 0, 0, 1], 2, "has 1 pictures"),
        ([0, 0, 1, 1], 3, "has 0"),
    ],
)
def test_what_cannot_be_left_out_is_one_sentence(labels, classes, told):
    with pytest.raises(DreamError, match=f"{told}.*; a probe needs 2 classes or more"):
        Probe(np.eye(4)).predicted(np.array(labels), classes)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_feature_that_is_no_number_is_one_sentence(value):
    with pytest.raises(DreamError, match="a feature is not a finite number; choose another layer"):
        Probe(np.array([[1.0], [value]]))
