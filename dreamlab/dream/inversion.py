"""Redraws a picture after what one layer holds of it, on the Fourier canvas.

The picture is neither shifted, rotated nor scaled between steps, unlike channels that are grown
from noise: its place in the feature map is to be that of the original.
"""

import math
from collections.abc import Iterable, Iterator

import numpy as np
import tensorflow as tf

from dreamlab.dream.arithmetic import arithmetic
from dreamlab.dream.fourier import adam, frequency_scales, to_coefficients, to_pictures
from dreamlab.dream.likeness import Objective
from dreamlab.dream.memory import budget, bytes_per_pixel
from dreamlab.errors import DreamError
from dreamlab.images.pixels import LUMINANCE
from dreamlab.images.shape import Shape
from dreamlab.models import Network
from dreamlab.models.keras_settings import own_settings
from dreamlab.models.per_network import per_network

#: Standard deviation of the coefficients of noise.
_NOISE = 0.01

#: Greys that noise may lie on, the middle one first.
_GREYS = (0.0, -0.4, 0.4, -0.8, 0.8)

#: Share of the middle grey's loss by which another is clearly better.
_CLEARLY = 0.05


def settling(first: float, steps: int) -> list[float]:
    """Return the lengths of steps that become shorter along half a cosine, so that they settle."""
    return [first * (1 + math.cos(math.pi * step / steps)) / 2 for step in range(steps)]


