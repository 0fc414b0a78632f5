"""Measures how far the answers of a network's layers move from one picture to others."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import tensorflow as tf

from dreamlab.dream.activations import Activations
from dreamlab.images.shape import Shape
from dreamlab.models import Network
from dreamlab.models.per_network import per_network

#: Pixels, and pictures, that are looked at together at most, so that a step stays below a second.
_PIXELS, _PICTURES = 450_000, 24


@dataclass(frozen=True)
class Move:
    """How far a layer's answer moves from one picture to another.

    Parameters
    ----------
    map : float
        Norm of the difference of the feature maps, over the norm of the first; NaN if that is 0.
    pooled : float
        The same of the means over the positions, a vector of channels.
    where : numpy.ndarray
        float32, shape (rows, columns): the norm of the difference over the channels at each
        position, over the root mean square of that norm of the first map. The root mean square of
        `where` is `map`.
    """

    map: float
    pooled: float
    where: np.ndarray


class Moves(Activations):
    """Computes how far the answers of some layers move from one picture to others.

    Parameters
    ----------
    network, layers, precision, preprocessing
        As in `Activations`.
    """

    def __init__(
        self, network: Network, layers: Sequence[str], precision: str, preprocessing: str
    ) -> None:
        super().__init__(network, layers, precision, preprocessing)
        pictures = tf.TensorSpec((None, None, None, 3), tf.float32)
        firsts = [tf.TensorSpec((1, None, None, None), tf.float32) for _ in self.layers]
        of_both = {"input_signature": [pictures, firsts], "autograph": False}
        self._compiled_parts = tf.function(self._parts, **of_both)
        self._compiled_swings = tf.function(self._swings, **of_both)

    def moves(
        self, picture: np.ndarray, others: Iterable[np.ndarray], memory: float | None = None
    ) -> Iterator[dict[str, Move]]:
        """Yield for each other picture how far each layer's answer moves to it.

        Parameters
        ----------
        picture : numpy.ndarray
            float32, shape (H, W, 3), in [-1, 1].
        others : iterable of numpy.ndarray
            The other pictures, each of that shape; taken as they are needed.
        memory : float, optional
            As in `dreamlab.dream.dream`.
        """
        firsts = self._compiled_maps(picture[None])
        for pictures, count in self._batches(picture, others, memory):
            layers = [
                tuple(part.numpy() for part in parts)
                for parts in self._compiled_parts(pictures, firsts)
            ]
            for place in range(count):
                moved = [_move(place, *parts) for parts in layers]
                yield dict(zip(self.layers, moved, strict=True))

    def swings(
        self, picture: np.ndarray, others: Iterable[np.ndarray], memory: float | None = None
    ) -> Iterator[dict[str, np.ndarray]]:
        """Yield for each other picture how far each channel's answer is from that to the first.

        Of each layer float32, shape (channels,): the mean over the positions of the absolute
        difference. The parameters are those of `moves`.
        """
        firsts = self._compiled_maps(picture[None])
        for pictures, count in self._batches(picture, others, memory):
            layers = [swings.numpy() for swings in self._compiled_swings(pictures, firsts)]
            for place in range(count):
                yield {
                    name: swings[place] for name, swings in zip(self.layers, layers, strict=True)
                }

    def _batches(
        self, picture: np.ndarray, others: Iterable[np.ndarray], memory: float | None
    ) -> Iterator[tuple[np.ndarray, int]]:
        """Yield stacks of the others, as many as may be looked at together, and how many count.

        The last stack is filled up: rounding depends on the size of a stack, and a picture is to
        have the same figures whatever others there are.
        """
        area, others = Shape.of(picture).area, iter(others)
        most = max(1, min(self._fitting(area, memory), _PIXELS // area, _PICTURES))
        while some := list(islice(others, most)):
            yield np.stack([*some, *[some[-1]] * (most - len(some))]), len(some)

    def _parts(
        self, pictures: tf.Tensor, firsts: Sequence[tf.Tensor]
    ) -> list[tuple[tf.Tensor, ...]]:
        """Return of each layer the squares of the moves by position, the first's, and the means."""
        parts = []
        for maps, first in zip(self._maps(pictures), firsts, strict=True):
            maps, first = _scaled(maps, first)
            squares = tf.reduce_sum(tf.math.squared_difference(maps, first), axis=3)
            own = tf.reduce_sum(tf.square(first[0]), axis=2)
            parts.append((squares, own, _means(first)[0], _means(maps)))
        return parts

    def _swings(self, pictures: tf.Tensor, firsts: Sequence[tf.Tensor]) -> list[tf.Tensor]:
        return [
            tf.reduce_mean(tf.abs(maps - first), axis=(1, 2))
            for maps, first in zip(self._maps(pictures), firsts, strict=True)
        ]


def _scaled(maps: tf.Tensor, first: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Return maps over the first's peak, where squares would be 0 or infinite in float32."""
    peak = tf.reduce_max(tf.abs(first))
    usual = tf.logical_and(peak > 1e-12, peak < 1e12)
    return tf.cond(usual, lambda: (maps, first), lambda: (maps / peak, first / peak))


def _means(maps: tf.Tensor) -> tf.Tensor:
    """Return the means over the positions, shape (N, channels)."""
    count, rows, columns, channels = tf.unstack(tf.shape(maps))
    flat = tf.reshape(maps, (count, rows * columns, channels))
    # A product is twice as fast as a mean over the outer axes.
    ones = tf.ones((count, 1, rows * columns)) / tf.cast(rows * columns, tf.float32)
    return tf.matmul(ones, flat)[:, 0]


def _move(
    place: int, squares: np.ndarray, own: np.ndarray, first: np.ndarray, means: np.ndarray
) -> Move:
    """Return the `Move` to one of the others, of the parts of a layer."""
    mean_square = own.mean(dtype=np.float64)
    if not mean_square > 0:  # NaN where the layer is silent
        return Move(math.nan, math.nan, np.zeros_like(own))
    first = first.astype(np.float64)
    norm = np.linalg.norm(first)
    pooled = np.linalg.norm(means[place] - first) / norm if norm else math.nan
    moved = math.sqrt(squares[place].mean(dtype=np.float64) / mean_square)
    return Move(moved, float(pooled), np.sqrt(squares[place] / np.float32(mean_square)))


@per_network(4)
def moves(network: Network, layers: tuple[str, ...], precision: str, preprocessing: str) -> Moves:
    """Return the `Moves` of some layers, from the cache if they are there."""
    return Moves(network, layers, precision, preprocessing)
