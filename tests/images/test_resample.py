import numpy as np
import pytest
import scipy.ndimage

from dreamlab.images.resample import resize, restore_detail


def test_corners_stay_and_values_between_are_linear():
    ramp = np.array([[0.0, 1.0]], np.float32)[..., None].repeat(3, axis=2)
    assert resize(ramp, (1, 5))[0, :, 0] == pytest.approx([0, 0.25, 0.5, 0.75, 1])


def test_by_hand_in_two_dimensions():
    square = np.array([[0.0, 2.0], [4.0, 6.0]], np.float32)[..., None]
    expected = [[0, 1, 2], [2, 3, 4], [4, 5, 6]]
    assert resize(square, (3, 3))[..., 0].tolist() == expected


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ((400, 600), (104, 156)),
        ((104, 156), (145, 218)),
        ((37, 51), (90, 11)),
        ((300, 40), (700, 41)),
        ((5, 5), (1, 1)),
        ((1, 7), (3, 7)),
        ((2, 2), (515, 3)),
    ],
)
def test_equal_to_scipy_to_the_last_bit(old, new):
    image = np.random.default_rng(0).standard_normal((*old, 3)).astype(np.float32)
    factors = (new[0] / old[0], new[1] / old[1], 1)
    expected = scipy.ndimage.zoom(image, factors, order=1)
    resized = resize(image, new)
    assert resized.dtype == np.float32
    assert (resized == expected).all()


def test_the_same_size_is_the_same_picture():
    image = np.zeros((4, 4, 3), np.float32)
    assert resize(image, (4, 4)) is image


def test_detail_is_the_originals_difference_to_its_shrunk_self():
    generator = np.random.default_rng(1)
    dream, original = generator.standard_normal((2, 600, 31, 3)).astype(np.float32)
    shrunk = resize(original, (428, 22))
    expected = dream + original - resize(shrunk, (600, 31))
    assert (restore_detail(dream, original, shrunk) == expected).all()


def test_no_detail_is_lost_at_the_same_size():
    dream, original = np.full((2, 5, 5, 3), 0.5, np.float32)
    assert (restore_detail(dream, original, original) == dream).all()
