"""The compiled objective: loss and gradient of a picture, traced once for all sizes."""

import functools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import tensorflow as tf

from dreamlab.config import DreamConfig
from dreamlab.dream.memory import bytes_per_pixel, tile_side
from dreamlab.dream.objective import channel_masks, square_sum
from dreamlab.errors import DreamError
from dreamlab.images.shape import Shape
from dreamlab.models import Network

#: The gradient's mean is never divided by less, as in the notebook.
_SMALLEST_MEAN = 1e-7


class Ascent:
    """Gradient ascent on the activations of some layers of a network.

    Everything here is traced once, for pictures of all sizes; weights, step and windows are
    arguments of the graph, so that changing them traces nothing anew.

    Parameters
    ----------
    network : Network
        The network.
    names : tuple of str
        Layers in the loss.
    channels : tuple of (tuple of int or None)
        For each of them the channels that count, None for all.
    precision : str
        ``"float32"`` or ``"bfloat16"``.
    preprocessing : str
        ``"notebook"`` or ``"imagenet"``.

    Raises
    ------
    DreamError
        If the network has no such layer, or a layer no such channel.
    """

    def __init__(
        self,
        network: Network,
        names: tuple[str, ...],
        channels: tuple[tuple[int, ...] | None, ...],
        precision: str,
        preprocessing: str,
    ) -> None:
        layers = [network.layer(name) for name in names]
        for layer, indices in zip(layers, channels, strict=True):
            layer.check_channels(indices or ())
        self.geometries = [network.geometries[name] for name in names]
        self._network = network
        self._names = names
        self._preprocessing = preprocessing
        self._masks = channel_masks([layer.channels for layer in layers], channels)
        self._channels = [
            layer.channels if indices is None else len(indices)
            for layer, indices in zip(layers, channels, strict=True)
        ]
        self._model = network.cut(names, precision)
        self._bytes_per_pixel = bytes_per_pixel(self._model, network.geometries, precision)
        picture = tf.TensorSpec((None, None, 3), tf.float32)
        windows = tf.TensorSpec((len(names), 4), tf.int32)
        scales = tf.TensorSpec((len(names),), tf.float32)
        scalar = tf.TensorSpec((), tf.float32)
        shift = tf.TensorSpec((2,), tf.int32)
        self.gradient = tf.function(
            self._gradient, input_signature=[picture, windows, scales], autograph=False
        )
        self.step = tf.function(
            self._step, input_signature=[picture, windows, scales, scalar, shift], autograph=False
        )

    @property
    def local(self) -> bool:
        """Whether every layer sees a bounded part of the picture, so that tiles are exact."""
        return all(geometry.local for geometry in self.geometries)

    def tile_for(self, shape: Shape, allowed: float) -> int | None:
        """Return the side of the tiles that keep a picture's gradient within so many bytes."""
        margin = max(one.before + one.after for one in self.geometries)
        return tile_side(shape, self._bytes_per_pixel, margin, allowed)

    def maps(self, shape: Shape) -> list[Shape]:
        """Return rows and columns of each layer's feature map for a picture of a shape."""
        with in_words(shape):
            shapes = self._model.compute_output_shape((1, *shape, 3))
        return [Shape(*shapes[name][1:3]) for name in self._names]

    def sizes(self, maps: Sequence[Shape]) -> np.ndarray:
        """Return how many numbers each layer's mean square is over: float32, (layers,)."""
        counts = [
            rows * columns * channels
            for (rows, columns), channels in zip(maps, self._channels, strict=True)
        ]
        return np.array(counts, np.float32)

    def _gradient(
        self, picture: tf.Tensor, windows: tf.Tensor, scales: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Each layer's share of the loss, and the gradient of their sum: (layers,), (H, W, 3)."""
        with tf.GradientTape() as tape:
            tape.watch(picture)
            prepared = self._network.prepare(picture[None], self._preprocessing)
            activations = self._model(prepared, training=False)
            sums = [
                square_sum(activations[name], windows[index], mask)
                for index, (name, mask) in enumerate(zip(self._names, self._masks, strict=True))
            ]
            shares = tf.stack(sums) * scales
            loss = tf.reduce_sum(shares)
        return shares, tape.gradient(loss, picture)

    def _step(
        self,
        picture: tf.Tensor,
        windows: tf.Tensor,
        scales: tf.Tensor,
        step: tf.Tensor,
        shift: tf.Tensor,
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Each layer's share of the loss, and the picture after one step of ascent."""
        shifted = tf.roll(picture, shift, axis=(0, 1))
        shares, gradient = self._gradient(shifted, windows, scales)
        gradient = tf.roll(gradient, -shift, axis=(0, 1))
        mean = tf.maximum(tf.reduce_mean(tf.abs(gradient)), _SMALLEST_MEAN)
        return shares, picture + step * (gradient / mean)


@contextmanager
def in_words(shape: Shape) -> Iterator[None]:
    """Say in one sentence what is wrong when a network fails on a picture of a shape."""
    try:
        yield
    except tf.errors.ResourceExhaustedError as error:
        raise DreamError(
            "the dream needs more memory than there is: choose a smaller picture or smaller tiles"
        ) from error
    except (tf.errors.OpError, ValueError) as error:  # Keras looks at shapes before TensorFlow does
        raise DreamError(
            f"the network fails on a picture of {shape.width} x {shape.height} px "
            f"({type(error).__name__}): choose another size, or mend the network"
        ) from error


@functools.lru_cache(maxsize=8)
def _compiled(
    network: Network,
    names: tuple[str, ...],
    channels: tuple[tuple[int, ...] | None, ...],
    precision: str,
    preprocessing: str,
) -> Ascent:
    return Ascent(network, names, channels, precision, preprocessing)


def compile_ascent(network: Network, config: DreamConfig, precision: str) -> Ascent:
    """Return the ascent that a config asks for, compiled before if it can be.

    Layers of weight 0 stay in it: their share is reported, as 0.
    """
    names = tuple(config.layers)
    channels = tuple(config.channels.get(name) for name in names)
    return _compiled(network, names, channels, precision, config.preprocessing)
