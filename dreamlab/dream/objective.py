"""The objective: the mean squared activation of the chosen layers."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

#: Positions skipped along each side of a feature map that is larger than twice that.
BORDER = 2


def inner_window(rows: int, columns: int) -> tuple[int, int, int, int]:
    """Return the window of a feature map that counts in the loss: all but its border.

    The notebook skips two positions on each side "to make the edges look better". A side of 4 or
    less would leave nothing and a loss of 0, so such a side counts whole.

    Returns
    -------
    tuple of int
        First row, row after the last, first column, column after the last.
    """
    top = BORDER if rows > 2 * BORDER else 0
    left = BORDER if columns > 2 * BORDER else 0
    return top, rows - top, left, columns - left


def channel_masks(
    sizes: Sequence[int], channels: Sequence[tuple[int, ...] | None]
) -> list[np.ndarray | None]:
    """Return for each layer a mask of its channels, float32 of shape (channels,), or None."""
    masks: list[np.ndarray | None] = []
    for size, indices in zip(sizes, channels, strict=True):
        if indices is None:
            masks.append(None)
        else:
            mask = np.zeros(size, np.float32)
            mask[list(indices)] = 1
            masks.append(mask)
    return masks


def square_sums(activation: tf.Tensor, window: tf.Tensor, mask: np.ndarray | None) -> tf.Tensor:
    """Sum the squares of a window of feature maps, in float32 for any number format of the maps.

    The gradient is written out, as TensorFlow's own (StridedSliceGrad) took 40 % of a whole step.

    Parameters
    ----------
    activation : tf.Tensor
        Shape (N, rows, columns, channels).
    window : tf.Tensor
        int32, shape (4,): as `inner_window` returns it.
    mask : numpy.ndarray or None
        The channels' mask, as `channel_masks` returns it.

    Returns
    -------
    tf.Tensor
        float32, shape (N,): the sum of each picture's map.
    """

    top, bottom, left, right = tf.unstack(window)

    def inner(whole: tf.Tensor) -> tf.Tensor:
        part = whole[:, top:bottom, left:right]
        return part if mask is None else part * tf.cast(mask, part.dtype)

    @tf.custom_gradient
    def windowed(whole: tf.Tensor) -> tuple[tf.Tensor, object]:
        def gradient(upstream: tf.Tensor) -> tf.Tensor:
            # The window is sliced again, not kept: the map is in memory anyway.
            part = inner(whole)
            scaled = part * tf.cast(2 * upstream[:, None, None, None], part.dtype)
            shape = tf.shape(whole)
            around = [[0, 0], [top, shape[1] - bottom], [left, shape[2] - right], [0, 0]]
            return tf.pad(scaled, around)

        squares = tf.square(tf.cast(inner(whole), tf.float32))
        return tf.reduce_sum(squares, axis=(1, 2, 3)), gradient

    return windowed(activation)


def fast_square_sums(
    activation: tf.Tensor, window: tf.Tensor, mask: np.ndarray | None
) -> tf.Tensor:
    """Sum the squares of a window of feature maps by `dreamlab.kernels`, without any copy of them.

    Parameters
    ----------
    activation, window, mask
        As in `square_sums`, in float32.

    Returns
    -------
    tf.Tensor
        float32, shape (N,): the sum of each picture's map.
    """
    # Numba is slow to import.
    from dreamlab.kernels import square_sums, square_sums_gradient
    from dreamlab.models.fast_layers import by_kernel

    factors = tf.constant(np.ones(activation.shape[-1]) if mask is None else mask, tf.float32)

    @tf.custom_gradient
    def summed(whole: tf.Tensor) -> tuple[tf.Tensor, object]:
        def gradient(upstream: tf.Tensor) -> tf.Tensor:
            inputs = [whole, upstream, window, factors]
            return by_kernel(square_sums_gradient, inputs, tf.float32, shape=whole.shape)

        sums = by_kernel(square_sums, [whole, window, factors], tf.float32, shape=whole.shape[:1])
        return sums, gradient

    return summed(activation)
