"""The compiled objective: loss and gradient of a picture, traced once for all sizes."""

import functools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import tensorflow as tf

from dreamlab.config import DreamConfig
from dreamlab.dream.memory import bytes_per_pixel, tile_side
from dreamlab.dream.objective import channel_masks, fast_square_sums, square_sum
from dreamlab.errors import DreamError
from dreamlab.images.shape import Shape
from dreamlab.models import Network

#: The gradient's mean is never divided by less, as in the notebook.
_SMALLEST_MEAN = 1e-7


class CompiledObjective:
    """Loss and gradient of the activations of some layers of a network.

    Each graph is traced once, for pictures of all sizes. Weights, step and windows are arguments
    of the graph, so changing them never triggers a retrace.

    Parameters
    ----------
    network : Network
        The network.
    names : tuple of str
        Layers in the loss.
    channels : tuple of (tuple of int or None)
        For each layer the channels in the loss, None for all.
    precision : str
        ``"float32"`` or ``"bfloat16"``.
    convolution : str
        ``"direct"``, or ``"winograd"`` with float32 alone.
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
        convolution: str,
        preprocessing: str,
    ) -> None:
        layers = [network.layer(name) for name in names]
        for layer, indices in zip(layers, channels, strict=True):
            layer.check_channels(indices or ())
        self.receptive_fields = [network.receptive_fields[name] for name in names]
        self._network = network
        self._names = names
        self._preprocessing = preprocessing
        self._masks = channel_masks([layer.channels for layer in layers], channels)
        self._channels = [
            layer.channels if indices is None else len(indices)
            for layer, indices in zip(layers, channels, strict=True)
        ]
        self._square_sum = square_sum
        if convolution == "winograd":
            self._square_sum = lambda *a: fast_square_sums(*a)[0]
        self._model = network.feature_extractor(names, precision, convolution)
        self._bytes_per_pixel = bytes_per_pixel(self._model, network.receptive_fields, precision)
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
        """Whether every layer sees a bounded part of the picture, which makes tiles exact."""
        return all(field.local for field in self.receptive_fields)

    def tile_for(self, shape: Shape, memory_budget: float) -> int | None:
        """Return the side of tiles whose gradient fits the budget in bytes; None for no tiles."""
        margin = max(field.left + field.right for field in self.receptive_fields)
        return tile_side(shape, self._bytes_per_pixel, margin, memory_budget)

    def maps(self, shape: Shape) -> list[Shape]:
        """Return rows and columns of each layer's feature map for a picture's shape."""
        with in_words(shape):
            shapes = self._model.compute_output_shape((1, *shape, 3))
        return [Shape(*shapes[name][1:3]) for name in self._names]

    def sizes(self, maps: Sequence[Shape]) -> np.ndarray:
        """Return the number of values in each layer's mean square: float32, shape (layers,)."""
        counts = [
            rows * columns * channels
            for (rows, columns), channels in zip(maps, self._channels, strict=True)
        ]
        return np.array(counts, np.float32)

    def _gradient(
        self, picture: tf.Tensor, windows: tf.Tensor, scales: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Return each layer's share of the loss and the sum's gradient: (layers,), (H, W, 3)."""
        with tf.GradientTape() as tape:
            tape.watch(picture)
            prepared = self._network.preprocess(picture[None], self._preprocessing)
            activations = self._model(prepared, training=False)
            sums = [
                self._square_sum(activations[name], windows[index], mask)
                for index, (name, mask) in enumerate(zip(self._names, self._masks, strict=True))
            ]
            layer_losses = tf.stack(sums) * scales
            loss = tf.reduce_sum(layer_losses)
        return layer_losses, tape.gradient(loss, picture)

    def _step(
        self,
        picture: tf.Tensor,
        windows: tf.Tensor,
        scales: tf.Tensor,
        step: tf.Tensor,
        shift: tf.Tensor,
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Return each layer's share of the loss, and the picture after one step of ascent."""
        shifted = tf.roll(picture, shift, axis=(0, 1))
        layer_losses, gradient = self._gradient(shifted, windows, scales)
        gradient = tf.roll(gradient, -shift, axis=(0, 1))
        mean = tf.maximum(tf.reduce_mean(tf.abs(gradient)), _SMALLEST_MEAN)
        return layer_losses, picture + step * (gradient / mean)


@contextmanager
def in_words(shape: Shape) -> Iterator[None]:
    """Turn an error of the network on a picture of a shape into a `DreamError`."""
    try:
        yield
    except tf.errors.ResourceExhaustedError as error:
        raise DreamError(
            "the dream needs more memory than there is: choose a smaller picture or smaller tiles"
        ) from error
    except (tf.errors.OpError, ValueError) as error:  # Keras checks shapes first
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
    convolution: str,
    preprocessing: str,
) -> CompiledObjective:
    return CompiledObjective(network, names, channels, precision, convolution, preprocessing)


def compile_objective(
    network: Network, config: DreamConfig, precision: str, convolution: str = "direct"
) -> CompiledObjective:
    """Return the compiled objective of a config, from the cache if it is there.

    Layers of weight 0 stay in it: their share of the loss is reported as 0.
    """
    names = tuple(config.layers)
    channels = tuple(config.channels.get(name) for name in names)
    return _compiled(network, names, channels, precision, convolution, config.preprocessing)
