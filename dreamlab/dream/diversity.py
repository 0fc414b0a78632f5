"""How alike the features of pictures are, by the measure of Olah et al. (Distill, 2017)."""

import tensorflow as tf


def likeness(features: tf.Tensor, together: int) -> tf.Tensor:
    """Return how alike the pictures of each group are: the mean cosine of their Gram matrices.

    A Gram matrix says which channels answer at the same places, wherever these are.

    Parameters
    ----------
    features : tf.Tensor
        float32, shape (N, h, w, C); groups follow one another.
    together : int
        Pictures of a group, at least 2.

    Returns
    -------
    tf.Tensor
        float32, shape (N / together,), from -1 to 1: 1 for pictures of the same Gram matrix; the
        cosine with a Gram matrix of 0 is 0.
    """
    shape = tf.shape(features)
    flat = tf.reshape(features, (shape[0], -1, shape[3]))
    grams = tf.matmul(flat, flat, transpose_a=True)
    unit = tf.math.l2_normalize(tf.reshape(grams, (shape[0], -1)), axis=1)
    groups = tf.reshape(unit, (-1, together, shape[3] ** 2))
    # The square of a sum is the squares and twice each product of two.
    squares = tf.reduce_sum(tf.square(groups), axis=(1, 2))
    whole = tf.reduce_sum(tf.square(tf.reduce_sum(groups, axis=1)), axis=1)
    return (whole - squares) / (together * (together - 1))
