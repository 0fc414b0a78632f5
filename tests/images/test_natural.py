import numpy as np
import pytest

from dreamlab.images import load_image
from dreamlab.images.natural import SAMPLES, random_crops, sample_crops

#: Red grows with the column and green with the row, both from -1 to 1.
RAMPS = np.zeros((60, 90, 3), np.float32)
RAMPS[..., 0] = np.linspace(-1, 1, 90)
RAMPS[..., 1] = np.linspace(-1, 1, 60)[:, None]


def edges(crop):
    """Where a crop of the ramps was cut: left, right, top and bottom, in pixels."""
    columns = (crop[..., 0].mean(0) + 1) / 2 * 89 + 0.5
    rows = (crop[..., 1].mean(1) + 1) / 2 * 59 + 0.5
    return [
        end
        for line in (columns, rows)
        for end in (1.5 * line[0] - 0.5 * line[1], 1.5 * line[-1] - 0.5 * line[-2])
    ]


def test_crops_are_squares_of_the_side_or_larger_from_everywhere():
    crops = random_crops(RAMPS, 20, 200, 0)
    assert crops.shape == (200, 20, 20, 3)
    assert crops.dtype == np.float32
    left, right, top, bottom = np.transpose([edges(crop) for crop in crops])
    # A level of 255 is 0.35 px.
    np.testing.assert_allclose(right - left, bottom - top, atol=3)
    sides = right - left
    assert sides.min() == pytest.approx(20, abs=2)
    assert sides.max() == pytest.approx(60, abs=2)
    # As many below the geometric mean as above it.
    assert 75 < np.sum(sides < np.sqrt(20 * 60)) < 125
    assert left.min() < 3 and right.max() > 87
    assert top.min() < 2 and bottom.max() > 58


def test_crops_are_seeded():
    np.testing.assert_array_equal(random_crops(RAMPS, 16, 3, 1), random_crops(RAMPS, 16, 3, 1))
    assert np.abs(random_crops(RAMPS, 16, 3, 1) - random_crops(RAMPS, 16, 3, 2)).max() > 0.1


def test_a_picture_below_the_side_is_enlarged():
    for crop in random_crops(RAMPS, 100, 5, 0):
        _, _, top, bottom = edges(crop)
        assert bottom - top == pytest.approx(60, abs=2)


def test_the_samples_are_cropped_in_turn():
    crops = sample_crops(32, 4, seed=5)
    assert crops.shape == (4 * len(SAMPLES), 32, 32, 3)
    np.testing.assert_array_equal(crops[4:8], random_crops(load_image(SAMPLES[1]), 32, 4, 5))
