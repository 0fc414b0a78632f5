import numpy as np
import pytest
from scipy.ndimage import map_coordinates

from dreamlab.images.cues import (
    CUES,
    GROUPS,
    channels_shuffled,
    faded,
    patches_shuffled,
    rotated,
    shifted,
)
from dreamlab.images.distance import distance
from tests.support.tiny import picture


def generator():
    return np.random.default_rng(5)


@pytest.mark.parametrize("name", CUES)
def test_each_has_a_group_and_three_strengths_of_pictures_that_come_again(name):
    cue, image = CUES[name], picture(33, 40)
    assert cue.group in GROUPS
    assert len(cue.strengths) == 3
    for strength in cue.strengths:
        changed = cue.applied(image, strength, generator())
        assert (changed.shape, changed.dtype) == (image.shape, np.float32)
        assert abs(changed).max() <= 1
        assert distance(changed, image) > 0.01
        again = cue.applied(image, strength, generator())
        other = cue.applied(image, strength, np.random.default_rng(11))
        assert np.array_equal(changed, again)
        assert np.array_equal(changed, other) != cue.drawn


@pytest.mark.parametrize(
    "name", ["greyscale", "channels", "bilateral", "blur", "low_pass", "phase", "high_pass"]
)
def test_a_stronger_one_changes_more(name):
    image = picture(64, 64)
    changes = [
        distance(CUES[name].applied(image, strength, generator()), image)
        for strength in CUES[name].strengths
    ]
    assert changes == sorted(changes)


def test_a_grey_picture_has_the_mean_of_the_channels():
    image = np.array([[[0.9, 0.0, -0.3]]], np.float32)
    np.testing.assert_allclose(faded(image, 0.0), [[[0.2] * 3]], atol=1e-7)
    np.testing.assert_allclose(faded(image, 0.5), [[[0.55, 0.1, -0.05]]], atol=1e-7)


def test_channels_come_in_another_order():
    image = np.broadcast_to(np.array([0.5, 0.0, -0.5], np.float32), (2, 2, 3))
    for seed in range(8):
        shuffled = channels_shuffled(image, 1.0, np.random.default_rng(seed))
        assert sorted(shuffled[0, 0]) == [-0.5, 0.0, 0.5]
        assert not np.array_equal(shuffled, image)
        half = channels_shuffled(image, 0.5, np.random.default_rng(seed))
        np.testing.assert_allclose(half, (image + shuffled) / 2)


def test_shuffled_patches_are_the_same_pixels_and_none_stays():
    image = np.arange(10 * 13 * 3, dtype=np.float32).reshape(10, 13, 3)
    shuffled = patches_shuffled(image, 4, generator())
    # Patches of 2 x 3 pixels; 2 rows and 1 column are left over and stay.
    assert sorted(shuffled.ravel()) == sorted(image.ravel())
    assert np.array_equal(shuffled[8:], image[8:])
    assert np.array_equal(shuffled[:, 12:], image[:, 12:])
    corners = {tuple(image[row, column]) for row in range(0, 8, 2) for column in range(0, 12, 3)}
    for row in range(0, 8, 2):
        for column in range(0, 12, 3):
            assert tuple(shuffled[row, column]) in corners
            assert not np.array_equal(shuffled[row, column], image[row, column])
            assert np.array_equal(shuffled[row + 1, column + 2] - shuffled[row, column], [45.0] * 3)


def test_a_picture_smaller_than_the_patches_is_shuffled_by_pixels():
    image = np.arange(2 * 3 * 3, dtype=np.float32).reshape(2, 3, 3)
    shuffled = patches_shuffled(image, 8, generator())
    assert sorted(shuffled.ravel()) == sorted(image.ravel())
    assert not np.any(np.all(shuffled == image, axis=2))


def test_a_shift_brings_in_the_other_side():
    image = picture(16, 20)
    moved = shifted(image, 4)
    assert np.array_equal(moved[4:, 5:], image[:-4, :-5])
    assert np.array_equal(moved[:4, :5], image[-4:, -5:])


def test_a_rotation_turns_clockwise_with_the_mirror_image_around():
    square = picture(12, 12)
    np.testing.assert_allclose(rotated(square, 0.0), square, atol=1e-7)
    np.testing.assert_allclose(rotated(square, 90.0), np.rot90(square, -1), atol=1e-5)
    image, angle = picture(14, 22), np.radians(15.0)
    rows, columns = np.mgrid[0:14, 0:22].astype(float)
    rows, columns = rows - 6.5, columns - 10.5
    places = [
        np.cos(angle) * rows - np.sin(angle) * columns + 6.5,
        np.sin(angle) * rows + np.cos(angle) * columns + 10.5,
    ]
    expected = np.stack(
        [map_coordinates(image[..., of], places, order=1, mode="reflect") for of in range(3)], -1
    )
    np.testing.assert_allclose(rotated(image, 15.0), expected, atol=1e-5)


def test_mirrors():
    image = picture(5, 6)
    expected = [image[:, ::-1], image[::-1], image[::-1, ::-1]]
    for strength, mirrored in zip(CUES["mirror"].strengths, expected, strict=True):
        assert np.array_equal(CUES["mirror"].applied(image, strength, generator()), mirrored)
