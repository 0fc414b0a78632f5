"""The direction of a step: pictures rolled for their gradients, and these normalised."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

#: The gradient's mean is never divided by less, as in the notebook.
SMALLEST_MEAN = 1e-7


def normalised(gradients: tf.Tensor | np.ndarray) -> tf.Tensor:
    """Divide each gradient by the mean of its absolute values.

    Parameters
    ----------
    gradients : tf.Tensor or numpy.ndarray
        float32, shape (N, H, W, 3).
    """
    means = tf.reduce_mean(tf.abs(gradients), axis=(1, 2, 3), keepdims=True)
    return gradients / tf.maximum(means, SMALLEST_MEAN)


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
