"""The direction of a step: pictures rolled for their gradients, and these normalised."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf


def mean_sizes(gradients: tf.Tensor | np.ndarray) -> tf.Tensor:
    """Return the mean of the absolute values of each gradient: float32, shape (N,).

    Parameters
    ----------
    gradients : tf.Tensor or numpy.ndarray
        float32, shape (N, H, W, 3).
    """
    return tf.reduce_mean(tf.abs(gradients), axis=(1, 2, 3))


def mean_size(gradient: np.ndarray) -> float:
    """Return the mean of the absolute values of a gradient, float32 (H, W, 3), in double precision.

    Row by row: at 24 megapixels, each copy of the picture is 288 MB.
    """
    return sum(float(np.sum(np.abs(row), dtype=np.float64)) for row in gradient) / gradient.size


def normalised(gradients: tf.Tensor | np.ndarray, means: tf.Tensor) -> tf.Tensor:
    """Divide each gradient by the mean of its absolute values; a gradient of 0 stays 0.

    The notebook divides by no less than 1e-7, which bends the steps of layers whose gradients are
    small: those of an early layer, or of a large picture.

    Parameters
    ----------
    gradients : tf.Tensor or numpy.ndarray
        float32, shape (N, H, W, 3).
    means : tf.Tensor
        What `mean_sizes` returns.
    """
    return gradients / tf.where(means == 0, 1.0, means)[:, None, None, None]


def rolled(
    pictures: tf.Tensor | np.ndarray, shifts: Sequence[Sequence[int]]
) -> tf.Tensor | np.ndarray:
    """Roll each picture by its own rows and columns."""
    if not any(map(any, shifts)):
        return pictures
    moved = [
        tf.roll(picture, shift, axis=(0, 1))
        for picture, shift in zip(pictures, shifts, strict=True)
    ]
    return tf.stack(moved)
