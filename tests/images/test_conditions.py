"""Pictures without a cue."""

import numpy as np
import pytest

from dreamlab.images.conditions import CONDITIONS, TAKEN, under_condition


def changed(image, condition, seed=0):
    return under_condition(image, condition, np.random.default_rng(seed))


@pytest.fixture
def image():
    return np.random.default_rng(3).uniform(-1, 1, (64, 64, 3)).astype(np.float32)


def test_all_take_something_but_the_original():
    assert list(CONDITIONS) == ["original", *TAKEN]


@pytest.mark.parametrize("condition", CONDITIONS)
def test_they_stay_pictures(image, condition):
    found = changed(image, condition)
    assert (found.shape, found.dtype) == (image.shape, np.float32)
    assert -1 <= found.min() and found.max() <= 1
    np.testing.assert_array_equal(found, changed(image, condition))


def test_an_original_is_one(image):
    np.testing.assert_array_equal(changed(image, "original"), image)


def test_grey_is_of_one_channel_and_as_bright(image):
    found = changed(image, "grey")
    np.testing.assert_allclose(found, found[..., :1].repeat(3, -1), atol=1e-6)
    np.testing.assert_allclose(found[..., 0], image.mean(-1), atol=1e-6)


@pytest.mark.parametrize("side", [112, 224])
def test_the_blur_is_a_share_of_the_side(side):
    """A point of light becomes a hill whose standard deviation is 1/56 of the side."""
    image = np.zeros((side, side, 3), np.float32)
    image[side // 2, side // 2] = 1
    hill = changed(image, "blurred")[..., 0].astype(np.float64)
    away = np.arange(side) - side // 2
    deviation = np.sqrt((hill.sum(0) / hill.sum() * away**2).sum())
    assert deviation == pytest.approx(side / 56, rel=0.03)


def test_patches_are_shuffled_whole(image):
    image = np.linspace(-1, 1, 64 * 64 * 3, dtype=np.float32).reshape(64, 64, 3)
    found = changed(image, "shuffled")

    def patches(of):
        parts = of.reshape(8, 8, 8, 8, 3).swapaxes(1, 2).reshape(64, -1)
        return parts[np.argsort(parts[:, 0])]

    np.testing.assert_array_equal(patches(found), patches(image))
    assert np.mean(found == image) < 0.2
    assert not np.array_equal(found, changed(image, "shuffled", seed=1))
