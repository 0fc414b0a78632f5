"""Matches the positions of a feature map with the features of a guide, and sums what they share."""

import numpy as np
import tensorflow as tf

#: Products of positions and features that are in memory at once: 32 MB in float32.
AT_ONCE = 8_388_608


def matches(
    maps: tf.Tensor, window: tf.Tensor, features: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Find for each position of a window the feature with the largest inner product.

    Positions are worked through some rows at a time, so that their products with all features need
    no more memory than `AT_ONCE`, however large the map is.

    Parameters
    ----------
    maps : tf.Tensor
        Shape (N, rows, columns, channels), in any number format.
    window : tf.Tensor
        int32, shape (4,): as `dreamlab.dream.objective.inner_window` returns it.
    features : tf.Tensor
        float32, shape (features, channels), at least 1 feature; 0 in channels that do not count.

    Returns
    -------
    best : tf.Tensor
        int32, shape (N, rows of the window, columns of the window): the number of the feature; of
        equals, the first.
    products : tf.Tensor
        float32, shape (N,): the sum of each map's largest inner products.
    squares : tf.Tensor
        float32, shape (N,): the sum of the squares of the window, of all channels.
    """
    top, bottom, left, right = tf.unstack(window)
    count, channels = tf.shape(maps)[0], maps.shape[-1]
    width = tf.maximum(right - left, 1)
    rows = tf.maximum(AT_ONCE // (count * width * tf.shape(features)[0]), 1)

    def some(
        row: tf.Tensor, best: tf.Tensor, products: tf.Tensor, squares: tf.Tensor
    ) -> tuple[tf.Tensor, ...]:
        block = tf.cast(maps[:, row : tf.minimum(row + rows, bottom), left:right], tf.float32)
        shape = tf.shape(block)[:3]
        inner = tf.matmul(tf.reshape(block, (-1, channels)), features, transpose_b=True)
        here = tf.argmax(inner, axis=1, output_type=tf.int32)
        largest = tf.reshape(tf.reduce_max(inner, axis=1), shape)
        return (
            row + rows,
            tf.concat([best, tf.reshape(here, shape)], axis=1),
            products + tf.reduce_sum(largest, axis=(1, 2)),
            squares + tf.reduce_sum(tf.square(block), axis=(1, 2, 3)),
        )

    none = tf.zeros((count,), tf.float32)
    start = tf.zeros((count, 0, right - left), tf.int32)
    any_map = tf.TensorShape((maps.shape[0], None, None))
    _, best, products, squares = tf.while_loop(
        lambda row, *_: row < bottom,
        some,
        (top, start, none, none),
        shape_invariants=(top.shape, any_map, none.shape, none.shape),
        parallel_iterations=1,
    )
    return best, products, squares


def guided_sums(
    activation: tf.Tensor,
    window: tf.Tensor,
    mask: np.ndarray | None,
    features: tf.Tensor,
    shares: tf.Tensor,
) -> tf.Tensor:
    """Sum the loss of a guided layer, before its mean is taken.

    It is ``plain * sum of squares + toward * sum of <A_p, G_m(p)>``, m(p) the feature with the
    largest inner product, over the positions p of the window. The match is held fixed in the
    gradient, ``2 * plain * A_p + toward * G_m(p)``, as in ``objective_guide`` of
    https://github.com/google/deepdream/blob/master/dream.ipynb.

    Parameters
    ----------
    activation, window, mask
        As in `dreamlab.dream.objective.square_sums`.
    features : tf.Tensor
        As in `matches`.
    shares : tf.Tensor
        float32, shape (2,): the factors of the squares and of the inner products.

    Returns
    -------
    tf.Tensor
        float32, shape (N,): the sum of each picture's map.
    """
    top, bottom, left, right = tf.unstack(window)
    plain, toward = tf.unstack(shares)

    @tf.custom_gradient
    def windowed(whole: tf.Tensor) -> tuple[tf.Tensor, object]:
        counted = whole if mask is None else whole * tf.cast(mask, whole.dtype)
        best, products, squares = matches(counted, window, features)

        def gradient(upstream: tf.Tensor) -> tf.Tensor:
            own, guide = (
                tf.cast(factor * upstream[:, None, None, None], whole.dtype)
                for factor in (2 * plain, toward)
            )
            part = counted[:, top:bottom, left:right]
            scaled = own * part + guide * tf.gather(tf.cast(features, whole.dtype), best)
            shape = tf.shape(whole)
            around = [[0, 0], [top, shape[1] - bottom], [left, shape[2] - right], [0, 0]]
            return tf.pad(scaled, around)

        # No square that overflows is to spoil a sum in which it has no part.
        return tf.math.multiply_no_nan(squares, plain) + toward * products, gradient

    return windowed(activation)
