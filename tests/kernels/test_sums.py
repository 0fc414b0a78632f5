"""Sums of feature maps, and of squares of a part of them, against double precision."""

import numpy as np
import pytest

from dreamlab.kernels import added, square_sums, square_sums_gradient


@pytest.mark.parametrize("shape", [(1, 9, 11, 40), (3, 5, 6, 3), (2, 1, 1, 8)])
@pytest.mark.parametrize("window", [(0, 9, 0, 11), (2, 3, 1, 4), (1, 1, 0, 2)])
def test_squares_of_a_window_and_their_gradient(shape, window):
    top, bottom, left, right = np.minimum(window, [shape[1], shape[1], shape[2], shape[2]])
    generator = np.random.default_rng(0)
    x = generator.normal(size=shape).astype(np.float32)
    mask = (np.arange(shape[3]) % 2).astype(np.float32)
    upstream = generator.normal(size=shape[0]).astype(np.float32)
    part = np.zeros(shape)
    part[:, top:bottom, left:right] = 1
    window = np.array([top, bottom, left, right], np.int32)
    sums = square_sums(x, window, mask)
    assert (sums.shape, sums.dtype) == ((shape[0],), np.float32)
    expected = np.sum(x.astype(np.float64) ** 2 * mask * part, axis=(1, 2, 3))
    np.testing.assert_allclose(sums, expected, rtol=1e-6)
    computed = square_sums_gradient(x, upstream, window, mask)
    expected = 2.0 * upstream[:, None, None, None] * x * mask * part
    np.testing.assert_allclose(computed, expected, rtol=1e-6)


@pytest.mark.parametrize("shape", [(1, 9, 11, 40), (2, 1, 1, 1), (0, 3, 3, 2)])
def test_the_sum_of_two_maps(shape):
    generator = np.random.default_rng(0)
    first, second = (generator.normal(size=shape).astype(np.float32) for _ in range(2))
    assert (added(first, second) == first + second).all()


def test_a_gradient_of_squares_becomes_the_sum_and_nothing_else_does():
    x = np.ones((1, 4, 5, 8), np.float32)
    window, mask = np.array([0, 4, 0, 5]), np.ones(8, np.float32)
    gradient = square_sums_gradient(x, np.ones(1, np.float32), window, mask)
    total = added(x, gradient)
    assert total is gradient and (total == 3).all()
    theirs = x.copy()
    assert added(x, theirs) is not theirs
    assert (theirs == 1).all()
