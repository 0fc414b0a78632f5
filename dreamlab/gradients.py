"""Loss and gradient of a picture: the compiled step, whole or in tiles."""

import functools
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import tensorflow as tf

from dreamlab.config import DreamConfig
from dreamlab.errors import DreamError
from dreamlab.memory import bytes_per_pixel, tile_side
from dreamlab.models import Network
from dreamlab.objective import channel_masks, square_sum
from dreamlab.octaves import Shape
from dreamlab.tiles import Tile, exact_tiles, separate_tiles, whole_picture

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
            if indices is not None and indices[-1] >= layer.channels:
                raise DreamError(
                    f"{layer.name} has no channel {indices[-1]}; choose 0 to {layer.channels - 1}"
                )
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
        with _in_words(shape):
            shapes = self._model.compute_output_shape((1, *shape, 3))
        return [(shapes[name][1], shapes[name][2]) for name in self._names]

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
def _in_words(shape: Shape) -> Iterator[None]:
    """Say in one sentence what is wrong when a network fails on a picture of a shape."""
    try:
        yield
    except tf.errors.ResourceExhaustedError as error:
        raise DreamError(
            "the dream needs more memory than there is: choose a smaller picture or smaller tiles"
        ) from error
    except (tf.errors.OpError, ValueError) as error:  # Keras looks at shapes before TensorFlow does
        raise DreamError(
            f"the network fails on a picture of {shape[1]} x {shape[0]} px "
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


class Octave:
    """One octave's ascent: the loss of a picture and the step up from it.

    Parameters
    ----------
    ascent : Ascent
        The compiled ascent.
    config : DreamConfig
        For the layers' weights, the step and the tiles.
    shape : (int, int)
        Height and width of the picture, in pixels.
    allowed : float
        Bytes that the gradient may take where the tiles are ``"auto"``.

    Attributes
    ----------
    allowed : float
        Bytes that the gradient may take, as given.
    exact : bool
        Whether its gradient is that of the whole picture: not where the picture is too large for
        the memory and the network gives no exact tiles.
    """

    def __init__(
        self, ascent: Ascent, config: DreamConfig, shape: Shape, allowed: float = math.inf
    ) -> None:
        side = ascent.tile_for(shape, allowed) if config.tile == "auto" else config.tile
        self.allowed = allowed
        self._ascent = ascent
        self._step = config.step
        self._shape = shape
        self._weights = np.array(list(config.layers.values()), np.float32)
        self.exact = True
        maps = ascent.maps(shape)
        if side is None or max(shape) <= side:
            tiles = [whole_picture(shape, maps)]
        elif ascent.local:
            tiles = exact_tiles(shape, side, ascent.geometries, maps)
        else:
            self.exact = False
            self._parts = self._separate_parts(side)
            return
        scales = (1 / ascent.sizes(maps)) * self._weights
        self._parts = [(tile, scales) for tile in tiles]

    def _separate_parts(self, side: int) -> list[tuple[Tile, np.ndarray]]:
        """Tiles that are pictures of their own, each weighted by its share of the area."""
        parts = []
        for top, bottom, left, right in separate_tiles(self._shape, side):
            shape = (bottom - top, right - left)
            maps = self._ascent.maps(shape)
            share = math.prod(shape) / math.prod(self._shape)
            tile = Tile(top, bottom, left, right, whole_picture(shape, maps).windows)
            parts.append((tile, (share / self._ascent.sizes(maps)) * self._weights))
        return parts

    @property
    def tiles(self) -> list[Tile]:
        """The tiles it works in; one where the picture is taken whole."""
        return [tile for tile, _ in self._parts]

    @property
    def roaming(self) -> int:
        """Pixels by which the picture is to be shifted at random so that no seam stays put."""
        return 0 if self.exact else max(self._shape) // 2

    def step(
        self, picture: tf.Tensor | np.ndarray, shift: tuple[int, int]
    ) -> tuple[np.ndarray, tf.Tensor | np.ndarray]:
        """Look at the loss and take one step.

        Parameters
        ----------
        picture : tf.Tensor or numpy.ndarray
            float32, shape (H, W, 3).
        shift : (int, int)
            Rows and columns by which the picture is rolled before and rolled back after.

        Returns
        -------
        shares : numpy.ndarray
            float32, shape (layers,): each layer's share of the loss, before the step.
        picture : tf.Tensor or numpy.ndarray
            float32, shape (H, W, 3), after the step; a new one.
        """
        if len(self._parts) == 1:
            ((tile, scales),) = self._parts
            with _in_words(self._shape):
                shares, raised = self._ascent.step(picture, tile.windows, scales, self._step, shift)
                return shares.numpy(), raised
        shares, gradient = self.gradient(np.asarray(picture), shift)
        # Row by row: at 24 megapixels, each copy of the picture is 288 MB.
        total = sum(float(np.sum(np.abs(row), dtype=np.float64)) for row in gradient)
        mean = max(total / gradient.size, _SMALLEST_MEAN)
        gradient /= mean
        gradient *= self._step
        gradient += picture
        return shares, gradient

    def gradient(
        self, picture: np.ndarray, shift: tuple[int, int] = (0, 0)
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return each layer's share of the loss and the gradient, (layers,) and (H, W, 3).

        The gradient is as it comes, before its mean is brought to 1.
        """
        shares = np.zeros(len(self._weights), np.float32)
        total = np.zeros_like(picture)
        for tile, scales in self._parts:
            # A crop of the rolled picture is taken straight from the picture itself.
            rows = np.arange(tile.top - shift[0], tile.bottom - shift[0]) % self._shape[0]
            columns = np.arange(tile.left - shift[1], tile.right - shift[1]) % self._shape[1]
            crop = np.ix_(rows, columns)
            with _in_words(self._shape):
                share, gradient = self._ascent.gradient(picture[crop], tile.windows, scales)
                shares += share.numpy()
                total[crop] += gradient.numpy()
        return shares, total
