"""The compiled objective: loss and gradient of a picture, traced once for all sizes."""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import tensorflow as tf

from dreamlab.classes import is_head
from dreamlab.config import DreamConfig
from dreamlab.dream.direction import mean_sizes, normalised, rolled
from dreamlab.dream.memory import bytes_per_pixel, tile_sides
from dreamlab.dream.objective import channel_masks, layers_and_channels, loss_sums
from dreamlab.errors import DreamError
from dreamlab.images.shape import Shape
from dreamlab.models import Network
from dreamlab.models.keras_settings import own_settings
from dreamlab.models.per_network import per_network

#: Most pixels at once. The kernels of deep layers are then read for several small pictures at once,
#: which saves a fifth of such a step; more pictures save nothing more.
_MOST_PIXELS = 262_144


class CompiledObjective:
    """Loss and gradient of the activations of some layers of a network.

    A layer's loss is the mean square of its activations. That of a head of which classes are chosen
    is the mean of their logits, so that a dream goes toward them, or away with a weight below 0.

    Its graph is traced once, for any number of pictures of any size. Weights and windows are
    arguments of the graph, so changing them never triggers a retrace.

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

    #: Specs of further arguments of the graph, which `_sums` takes.
    _further: Sequence[tf.TensorSpec] = ()

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
        self.receptive_fields = [network.receptive_fields[layer.name] for layer in layers]
        self.multiple = network.multiple(names)
        self.of_one_size = network.only(names) is not None
        self._network = network
        self._names = names
        self._heads = [is_head(network.name, name) for name in names]
        self._preprocessing = preprocessing
        self._masks = channel_masks([layer.channels for layer in layers], channels)
        self._channels = [
            layer.channels if indices is None else len(indices)
            for layer, indices in zip(layers, channels, strict=True)
        ]
        self._fast = convolution == "winograd"
        self._model = network.feature_extractor(names, precision, convolution)
        self._bytes_per_pixel = bytes_per_pixel(self._model, network.fields_in_keras, precision)
        self.gradients = tf.function(
            self._gradients,
            input_signature=[
                tf.TensorSpec((None, None, None, 3), tf.float32),
                tf.TensorSpec((len(names), 4), tf.int32),
                tf.TensorSpec((len(names),), tf.float32),
                *self._further,
            ],
            autograph=False,
        )

    @property
    def local(self) -> bool:
        """Whether every layer sees a bounded part of the picture, which makes tiles exact."""
        return all(field.local for field in self.receptive_fields)

    def tile_for(self, shape: Shape, memory_budget: float) -> Shape | None:
        """Return the sides of tiles whose gradient fits the budget in bytes; None for no tiles."""
        stride = math.lcm(*(field.grid for field in self.receptive_fields))
        # As the tiles are cut: both sides are rounded up to the stride.
        margin = sum(
            math.ceil(max(0, side) / stride) * stride
            for side in (
                max(field.left for field in self.receptive_fields),
                max(field.right for field in self.receptive_fields),
            )
        )
        return tile_sides(shape, self._bytes_per_pixel, margin, stride, memory_budget)

    def most_at_once(self, shape: Shape, memory_budget: float) -> int:
        """Return how many pictures to take at once, for a budget in bytes: 1 at the least."""
        pixels = min(_MOST_PIXELS, memory_budget / self._bytes_per_pixel)
        return max(1, int(pixels / shape.area))

    @own_settings()
    def maps(self, shape: Shape) -> list[Shape]:
        """Return the shape of each layer's feature map for a picture's shape."""
        with in_words(shape):
            shapes = self._model.compute_output_shape((1, *shape, 3))
        return [Shape(*shapes[name][1:3]) for name in self._names]

    def sizes(self, maps: Sequence[Shape]) -> np.ndarray:
        """Return the number of values in the mean of each layer's loss: float32, (layers,)."""
        areas = [rows * columns for rows, columns in maps]
        return np.multiply(areas, self._channels, dtype=np.float32)

    def gradient(
        self, picture: tf.Tensor | np.ndarray, windows: np.ndarray, scales: np.ndarray
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Return each layer's share of the loss and its gradient, (H, W, 3); see `steps`."""
        layer_losses, gradients = self.gradients(picture[None], windows, scales)
        return layer_losses[0], gradients[0]

    def step(
        self,
        picture: tf.Tensor | np.ndarray,
        windows: np.ndarray,
        scales: np.ndarray,
        step: float,
        shift: Sequence[int],
    ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        """Take a step from one picture; see `steps`, without the first axis."""
        layer_losses, pictures, means = self.steps(picture[None], windows, scales, step, [shift])
        return layer_losses[0], pictures[0], means[0]

    def steps(
        self,
        pictures: tf.Tensor | np.ndarray,
        windows: np.ndarray,
        scales: np.ndarray,
        step: float,
        shifts: Sequence[Sequence[int]],
    ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        """Take one step of ascent from each of several pictures of one size, all at once.

        Parameters
        ----------
        pictures : tf.Tensor or numpy.ndarray
            float32, shape (N, H, W, 3).
        windows : numpy.ndarray
            int32, shape (layers, 4): the part of each layer's map that counts, as in `Tile`.
        scales : numpy.ndarray
            float32, shape (layers,): the factor of each layer's sum.
        step : float
            The mean absolute value of the change of each picture.
        shifts : sequence of (int, int)
            Rows and columns by which each picture is rolled for its gradient.

        Returns
        -------
        layer_losses, pictures : tf.Tensor
            float32, shapes (N, layers) and (N, H, W, 3): each layer's share of the losses before
            the step, and the pictures after it.
        means : tf.Tensor
            float32, shape (N,): the mean of the absolute values of each gradient.
        """
        layer_losses, gradients = self.gradients(rolled(pictures, shifts), windows, scales)
        gradients = rolled(gradients, [(-down, -right) for down, right in shifts])
        means = mean_sizes(gradients)
        return layer_losses, pictures + step * normalised(gradients, means), means

    def _sums(
        self, activations: dict[str, tf.Tensor], windows: tf.Tensor, *further: tf.Tensor
    ) -> list[tf.Tensor]:
        """Return the sums of each layer's loss, before means are taken: each (N,)."""
        of_layers = zip(self._names, tf.unstack(windows), self._masks, self._heads, strict=True)
        return [
            loss_sums(activations[name], window, mask, fast=self._fast, head=head)
            for name, window, mask, head in of_layers
        ]

    @own_settings()
    def _gradients(
        self, pictures: tf.Tensor, windows: tf.Tensor, scales: tf.Tensor, *further: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Return each layer's share of the losses and the sums' gradients, for N pictures."""
        with tf.GradientTape() as tape:
            tape.watch(pictures)
            activations = self._network.activations(self._model, pictures, self._preprocessing)
            sums = self._sums(activations, windows, *further)
            layer_losses = tf.stack(sums, axis=1) * scales
            # No picture has a part in another's loss, so each gets the gradient of its own.
            loss = tf.reduce_sum(layer_losses)
        # Rounding and the like let no gradient through.
        none = tf.UnconnectedGradients.ZERO
        return layer_losses, tape.gradient(loss, pictures, unconnected_gradients=none)


@contextmanager
def in_words(shape: Shape) -> Iterator[None]:
    """Turn an error of the network on a picture of a shape into a `DreamError`."""
    try:
        yield
    except tf.errors.ResourceExhaustedError as error:
        raise DreamError(
            "the dream needs more memory than there is: choose a smaller picture or smaller tiles"
        ) from error
    # Keras checks shapes first, and some layers ask for a shape that is not known yet.
    except (tf.errors.OpError, ValueError, TypeError, NotImplementedError) as error:
        raise DreamError(
            f"the network fails on a picture of {shape.width} x {shape.height} px "
            f"({type(error).__name__}): choose another size, or mend the network"
        ) from error


#: An analysis of all layers of VGG16 has 18 objectives; to trace one takes longer than a step.
@per_network(32)
def _compiled(
    network: Network,
    names: tuple[str, ...],
    channels: tuple[tuple[int, ...] | None, ...],
    *how: str,
) -> CompiledObjective:
    return CompiledObjective(network, names, channels, *how)


def compile_objective(
    network: Network, config: DreamConfig, precision: str, convolution: str = "direct"
) -> CompiledObjective:
    """Return the compiled objective of a config, from the cache if it is there.

    Layers of weight 0 stay in it: their share of the loss is reported as 0.
    """
    how = precision, convolution, config.preprocessing
    return _compiled(network, *layers_and_channels(config), *how)