class Redrawer:
    """Redraws pictures of one shape after one layer, with one graph for all of them.

    Parameters
    ----------
    network : Network
        The network.
    layer : str
        The layer.
    shape : Shape
        Height and width of the pictures, in pixels.
    precision, preprocessing : str
        As in `dreamlab.config.DreamConfig`.
    objective : Objective
        What is made small.

    Raises
    ------
    DreamError
        If the network has no such layer, or the layer takes no such pictures.
    """

    def __init__(
        self,
        network: Network,
        layer: str,
        shape: Shape,
        precision: str,
        preprocessing: str,
        objective: Objective,
    ) -> None:
        network.feeding.chosen(preprocessing)  # fails before anything is compiled
        network.fitted(shape, [layer])
        self._network, self._layer, self._shape = network, layer, shape
        self._preprocessing, self._objective = preprocessing, objective
        self._scales = frequency_scales(shape)
        precision, convolution = arithmetic(precision)
        self._model = network.feature_extractor([layer], precision, convolution)
        self._bytes = shape.area * bytes_per_pixel(self._model, network.fields_in_keras, precision)
        coefficients = tf.TensorSpec((1, 2, 3, *self._scales.shape), tf.float32)
        wanted = tf.TensorSpec((1, None, None, None), tf.float32)
        number = tf.TensorSpec((), tf.float32)
        pictures = tf.TensorSpec((1, *shape, 3), tf.float32)
        self._step = tf.function(
            self._descend,
            input_signature=[coefficients, coefficients, coefficients, wanted, number, number],
            autograph=False,
        )
        self._maps = tf.function(self._activation, input_signature=[pictures], autograph=False)

    def check_memory(self, memory: float | None) -> None:
        """Raise `DreamError` if a step takes more memory than the process may.

        Parameters
        ----------
        memory : float, optional
            As in `dreamlab.dream.dream`.
        """
        free = budget(self._shape.area, memory)
        if self._bytes > free:
            raise DreamError(
                f"{self._layer} takes about {self._bytes / 1e6:,.0f} MB at {self._shape.width} x "
                f"{self._shape.height} px, and {free / 1e6:,.0f} MB are left for it: choose a "
                "smaller max_side, or more memory"
            )

    def noise(self, original: np.ndarray, seed: tuple[int, ...]) -> np.ndarray:
        """Return the coefficients of faint noise, on the grey that the objective finds best.

        The constant part of a picture is slow to move on the canvas. It is the middle grey unless
        another is clearly better: deep layers hardly tell greys apart.

        Parameters
        ----------
        original : numpy.ndarray
            float32, shape (H, W, 3), in [-1, 1].
        seed : tuple of int
            Starts the random numbers: same seed, same noise.
        """
        shape = (1, 2, 3, *self._scales.shape)
        noise = np.random.default_rng(seed).normal(0, _NOISE, shape).astype(np.float32)
        wanted = self._maps(original[None])
        starts = [noise + self.coefficients(np.full_like(original, grey)) for grey in _GREYS]
        losses = []
        for start in starts:
            pictures = self._pictures(tf.constant(start))
            losses.append(float(self._judged(self._maps(pictures), wanted, pictures)[0]))
        best = int(np.argmin(losses))
        clear = losses[0] - losses[best] > _CLEARLY * abs(losses[0])
        return starts[best if clear else 0]

    def coefficients(self, picture: np.ndarray) -> np.ndarray:
        """Return the coefficients of a picture, float32, shape (H, W, 3), in [-1, 1]."""
        return to_coefficients(picture[None], self._scales)

    def picture(self, coefficients: np.ndarray) -> np.ndarray:
        """Return the picture of coefficients, float32, shape (H, W, 3), in [-1, 1]."""
        return self._pictures(tf.constant(coefficients)).numpy()[0]

    def redraw(
        self, original: np.ndarray, start: np.ndarray, lengths: Iterable[float]
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Redraw a picture by steps of Adam.

        Parameters
        ----------
        original : numpy.ndarray
            float32, shape (H, W, 3), in [-1, 1].
        start : numpy.ndarray
            What `noise` or `coefficients` returns.
        lengths : iterable of float
            Length of each step.

        Yields
        ------
        figures : numpy.ndarray
            float32: the objective's figures before the step.
        picture : numpy.ndarray
            float32, shape (H, W, 3), in [-1, 1]: the picture after the step.
        """
        wanted = self._maps(original[None])
        coefficients = tf.constant(start)
        mean = square = tf.zeros_like(coefficients)
        for step, length in enumerate(lengths, 1):
            figures, pictures, coefficients, mean, square = self._step(
                coefficients, mean, square, wanted, float(step), np.float32(length)
            )
            yield figures.numpy(), pictures.numpy()[0]

    def figures(self, original: np.ndarray, picture: np.ndarray) -> np.ndarray:
        """Return the objective's figures of a picture; both as `redraw` takes the original."""
        maps, wanted = self._maps(picture[None]), self._maps(original[None])
        return self._judged(maps, wanted, tf.constant(picture[None]))[1].numpy()

    def _judged(
        self, maps: tf.Tensor, wanted: tf.Tensor, pictures: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        # The square of an activation below 1e-19 is 0 in float32.
        peak = tf.reduce_max(tf.abs(wanted))
        over = tf.math.divide_no_nan(maps, peak), tf.math.divide_no_nan(wanted, peak)
        return self._objective(*over, pictures)

    @own_settings()
    def _activation(self, pictures: tf.Tensor) -> tf.Tensor:
        outputs = self._network.activations(self._model, pictures, self._preprocessing)
        return tf.cast(outputs[self._layer], tf.float32)

    def _pictures(self, coefficients: tf.Tensor) -> tf.Tensor:
        pictures = to_pictures(coefficients, self._scales, self._shape.width)
        if self._network.feeding.grey:  # it would leave the noise of other colours as it is
            grey = tf.tensordot(pictures, tf.constant(LUMINANCE, tf.float32), [[3], [0]])
            pictures = tf.repeat(grey[..., None], 3, axis=3)
        return pictures

    def _descend(
        self,
        coefficients: tf.Tensor,
        mean: tf.Tensor,
        square: tf.Tensor,
        wanted: tf.Tensor,
        step: tf.Tensor,
        rate: tf.Tensor,
    ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]:
        with tf.GradientTape() as tape:
            tape.watch(coefficients)
            pictures = self._pictures(coefficients)
            loss, figures = self._judged(self._activation(pictures), wanted, pictures)
        gradient = tape.gradient(loss, coefficients)
        change, mean, square = adam(gradient, mean, square, step, -rate)
        coefficients += change
        return figures, self._pictures(coefficients), coefficients, mean, square


@per_network(5)
def redrawer(
    network: Network,
    layer: str,
    shape: Shape,
    precision: str,
    preprocessing: str,
    objective: Objective,
) -> Redrawer:
    """Return the `Redrawer` of a layer, from the cache if it is there."""
    return Redrawer(network, layer, shape, precision, preprocessing, objective)
