"""The objective: the mean squared activation of the chosen layers, or the mean logit of classes."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from dreamlab.config import DreamConfig

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


def layers_and_channels(
    config: DreamConfig,
) -> tuple[tuple[str, ...], tuple[tuple[int, ...] | None, ...]]:
    """Return the layers of a config that is settled, and for each its channels, None for all."""
    names = tuple(config.layers)
    chosen = [config.channels.get(name) for name in names]
    return names, tuple(None if of is None else tuple(map(int, of)) for of in chosen)


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


def loss_sums(
    activation: tf.Tensor, window: tf.Tensor, mask: np.ndarray | None, *, fast: bool, head: bool
) -> tf.Tensor:
    """Return the sums of a layer's loss, before its mean is taken.

    Parameters
    ----------
    activation, window, mask
        As in `square_sums`.
    fast : bool
        Whether `dreamlab.kernels` sums squares in float32.
    head : bool
        Whether the layer's values are the logits of classes; those of chosen ones are summed as
        they are.

    Returns
    -------
    tf.Tensor
        float32, shape (N,): the sum of each picture's map.
    """
    if head and mask is not None:
        return logit_sums(activation, window, mask)
    sums = fast_square_sums if fast and activation.dtype == tf.float32 else square_sums
    return sums(activation, window, mask)


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


def logit_sums(activation: tf.Tensor, window: tf.Tensor, mask: np.ndarray) -> tf.Tensor:
    """Sum the logits of the chosen classes themselves, in float32.

    A dream toward a class must raise its logit: the square of one below 0 grows as it falls.

    Parameters
    ----------
    activation, window, mask
        As in `square_sums`, with a mask.

    Returns
    -------
    tf.Tensor
        float32, shape (N,): the sum of each picture's logits.
    """
    top, bottom, left, right = tf.unstack(window)
    logits = tf.cast(activation[:, top:bottom, left:right], tf.float32)
    return tf.reduce_sum(logits * mask, axis=(1, 2, 3))


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
