"""The notebook's way, written out literally: the oracle for the engine, and the benchmark's base.

Keras, a gradient tape, slices and SciPy's zoom, as in the lab this project grew out of. Nothing of
the engine is used.
"""

from collections.abc import Callable, Iterator

import keras
import numpy as np
import scipy.ndimage
import tensorflow as tf

Evaluate = Callable[[tf.Tensor], tuple[tf.Tensor, tf.Tensor]]


def compile_loss_and_gradient(model: keras.Model, layers: dict[str, float]) -> Evaluate:
    """The notebook's `fetch_loss_and_grads`: one Keras function, not eager."""
    outputs = [model.get_layer(name).output for name in layers]
    inner = keras.Model(model.inputs, outputs)

    @tf.function(reduce_retracing=True)
    def loss_and_gradient(x: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        with tf.GradientTape() as tape:
            tape.watch(x)
            loss = 0.0
            activations = inner(x)
            activations = activations if isinstance(activations, list) else [activations]
            for activation, coefficient in zip(activations, layers.values(), strict=True):
                scaling = tf.cast(tf.reduce_prod(tf.shape(activation)), tf.float32)
                squares = tf.square(activation[:, 2:-2, 2:-2, :])
                loss = loss + coefficient * tf.reduce_sum(squares) / scaling
        gradient = tape.gradient(loss, x)
        return loss, gradient / tf.maximum(tf.reduce_mean(tf.abs(gradient)), 1e-7)

    return loss_and_gradient


def resize(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The notebook's `resize_img`."""
    factors = (1, size[0] / image.shape[1], size[1] / image.shape[2], 1)
    return scipy.ndimage.zoom(image, factors, order=1)


def deep_dream(
    evaluate: Evaluate,
    image: np.ndarray,
    *,
    octaves: int = 5,
    octave_scale: float = 1.4,
    iterations: int = 10,
    step: float = 0.01,
) -> Iterator[tuple[tuple[int, int], float, np.ndarray]]:
    """The notebook's octave loop; yields shape, loss and picture after each step."""
    image = image[None]
    full = image.shape[1:3]
    shapes = [tuple(int(side / octave_scale**i) for side in full) for i in range(octaves)][::-1]
    original = image
    shrunk = resize(image, shapes[0])
    for shape in shapes:
        image = resize(image, shape)
        for _ in range(iterations):
            loss, gradient = evaluate(tf.constant(image))
            image = image + step * gradient.numpy()
            yield shape, float(loss), image[0]
        same = resize(original, shape)
        image = image + same - resize(shrunk, shape)
        shrunk = same
