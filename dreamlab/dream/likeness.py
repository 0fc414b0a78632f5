"""What a picture is redrawn for, after one layer: likeness to the original, or exaggeration of it.

`Likeness` is that of Mahendran and Vedaldi, "Understanding Deep Image Representations by Inverting
Them" (CVPR 2015), https://arxiv.org/abs/1412.0035. `Exaggeration` is that of the caricature recipe
of Lucid (2018), https://github.com/tensorflow/lucid.
"""

from dataclasses import dataclass
from typing import Protocol

import tensorflow as tf

#: Lucid's least cosine: at 0 or below, its power would leave no gradient.
_LEAST_COSINE = 0.1


class Objective(Protocol):
    """What is made small: hashable, as graphs are kept by it."""

    def __call__(
        self, maps: tf.Tensor, wanted: tf.Tensor, pictures: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Return the loss, and figures that tell how far a picture is.

        Parameters
        ----------
        maps, wanted : tf.Tensor
            float32, shape (1, rows, columns, channels): the feature maps of the picture and of the
            original, both over the peak of the original's.
        pictures : tf.Tensor
            float32, shape (1, H, W, 3), in [-1, 1].
        """


@dataclass(frozen=True)
class Likeness:
    """The relative squared error of the feature map, and the picture's variation.

    The figure is the relative error: the norm of the difference over that of the original's map.

    Parameters
    ----------
    variation : float
        Weight of the mean squared difference of neighbours, down and across.
    """

    variation: float

    def __call__(
        self, maps: tf.Tensor, wanted: tf.Tensor, pictures: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """See `Objective`."""
        error = tf.math.divide_no_nan(
            tf.reduce_sum(tf.square(maps - wanted)), tf.reduce_sum(tf.square(wanted))
        )
        down = tf.reduce_mean(tf.square(pictures[:, 1:] - pictures[:, :-1]))
        across = tf.reduce_mean(tf.square(pictures[:, :, 1:] - pictures[:, :, :-1]))
        return error + self.variation * (down + across), tf.sqrt(error)[None]


@dataclass(frozen=True)
class Exaggeration:
    """The dot product with the original's feature map, times a power of the cosine; made large.

    The figures are the gain, which is the dot product over that of the original with itself, and
    the cosine.

    Parameters
    ----------
    power : float
        Of the cosine; at 0 the direction of the feature map is free to turn.
    """

    power: float

    def __call__(
        self, maps: tf.Tensor, wanted: tf.Tensor, pictures: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """See `Objective`."""
        dot = tf.reduce_sum(maps * wanted)
        gain = tf.math.divide_no_nan(dot, tf.reduce_sum(tf.square(wanted)))
        # The norm of a map of zeros has no gradient.
        norms = tf.reduce_sum(tf.square(maps)) * tf.reduce_sum(tf.square(wanted))
        cosine = tf.math.divide_no_nan(dot, tf.sqrt(tf.maximum(norms, 1e-30)))
        return -gain * tf.maximum(cosine, _LEAST_COSINE) ** self.power, tf.stack([gain, cosine])
