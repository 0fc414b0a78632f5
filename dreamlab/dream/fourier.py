"""The Fourier canvas: pictures as coefficients by frequency, in decorrelated colours.

The parameterisation is that of Olah, Mordvintsev and Schubert, "Feature Visualization" (Distill,
2017), https://distill.pub/2017/feature-visualization: each coefficient is scaled by its frequency,
in colours decorrelated over natural pictures. Ascent on the pixels themselves ends in
high-frequency noise.
"""

import numpy as np
import tensorflow as tf

from dreamlab.images.shape import Shape

#: Square root of the covariance of the colours of natural pictures (ImageNet), from Lucid.
_COLOUR = np.array(
    [[0.26, 0.09, 0.02], [0.27, 0.00, -0.05], [0.27, -0.09, 0.03]],
    np.float32,
)
#: The same, scaled as in Lucid: its longest column has length 1.
COLOUR = _COLOUR / np.linalg.norm(_COLOUR, axis=0).max()

#: Lucid's own factor between the inverse transform and the colours.
_GAIN = 4.0

#: Adam's constants.
_BETA1, _BETA2, _EPSILON = 0.9, 0.999, 1e-8

#: How near to black and white a picture may be: the coefficients of both are infinite.
_EDGE = 1 / 255


def frequency_scales(shape: Shape) -> np.ndarray:
    """Return the factor of each Fourier coefficient: the picture's side over its frequency.

    Natural pictures have amplitudes of about 1 over the frequency. The constant coefficient gets
    the factor of the lowest frequency.

    Parameters
    ----------
    shape : Shape
        Height and width of the picture, in pixels.

    Returns
    -------
    numpy.ndarray
        float32, shape (height, width // 2 + 1), as `numpy.fft.rfft2` orders frequencies.
    """
    height, width = shape
    frequencies = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None, :])
    side = np.sqrt(height * width)
    return (side / np.maximum(frequencies, 1 / max(shape))).astype(np.float32)


def to_pictures(coefficients: tf.Tensor, scales: np.ndarray, width: int) -> tf.Tensor:
    """Turn coefficients into pictures.

    Parameters
    ----------
    coefficients : tf.Tensor
        float32, shape (N, 2, 3, height, width // 2 + 1): real and imaginary parts, by colour.
    scales : numpy.ndarray
        The factors that `frequency_scales` returns.
    width : int
        Width of the pictures, in pixels, which the coefficients leave open.

    Returns
    -------
    tf.Tensor
        float32, shape (N, height, width, 3), within [-1, 1].
    """
    spectrum = tf.complex(coefficients[:, 0] * scales, coefficients[:, 1] * scales)
    waves = tf.signal.irfft2d(spectrum, [scales.shape[0], width]) / _GAIN
    colours = tf.tensordot(tf.transpose(waves, (0, 2, 3, 1)), COLOUR, [[3], [1]])
    return 2.0 * tf.sigmoid(colours) - 1.0


def to_coefficients(pictures: np.ndarray, scales: np.ndarray) -> np.ndarray:
    """Return the coefficients of pictures, the inverse of `to_pictures`.

    Parameters
    ----------
    pictures : numpy.ndarray
        float32, shape (N, height, width, 3), in [-1, 1]; what is nearer to black or white than one
        of 255 levels is taken as that near.
    scales : numpy.ndarray
        The factors that `frequency_scales` returns.

    Returns
    -------
    numpy.ndarray
        float32, shape (N, 2, 3, height, width // 2 + 1).
    """
    shares = np.clip((pictures.astype(np.float64) + 1) / 2, _EDGE, 1 - _EDGE)
    waves = np.log(shares / (1 - shares)) @ np.linalg.inv(COLOUR.astype(np.float64)).T
    spectrum = np.fft.rfft2(waves.transpose(0, 3, 1, 2)) * _GAIN / scales
    return np.stack([spectrum.real, spectrum.imag], axis=1).astype(np.float32)


def adam(
    gradient: tf.Tensor, mean: tf.Tensor, square: tf.Tensor, step: tf.Tensor, rate: float
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Return the change of a step of Adam (Kingma and Ba, 2015), and its two moments after it.

    Parameters
    ----------
    gradient, mean, square : tf.Tensor
        The gradient and the moments before the step, which begin at 0.
    step : tf.Tensor
        Number of the step, from 1.
    rate : float
        Length of a step; negative to descend.
    """
    mean = _BETA1 * mean + (1 - _BETA1) * gradient
    square = _BETA2 * square + (1 - _BETA2) * tf.square(gradient)
    size = tf.sqrt(square / (1 - _BETA2**step)) + _EPSILON
    return rate * (mean / (1 - _BETA1**step)) / size, mean, square
