"""A compiled step of the ascent on channels, for several pictures at once."""

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from dreamlab.dream.diversity import likeness
from dreamlab.dream.fourier import adam, to_pictures
from dreamlab.dream.transforms import warped

#: The likeness of a target's pictures weighs as much as this times what they reach.
_PENALTY = 2.0


def channel_step(
    activations: Callable[[tf.Tensor], tf.Tensor],
    channels: int,
    scales: np.ndarray,
    side: int,
    diverse: int,
) -> tf.types.experimental.PolymorphicFunction:
    """Return a compiled step of Adam for pictures on the Fourier canvas.

    Parameters
    ----------
    activations : callable
        Turns pictures, float32 (N, side, side, 3), into a layer's activations, (N, h, w, channels).
    channels : int
        Channels of the layer.
    scales : numpy.ndarray
        The factors of `dreamlab.dream.fourier.frequency_scales`.
    side : int
        Side of the pictures, in pixels.
    diverse : int
        Pictures of each target, one after another; the likeness of those of a target is a penalty.

    Returns
    -------
    callable
        Takes the coefficients, Adam's two moments, the number and the length of the step, the
        weight of each channel in the mean activation that each picture is to raise, shape
        (N, channels), and the transforms, as `dreamlab.dream.transforms.warped` takes them. Returns
        these mean activations before the step, shape (N,), and the coefficients and moments after.
    """

    def ascend(
        coefficients: tf.Tensor,
        mean: tf.Tensor,
        square: tf.Tensor,
        step: tf.Tensor,
        rate: tf.Tensor,
        weights: tf.Tensor,
        affine: tf.Tensor,
    ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]:
        with tf.GradientTape() as tape:
            tape.watch(coefficients)
            pictures = warped(to_pictures(coefficients, scales, side), affine)
            activation = tf.cast(activations(pictures), tf.float32)
            means = tf.reduce_mean(activation, axis=(1, 2))
            objectives = tf.reduce_sum(means * weights, axis=1)
            # No picture has a part in another's objective, so each gets the gradient of its own.
            total = tf.reduce_sum(objectives)
            if diverse > 1:
                reached = tf.reduce_mean(tf.abs(tf.reshape(objectives, (-1, diverse))), axis=1)
                alike = likeness(tf.nn.relu(activation), diverse)
                total -= _PENALTY * tf.reduce_sum(tf.stop_gradient(reached) * alike)
        gradient = tape.gradient(total, coefficients)
        change, mean, square = adam(gradient, mean, square, step, rate)
        return objectives, coefficients + change, mean, square

    coefficients = tf.TensorSpec((None, 2, 3, *scales.shape), tf.float32)
    number = tf.TensorSpec((), tf.float32)
    weights = tf.TensorSpec((None, channels), tf.float32)
    affine = tf.TensorSpec((None, 2, 3), tf.float32)
    signature = [coefficients] * 3 + [number] * 2 + [weights, affine]
    return tf.function(ascend, input_signature=signature, autograph=False)
