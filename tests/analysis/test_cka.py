"""Unbiased CKA against its definition, against figures that are known, and against chance."""

import itertools

import numpy as np
import pytest

from dreamlab.analysis.cka import cka, halved, shuffled, signatures


def gram(features):
    return (features @ features.T)[None]


def whole(count):
    return [np.arange(count)]


def normal(seed, count, width):
    return np.random.default_rng(seed).normal(size=(count, width))


def test_it_is_the_u_statistic_of_its_definition():
    """HSIC as the mean over all quadruples of different pictures, for 6 of them by hand."""
    x, y = gram(normal(0, 6, 3))[0], gram(normal(1, 6, 4))[0]

    def hsic(k, m):
        terms = [
            k[i, j] * (m[i, j] + m[q, r] - 2 * m[i, q])
            for i, j, q, r in itertools.permutations(range(6), 4)
        ]
        return np.mean(terms)

    expected = hsic(x, y) / np.sqrt(hsic(x, x) * hsic(y, y))
    assert cka(x[None], y[None], whole(6)).item() == pytest.approx(expected, abs=1e-12)


def test_a_layer_is_itself_whatever_its_axes_scale_and_origin():
    x = normal(0, 64, 20)
    rotation = np.linalg.qr(normal(1, 20, 20))[0]
    for other in (x, x @ rotation, 7.5 * x, x + 3, -2 * x @ rotation + 1):
        assert cka(gram(x), gram(other), whole(64)).item() == pytest.approx(1, abs=1e-9)


def biased(x, y):
    x, y = (each - each.mean(axis=0) for each in (x, y))
    cross, first, second = (np.linalg.norm(a.T @ b) for a, b in ((x, y), (x, x), (y, y)))
    return cross**2 / (first * second)


def test_unrelated_features_have_none_where_the_biased_one_has_nearly_all():
    pairs = [(normal(seed, 64, 512), normal(100 + seed, 64, 512)) for seed in range(20)]
    figures = [cka(gram(x), gram(y), whole(64)).item() for x, y in pairs]
    assert abs(np.mean(figures)) < 0.02
    assert np.mean([biased(x, y) for x, y in pairs]) == pytest.approx(512 / (512 + 63), abs=0.01)


def test_a_layer_that_tells_a_single_picture_from_the_rest_has_no_figures():
    x, y = normal(0, 64, 20), np.zeros((64, 5))
    y[3] = normal(1, 1, 5)
    both = np.concatenate([gram(x), gram(y - y.mean(axis=0))])
    figures = cka(both, both, whole(64))
    assert figures[0, 0] == pytest.approx(1)
    assert np.isnan(figures[1]).all() and np.isnan(figures[:, 1]).all()
    # However small features are, their differences count.
    assert cka(gram(1e-9 * x), gram(x), whole(64)).item() == pytest.approx(1)


def test_the_order_of_the_pictures_is_nothing():
    x, y = gram(normal(0, 64, 9)), gram(normal(0, 64, 9) + normal(1, 64, 9))
    order = np.random.default_rng(2).permutation(64)
    turned = [each[:, order[:, None], order] for each in (x, y)]
    assert cka(*turned, whole(64)).item() == pytest.approx(cka(x, y, whole(64)).item(), abs=1e-12)


def test_what_tells_groups_apart_is_not_counted():
    """Unrelated features of pictures of two kinds: alike by the kinds alone."""
    kinds = np.repeat([0.0, 10.0], 40)[:, None]
    x, y = (gram(normal(seed, 80, 30) + kinds) for seed in (0, 1))
    assert cka(x, y, whole(80)).item() > 0.95
    assert abs(cka(x, y, [np.arange(40), np.arange(40, 80)]).item()) < 0.1


def test_groups_count_by_their_hsic():
    """The mean of the groups' HSICs, over that of the variances."""
    x, y = (gram(normal(seed, 20, 3)) for seed in (0, 1))
    groups = [np.arange(8), np.arange(8, 20)]

    def hsic(a, b, group):
        a, b = (each[0][np.ix_(group, group)] for each in (a, b))
        count = len(group)
        a, b = (each - np.diag(np.diag(each)) for each in (a, b))
        ones = a.sum() * b.sum() / ((count - 1) * (count - 2))
        rest = 2 * (a @ b).sum() / (count - 2)
        return (np.trace(a @ b) + ones - rest) / (count * (count - 3))  # Song et al., formula 5

    sums = [sum(hsic(*pair, group) for group in groups) for pair in ((x, y), (x, x), (y, y))]
    assert cka(x, y, groups).item() == pytest.approx(sums[0] / np.sqrt(sums[1] * sums[2]))


def test_a_silent_layer_has_no_figure():
    grams = np.concatenate([np.zeros((1, 8, 8)), gram(normal(0, 8, 3))])
    figures = cka(grams, grams, whole(8))
    assert np.isnan(figures[0]).all() and np.isnan(figures[:, 0]).all()
    assert figures[1, 1] == pytest.approx(1)


def test_too_few_pictures_are_no_group():
    with pytest.raises(ValueError, match="3 pictures"):
        signatures(np.ones((1, 3, 3)), whole(3))


def test_shuffled_pictures_are_chance():
    x = normal(0, 64, 30)
    y = x + normal(1, 64, 30)
    assert cka(gram(x), gram(y), whole(64)).item() > 0.4
    chances = [each.item() for each in shuffled(gram(x), gram(y), whole(64), 0, 100)]
    assert abs(np.mean(chances)) < 0.01
    assert np.quantile(chances, 0.95) < 0.1


def test_seeds_reproduce():
    x, y = gram(normal(0, 16, 3)), gram(normal(1, 16, 3))
    for draws in (halved, shuffled):
        first, again, other = (list(draws(x, y, whole(16), seed, 3)) for seed in (0, 0, 1))
        assert np.array_equal(first, again)
        assert not np.array_equal(first, other)


def test_halves_are_unbiased_where_draws_with_replacement_are_not():
    """A picture that is drawn twice makes a pair that every layer finds the same."""
    x, y = gram(normal(0, 64, 512)), gram(normal(1, 64, 512))
    figures = [each.item() for each in halved(x, y, whole(64), 0, 100)]
    assert abs(np.mean(figures)) < 0.03
    generator = np.random.default_rng(0)
    drawn = [[generator.integers(0, 64, 64)] for _ in range(100)]
    assert np.mean([cka(x, y, draw).item() for draw in drawn]) > 0.5


def test_the_interval_of_halves_covers_the_truth():
    """Of normal features it is the squared norm of the cross covariance, over those of the two."""
    spectrum, noise = np.array([3.0, 2.0, 1.0, 1.0, 0.5]), np.array([0.5, 1.0, 3.0, 0.2, 1.0])
    truth = np.sum(spectrum**2) / np.sqrt(np.sum(spectrum**2) * np.sum((spectrum + noise) ** 2))
    covered = 0
    for seed in range(100):
        x = normal(seed, 128, 5) * np.sqrt(spectrum)
        y = x + normal(1000 + seed, 128, 5) * np.sqrt(noise)
        figures = [each.item() for each in halved(gram(x), gram(y), whole(128), seed, 40)]
        low, high = np.quantile(figures, (0.025, 0.975))
        covered += low <= truth <= high
    assert 88 <= covered <= 99
