import numpy as np
import pytest
import tensorflow as tf
from scipy.ndimage import map_coordinates

from dreamlab.dream.transforms import drawn, warped
from tests.support.tiny import picture


def warped_by_scipy(image, affine):
    """The transform of a picture, shape (H, W, C), by SciPy."""
    height, width = image.shape[:2]
    centre = (np.array([height, width]) - 1) / 2
    offsets = np.mgrid[:height, :width].reshape(2, -1) - centre[:, None]
    places = affine[:, :2] @ offsets + affine[:, 2:] + centre[:, None]
    planes = [
        map_coordinates(image[..., c], places, order=1, mode="grid-wrap")
        for c in range(image.shape[2])
    ]
    return np.stack(planes, -1).reshape(image.shape)


def test_turned_scaled_and_shifted_pictures_against_scipy():
    generator = np.random.default_rng(0)
    images = np.stack([picture(20, 24, seed) for seed in (0, 1)])
    affine = np.stack([drawn(generator, 5, turned=True) for _ in images])
    for found, image, of in zip(warped(images, affine).numpy(), images, affine, strict=True):
        np.testing.assert_allclose(found, warped_by_scipy(image, of.astype(float)), atol=1e-4)
        assert np.abs(found - image).max() > 0.1


def test_the_gradient_is_that_of_the_linear_map():
    """Each pixel's column of the map is what SciPy makes of a picture of that pixel alone."""
    affine = drawn(np.random.default_rng(1), 2, turned=True)
    cotangent = np.random.default_rng(2).normal(size=(4, 5, 1)).astype(np.float32)
    units = np.eye(20).reshape(20, 4, 5, 1)
    expected = [np.sum(warped_by_scipy(unit, affine.astype(float)) * cotangent) for unit in units]
    start = tf.constant(picture(4, 5)[None, :, :, :1])
    with tf.GradientTape() as tape:
        tape.watch(start)
        total = tf.reduce_sum(warped(start, affine[None]) * cotangent)
    gradient = tape.gradient(total, start).numpy().ravel()
    np.testing.assert_allclose(gradient, expected, atol=1e-5)


def test_a_whole_shift_is_exact():
    image = picture(9, 7)
    affine = np.array([[1, 0, -3], [0, 1, 11]], np.float32)
    np.testing.assert_array_equal(
        warped(image[None], affine[None])[0], np.roll(image, (3, -11), (0, 1))
    )


@pytest.mark.parametrize("turned", [False, True])
def test_draws_are_within_their_limits_and_seeded(turned):
    generator = np.random.default_rng(3)
    found = np.stack([drawn(generator, 4, turned=turned) for _ in range(300)])
    again = drawn(np.random.default_rng(3), 4, turned=turned)
    np.testing.assert_array_equal(found[0], again)
    assert set(found[:, :, 2].ravel()) == set(range(-4, 5))
    turns = np.degrees(np.arctan2(found[:, 1, 0], found[:, 0, 0]))
    scales = np.hypot(found[:, 1, 0], found[:, 0, 0])
    if turned:
        assert 9 < turns.max() <= 10
        assert -10 <= turns.min() < -9
        assert 1.08 < scales.max() <= 1.1001
        assert 0.909 <= scales.min() < 0.925
    else:
        assert not turns.any()
        assert (scales == 1).all()
