"""Selectivity and silence against values worked out by hand."""

import numpy as np
import pytest

from dreamlab.probe.selectivity import selectivity, shuffled_selectivity, silent

LABELS = np.array([0, 0, 1, 2, 2, 2])


def test_the_index_is_difference_over_sum_of_the_means_of_classes():
    """Means 1, 5, 3: others 2, so (5 - 2) / 7. Means 4, 0, 0: 1. All alike, and all silent: 0."""
    responses = np.array([[0, 2, 5, 3, 3, 3], [3, 5, 0, 0, 0, 0], [2] * 6, [0] * 6]).T
    index, preferred = selectivity(responses, LABELS, 3)
    np.testing.assert_allclose(index, [3 / 7, 1, 0, 0], atol=1e-15)
    assert preferred.tolist() == [1, 0, 0, 0]


def test_a_channel_with_negative_responses_is_shifted():
    """-3 -3 -2 -1 -1 -1 becomes 0 0 1 2 2 2: (2 - 0.5) / 2.5; the next one stays as it is."""
    responses = np.array([[-3, -3, -2, -1, -1, -1], [1, 1, 2, 3, 3, 3]]).T
    index, preferred = selectivity(responses, LABELS, 3)
    np.testing.assert_allclose(index, [0.6, (3 - 1.5) / 4.5])
    assert preferred.tolist() == [2, 2]


def test_a_unit_changes_nothing():
    responses = np.random.default_rng(1).uniform(0, 1, (6, 9))
    for found, expected in zip(
        selectivity(1e6 * responses, LABELS, 3), selectivity(responses, LABELS, 3), strict=True
    ):
        np.testing.assert_allclose(found, expected)


def test_the_control_is_the_index_under_shuffled_labels():
    responses = np.random.default_rng(1).uniform(-1, 1, (6, 5))
    rows = np.random.default_rng(3).permuted(np.tile(LABELS, (40, 1)), axis=1)
    expected = [selectivity(responses, row, 3)[0] for row in rows]
    found = shuffled_selectivity(responses, LABELS, 3, 3, 40)
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_noise_is_beyond_its_95th_percentile_in_one_of_twenty_channels():
    responses = np.random.default_rng(1).exponential(size=(40, 1000))
    labels = np.arange(40) % 4
    index, _ = selectivity(responses, labels, 4)
    chance = np.quantile(shuffled_selectivity(responses, labels, 4, 1), 0.95, axis=0)
    assert np.mean(index > chance) == pytest.approx(0.05, abs=0.025)


def test_a_picture_is_silent_where_the_largest_response_is_0_or_less():
    peaks = np.array([[0, 1, 0.5], [-2, 1, 0], [3, 1, 0], [0, 1, 1e-9]])
    assert silent(peaks).tolist() == [0.75, 0, 0.5]
