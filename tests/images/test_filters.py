import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from dreamlab.images.filters import bilateral, blurred, high_pass, low_pass, phases_scrambled
from tests.support.tiny import picture


@pytest.mark.parametrize("deviation", [1.0, 2.0, 4.0])
def test_a_blur_is_scipys(deviation):
    image = picture(17, 9)
    expected = gaussian_filter(image, (deviation, deviation, 0), mode="reflect", truncate=3)
    np.testing.assert_allclose(blurred(image, deviation), expected, atol=2e-6)


def test_a_blur_of_a_dot_is_the_gaussian():
    dot = np.zeros((11, 300, 2), np.float32)
    dot[5, 150, 0] = 1
    taps = np.exp([-2.0, -0.5, 0.0, -0.5, -2.0])  # exp(-x² / 2) at -2 to 2, and 3 beyond
    taps = np.concatenate([[np.exp(-4.5)], taps, [np.exp(-4.5)]])
    taps /= taps.sum()
    smooth = blurred(dot, 1.0)
    np.testing.assert_allclose(smooth[2:9, 147:154, 0], np.outer(taps, taps), atol=1e-7)
    assert smooth.sum() == pytest.approx(1, abs=1e-6) and not smooth[..., 1].any()


def test_a_bilateral_filter_is_the_weighted_mean_of_a_pixels_surroundings():
    image = picture(9, 8)
    tolerance = 0.4
    padded = np.pad(image.astype(np.float64), [(3, 3), (3, 3), (0, 0)], "symmetric")
    expected = np.empty(image.shape)
    for row, column in np.ndindex(9, 8):
        window = padded[row : row + 7, column : column + 7]
        rows, columns = np.mgrid[-3:4, -3:4]
        weights = np.exp(
            -(rows**2 + columns**2) / (2 * 2.0**2)
            - np.sum((window - padded[row + 3, column + 3]) ** 2, axis=2) / (2 * tolerance**2)
        )
        expected[row, column] = np.sum(window * weights[..., None], (0, 1)) / weights.sum()
    np.testing.assert_allclose(bilateral(image, tolerance), expected, atol=1e-5)


def test_a_bilateral_filter_keeps_an_edge_that_a_blur_takes():
    image = np.ones((12, 12, 3), np.float32)
    image[:, :6] = -1
    np.testing.assert_allclose(bilateral(image, 0.2), image, atol=1e-6)
    assert abs(blurred(image, 1.0) - image).max() > 0.3


def test_passes_part_waves_by_their_period():
    # Of a row of 48 that goes on as its mirror image, this is one wave of 8 pixels.
    wave = np.cos(2 * np.pi * (np.arange(48) + 0.5) / 8)
    image = np.broadcast_to(wave[None, :, None], (10, 48, 3)).astype(np.float32) + 0.25
    mean = np.float32(0.25)
    for period, kept in ((4.0, 1 / (1 + 0.5**8)), (8.0, 0.5), (16.0, 1 / (1 + 2.0**8))):
        np.testing.assert_allclose(low_pass(image, period) - mean, kept * (image - mean), atol=2e-6)
        np.testing.assert_allclose(
            high_pass(image, period) - mean, (1 - kept) * (image - mean), atol=2e-6
        )


def test_scrambled_phases_keep_the_strength_of_each_wave():
    image = picture(16, 15)
    scrambled = phases_scrambled(image, 1.0, np.random.default_rng(3))
    strengths = [abs(np.fft.fft2(of, axes=(0, 1))) for of in (image, scrambled)]
    np.testing.assert_allclose(strengths[1], strengths[0], atol=1e-3)
    np.testing.assert_allclose(scrambled.mean((0, 1)), image.mean((0, 1)), atol=1e-5)
    assert np.corrcoef(scrambled.ravel(), image.ravel())[0, 1] < 0.5
    still = phases_scrambled(image, 0.0, np.random.default_rng(3))
    np.testing.assert_allclose(still, image, atol=1e-5)


def test_scrambled_phases_keep_colours_together():
    grey = np.repeat(picture(16, 15)[..., :1], 3, axis=2)
    scrambled = phases_scrambled(grey, 1.0, np.random.default_rng(3))
    np.testing.assert_allclose(scrambled[..., 0], scrambled[..., 2], atol=1e-5)
