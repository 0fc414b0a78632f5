import numpy as np
import pytest

from dreamlab.images.extent import (
    correlation,
    deviation,
    half_share,
    local_contrast,
    square_side,
)
from dreamlab.images.shape import Shape


def test_the_deviation_is_the_root_of_both_axes_mean_variance():
    distribution = np.zeros((5, 9))
    distribution[[1, 3], 4] = 3.0  # rows: variance 1; columns: 0
    assert deviation(distribution) == pytest.approx(np.sqrt(0.5))
    assert deviation(np.ones((7, 7))) == pytest.approx(2.0)  # (49 - 1) / 12 = 4


def test_a_square_about_a_centre_holds_a_share():
    distribution = np.zeros((7, 7))
    distribution[3, 3], distribution[2, 3], distribution[0, 6] = 0.5, 0.4, 0.1
    sides = [square_side(distribution, (3.0, 3.0), share) for share in (0.5, 0.6, 0.9, 0.95, 1.0)]
    assert sides == [1, 3, 3, 7, 7]
    # Between four pixels, squares have even sides.
    assert square_side(np.ones((4, 4)), (1.5, 1.5), 0.25) == 2
    assert square_side(np.ones((4, 4)), (1.5, 1.5), 0.26) == 4
    # Rounding is no reach.
    assert square_side(np.float64([[0, 0.1, 0], [0.1, 0.1, 0.1], [0, 0.1, 0]]), (1, 1), 1.0) == 3


def test_half_of_a_map_is_on_the_fewest_positions():
    assert half_share(np.ones((4, 5))) == pytest.approx(0.5)
    assert half_share(np.float64([[1, 0], [0, 0]])) == pytest.approx(0.125)
    assert half_share(np.float64([[4, 2], [1, 1]])) == pytest.approx(0.25)
    assert half_share(np.zeros((2, 2))) is None


def test_correlation_is_pearsons_and_none_without_change():
    generator = np.random.default_rng(0)
    first, second = generator.normal(size=(2, 6, 7))
    expected = np.corrcoef(first.ravel(), second.ravel())[0, 1]
    assert correlation(first, second) == pytest.approx(expected)
    assert correlation(first, 3 * first - 2) == pytest.approx(1)
    assert correlation(first, np.ones((6, 7))) is None


def test_rounding_errors_of_an_even_map_are_no_pattern():
    even = np.full((7, 9), 0.1) * (1 + 1e-8 * np.random.default_rng(0).normal(size=(7, 9)))
    other = np.arange(63.0).reshape(7, 9)
    assert correlation(even, other) is None
    assert correlation(other, np.float32(even)) is None
    assert correlation(other, 1e-12 * other) == pytest.approx(1)
    assert correlation(other, other + 1e4) == pytest.approx(1)


def test_local_contrast_is_the_mean_squared_slope_of_brightness():
    image = np.zeros((8, 6, 3), np.float32)
    image[:, 3:] = 0.5  # half of the slope on either side of the edge
    found = local_contrast(image, Shape(8, 6))
    np.testing.assert_allclose(found, np.tile([0, 0, 0.0625, 0.0625, 0, 0], (8, 1)), atol=1e-7)
    np.testing.assert_allclose(local_contrast(image, Shape(2, 1)), 0.0625 / 3, rtol=1e-5)
    # Colours of one brightness have no contrast.
    colours = np.zeros((4, 4, 3), np.float32)
    colours[:, :2, 0] = colours[:, 2:, 1] = 0.9
    assert not local_contrast(colours, Shape(4, 4)).any()
