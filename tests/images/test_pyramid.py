import numpy as np
import pytest
from scipy.ndimage import convolve1d

from dreamlab.images.pyramid import equalised, laplacian, merged

RNG = np.random.default_rng(5)


@pytest.mark.parametrize("shape", [(64, 96, 3), (37, 5, 1), (1, 9, 3), (3, 3, 3)])
@pytest.mark.parametrize("levels", [1, 4, 8])
def test_levels_add_up_to_the_picture(shape, levels):
    image = RNG.standard_normal(shape, dtype=np.float32)
    np.testing.assert_allclose(merged(laplacian(image, levels)), image, atol=1e-6)


def test_a_level_is_what_the_binomial_filter_takes_out():
    image = RNG.standard_normal((16, 20, 3)).astype(np.float32)
    taps = np.array([1, 4, 6, 4, 1]) / 16
    blurred = image.astype(np.float64)
    for axis in (0, 1):
        blurred = convolve1d(blurred, taps, axis, mode="reflect")
    small = blurred[::2, ::2]
    level, rest = laplacian(image, 1)
    np.testing.assert_allclose(rest, small, atol=1e-6)
    spread = np.zeros(image.shape)
    spread[::2, ::2] = small
    for axis in (0, 1):
        spread = convolve1d(spread, 2 * taps, axis, mode="constant")
    # Away from the border, where the picture goes on.
    np.testing.assert_allclose(level[2:-2, 2:-2], (image - spread)[2:-2, 2:-2], atol=1e-6)


def test_each_level_and_the_rest_become_equally_strong():
    rows, columns = np.mgrid[:128, :160]
    wave = 0.01 * np.sin(columns) + 3 * np.sin(rows / 30)
    image = np.stack([wave, 2 * wave, -wave], 2).astype(np.float32)
    equal = equalised(image, 4)
    expected = [level / np.sqrt(np.mean(np.square(level))) for level in laplacian(image, 4)]
    np.testing.assert_allclose(equal, merged(expected), atol=1e-4)
    fine = np.abs(np.diff(equal, axis=1)).mean() / np.abs(np.diff(equal, axis=0)).mean()
    before = np.abs(np.diff(image, axis=1)).mean() / np.abs(np.diff(image, axis=0)).mean()
    assert fine > 5 * before


def test_a_level_of_nothing_stays_nothing():
    assert (equalised(np.zeros((16, 16, 3), np.float32), 3) == 0).all()
