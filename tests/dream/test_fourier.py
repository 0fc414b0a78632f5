import numpy as np
import pytest
import tensorflow as tf

from dreamlab.dream.fourier import adam, frequency_scales, to_coefficients, to_pictures
from dreamlab.images import Shape
from tests.support.tiny import picture

#: Lucid's ``color_correlation_svd_sqrt``, divided by the longest of its columns, as there.
LUCID = np.array([[0.26, 0.09, 0.02], [0.27, 0.00, -0.05], [0.27, -0.09, 0.03]])
LUCID /= np.sqrt(0.26**2 + 0.27**2 + 0.27**2)


@pytest.mark.parametrize("shape", [Shape(8, 8), Shape(8, 12), Shape(7, 5)])
def test_pictures_against_numpy(shape):
    scales = frequency_scales(shape)
    coefficients = np.random.default_rng(0).normal(0, 0.1, (2, 2, 3, *scales.shape))
    real, imaginary = coefficients[:, 0], coefficients[:, 1]
    waves = np.fft.irfft2((real + 1j * imaginary) * scales, shape) / 4
    colours = np.einsum("cd,ndhw->nhwc", LUCID, waves)
    expected = 2 / (1 + np.exp(-colours)) - 1
    pictures = to_pictures(tf.constant(coefficients, tf.float32), scales, shape.width)
    np.testing.assert_allclose(pictures, expected, atol=1e-5)


def test_the_scale_is_the_side_over_the_frequency():
    scales = frequency_scales(Shape(8, 8))
    assert scales[0, 0] == 8 * 8  # the constant part counts as frequency 1 / side
    assert scales[0, 1] == 8 * 8
    assert scales[0, 2] == scales[2, 0] == 8 * 8 / 2
    wide = frequency_scales(Shape(4, 16))
    assert wide[0, 0] == wide[0, 1] == 8 * 16  # the side is that of a square as large
    assert wide[1, 0] == 8 * 4


@pytest.mark.parametrize("shape", [(16, 16), (12, 20), (9, 13)])
def test_coefficients_are_those_of_the_picture(shape):
    original = 0.9 * picture(*shape)
    scales = frequency_scales(Shape(*shape))
    coefficients = to_coefficients(original[None], scales)
    found = to_pictures(tf.constant(coefficients), scales, shape[1])
    np.testing.assert_allclose(found[0], original, atol=1e-4)


def test_black_and_white_come_within_a_level():
    original = np.zeros((4, 4, 3), np.float32)
    original[:2], original[2:] = -1, 1
    scales = frequency_scales(Shape(4, 4))
    found = to_pictures(tf.constant(to_coefficients(original[None], scales)), scales, 4)
    np.testing.assert_allclose(found[0], original, atol=2 / 255 + 1e-4)


def test_adam_by_hand():
    zero = tf.constant(0.0)
    change, mean, square = adam(tf.constant(3.0), zero, zero, tf.constant(1.0), 0.05)
    assert change.numpy() == pytest.approx(0.05, rel=1e-4)  # the first step has the whole length
    assert mean.numpy() == pytest.approx(0.3)
    assert square.numpy() == pytest.approx(0.009)
    change, *_ = adam(tf.constant(-1.0), mean, square, tf.constant(2.0), 0.05)
    mean, square = (0.9 * 0.3 - 0.1) / (1 - 0.81), (0.999 * 0.009 + 0.001) / (1 - 0.999**2)
    assert change.numpy() == pytest.approx(0.05 * mean / square**0.5, rel=1e-4)
