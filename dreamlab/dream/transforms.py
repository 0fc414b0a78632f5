"""Random transforms of pictures before each step of an ascent, with exact gradients.

A picture on the Fourier canvas goes on periodically, so what lies beyond an edge is the other side:
no padding is needed.
"""

import numpy as np
import tensorflow as tf

#: Largest turn, in radians, and logarithm of the largest change of scale.
_TURN, _ZOOM = np.radians(10), np.log(1.1)


def drawn(generator: np.random.Generator, jitter: int, *, turned: bool) -> np.ndarray:
    """Draw a shift, and a turn and a change of scale if wanted.

    Parameters
    ----------
    generator : numpy.random.Generator
        Source of the random numbers.
    jitter : int
        Largest shift along an axis, in pixels.
    turned : bool
        Whether to turn, by at most 10 degrees, and to scale, by at most 1.1.

    Returns
    -------
    numpy.ndarray
        float32, shape (2, 3), as `warped` takes it.
    """
    down, right = -generator.integers(-jitter, jitter + 1, 2)
    angle, zoom = generator.uniform(-1, 1, 2) * (_TURN, _ZOOM) if turned else (0, 0)
    cosine, sine = np.exp(zoom) * np.cos(angle), np.exp(zoom) * np.sin(angle)
    return np.array([[cosine, -sine, down], [sine, cosine, right]], np.float32)


def warped(pictures: tf.Tensor, affine: tf.Tensor) -> tf.Tensor:
    """Return pictures sampled bilinearly where transforms say; whole shifts are exact.

    Parameters
    ----------
    pictures : tf.Tensor
        float32, shape (N, H, W, C); each goes on periodically.
    affine : tf.Tensor
        float32, shape (N, 2, 3): the pixel at (row, column) from the centre is taken from
        ``affine @ (row, column, 1)`` from the centre.

    Returns
    -------
    tf.Tensor
        float32, shape (N, H, W, C).
    """
    shape = tf.shape(pictures)
    sides = shape[1:3, None]
    centre = tf.cast(sides - 1, tf.float32) / 2
    pixels = tf.meshgrid(tf.range(shape[1]), tf.range(shape[2]), indexing="ij")
    offsets = tf.cast(tf.reshape(tf.stack(pixels), (2, -1)), tf.float32) - centre
    places = affine[:, :, :2] @ offsets + affine[:, :, 2:] + centre
    whole = tf.floor(places)
    part = (places - whole)[..., None]
    low = tf.math.floormod(tf.cast(whole, tf.int32), sides)
    high = tf.math.floormod(low + 1, sides)
    flat = tf.reshape(pictures, (shape[0], -1, shape[3]))

    def along(rows: tf.Tensor) -> tf.Tensor:
        left, right = (
            tf.gather(flat, rows * shape[2] + columns, batch_dims=1)
            for columns in (low[:, 1], high[:, 1])
        )
        return left + part[:, 1] * (right - left)

    top, bottom = along(low[:, 0]), along(high[:, 0])
    return tf.reshape(top + part[:, 0] * (bottom - top), shape)
