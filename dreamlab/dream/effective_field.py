"""What single positions of a layer see of a picture, in fact: where a change would reach them.

The gradient of a position's summed activation, by pixel, is its effective receptive field: Luo, Li,
Urtasun and Zemel, "Understanding the Effective Receptive Field in Deep Convolutional Neural
Networks" (2016), https://arxiv.org/abs/1701.04128. There it is a Gaussian in the middle of the
theoretical field, and its extent grows as the root of the depth only.

A position's gradient is computed on a crop: all that the position sees, aligned to the network's
strides as `dreamlab.dream.tiles` aligns its tiles, so that it is that of the whole picture.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

import numpy as np
import tensorflow as tf

from dreamlab.dream.arithmetic import arithmetic
from dreamlab.dream.compiled import in_words
from dreamlab.dream.memory import budget, bytes_per_pixel
from dreamlab.errors import DreamError
from dreamlab.images.shape import Shape
from dreamlab.models import Network
from dreamlab.models.keras_settings import own_settings

#: Most pixels at once, so that a run can be cancelled each second.
_MOST_PIXELS = 100_000


@dataclass(frozen=True)
class Seen:
    """What a position sees.

    Parameters
    ----------
    gradient : numpy.ndarray
        float64, shape (height, width) of the window: the absolute gradient by pixel, summed over
        the colours, as a distribution; 0 where the window is beyond the picture.
    top, left : int
        Place of the window in the picture, in pixels; may be below 0.
    centre : (float, float)
        Row and column of the position in the window: its middle, where the layer sees no more.
    """

    gradient: np.ndarray = field(repr=False)
    top: int
    left: int
    centre: tuple[float, float]

    def on(self, shape: Shape) -> np.ndarray:
        """Return the distribution over a picture of a shape, float64 (H, W)."""
        pixels = np.zeros(shape)
        rows, columns = (
            np.arange(begin, begin + length)
            for begin, length in zip((self.top, self.left), self.gradient.shape, strict=True)
        )
        down, across = (rows >= 0) & (rows < shape[0]), (columns >= 0) & (columns < shape[1])
        pixels[np.ix_(rows[down], columns[across])] = self.gradient[np.ix_(down, across)]
        return pixels


class EffectiveField:
    """Computes what positions of a layer see of a picture.

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

    Raises
    ------
    DreamError
        If the network has no such layer or range.
    """

    def __init__(
        self, network: Network, layer: str, shape: Shape, precision: str, preprocessing: str
    ) -> None:
        network.feeding.chosen(preprocessing)
        self._network, self._layer, self._shape = network, layer, shape
        self._preprocessing = preprocessing
        precision, convolution = arithmetic(precision)
        self._model = network.feature_extractor([layer], precision, convolution)
        self._bytes = bytes_per_pixel(self._model, network.fields_in_keras, precision)
        self._field = network.receptive_fields[layer]
        info = network.layer(layer)
        self._maps = Shape(*map(info.map_side, shape))
        self._whole = not self._field.local or info.only is not None
        self._multiple = math.lcm(self._field.grid, info.multiple)

    def positions(self, count: int, seed: int) -> list[tuple[int, int]]:
        """Draw positions, at random, whose windows lie within the picture.

        Along an axis that is too short for a window, those are drawn whose windows reach beyond it
        least: the ones in the middle.

        Parameters
        ----------
        count : int
            How many; fewer where there are fewer.
        seed : int
            Starts the random numbers.

        Returns
        -------
        list of (int, int)
            Row and column of each in the feature map.
        """
        rows, columns = (self._inner(axis) for axis in (0, 1))
        number = min(count, len(rows) * len(columns))
        drawn = np.random.default_rng(seed).choice(len(rows) * len(columns), number, replace=False)
        places = (divmod(int(place), len(columns)) for place in drawn)
        return [(rows[down], columns[across]) for down, across in places]

    def seen(
        self, picture: np.ndarray, positions: Sequence[tuple[int, int]], memory: float | None = None
    ) -> Iterator[Seen | None]:
        """Yield what each position sees; None where no pixel has an effect on it.

        Parameters
        ----------
        picture : numpy.ndarray
            float32, of the shape of the pictures, in [-1, 1].
        positions : sequence of (int, int)
            Row and column of each in the feature map.
        memory : float, optional
            As in `dreamlab.dream.dream`.

        Raises
        ------
        DreamError
            If the network fails, or a gradient is no finite number.
        """
        fit = min(_MOST_PIXELS, budget(self._shape.area, memory) / self._bytes)
        crops = ((position, self._crop(position)) for position in positions)
        for shape, group in groupby(crops, lambda pair: _sides(pair[1])):
            alike, most = list(group), max(1, int(fit / shape.area))
            for first in range(0, len(alike), most):
                some = alike[first : first + most]
                gradients = self._gradients(picture, *zip(*some, strict=True))
                for (position, crop), gradient in zip(some, gradients, strict=True):
                    yield self._placed(position, crop, gradient)

    @own_settings()
    def _gradients(
        self,
        picture: np.ndarray,
        positions: Sequence[tuple[int, int]],
        crops: Sequence[tuple[int, int, int, int]],
    ) -> np.ndarray:
        """Return the gradient of each position in its crop, float64 (N, height, width)."""
        stride = self._field.stride
        places = [
            (row - top // stride, column - left // stride)
            for (row, column), (top, _, left, _) in zip(positions, crops, strict=True)
        ]
        stack = [picture[top:bottom, left:right] for top, bottom, left, right in crops]
        # Not compiled: to trace a graph for a layer takes longer than all its positions.
        with in_words(_sides(crops[0])):
            with tf.GradientTape() as tape:
                pictures = tf.constant(np.stack(stack))
                tape.watch(pictures)
                maps = self._network.activations(self._model, pictures, self._preprocessing)
                activation = tf.cast(maps[self._layer], tf.float32)
                # No crop has a part in another's position, so each gets the gradient of its own.
                total = tf.reduce_sum(tf.gather_nd(activation, places, batch_dims=1))
            none = tf.UnconnectedGradients.ZERO
            gradients = tape.gradient(total, pictures, unconnected_gradients=none).numpy()
        if not np.isfinite(gradients).all():
            raise DreamError(f"the gradient of {self._layer} is not finite: choose another layer")
        return np.abs(gradients).sum(axis=3, dtype=np.float64)

    def _placed(
        self, position: tuple[int, int], crop: tuple[int, int, int, int], gradient: np.ndarray
    ) -> Seen | None:
        """Return what a position sees, given its gradient in its crop."""
        if not gradient.any():
            return None
        rows, columns = (self._window(axis, at) for axis, at in enumerate(position))
        whole = np.zeros((rows[1] - rows[0], columns[1] - columns[0]))
        top, bottom, left, right = crop
        first, last = max(rows[0], top), min(rows[1], bottom)
        begin, end = max(columns[0], left), min(columns[1], right)
        whole[first - rows[0] : last - rows[0], begin - columns[0] : end - columns[0]] = gradient[
            first - top : last - top, begin - left : end - left
        ]
        centre = (whole.shape[0] - 1) / 2, (whole.shape[1] - 1) / 2
        if not self._field.local:
            scales = (side / count for side, count in zip(self._shape, self._maps, strict=True))
            down, across = (
                round((at + 0.5) * scale - 0.5) for at, scale in zip(position, scales, strict=True)
            )
            centre = down, across
        return Seen(whole / whole.sum(), rows[0], columns[0], centre)

    def _window(self, axis: int, position: int) -> tuple[int, int]:
        """Return the first pixel that a position may see along an axis, and one after the last."""
        if not self._field.local:
            return 0, self._shape[axis]
        place = position * self._field.stride
        return place - self._field.left, place + self._field.right

    def _inner(self, axis: int) -> list[int]:
        """Return the positions along an axis whose windows reach beyond the picture least."""
        beyond = []
        for position in range(self._maps[axis]):
            begin, end = self._window(axis, position)
            beyond.append(max(0, -begin) + max(0, end - self._shape[axis]))
        return [position for position, pixels in enumerate(beyond) if pixels == min(beyond)]

    def _crop(self, position: tuple[int, int]) -> tuple[int, int, int, int]:
        """Return top, bottom, left and right of the crop that holds a position's window."""
        if self._whole:
            return 0, self._shape.height, 0, self._shape.width
        edges = []
        for axis, (place, length) in enumerate(zip(position, self._shape, strict=True)):
            begin, end = self._window(axis, place)
            begin = max(0, begin // self._multiple * self._multiple)
            end = max(end, begin + self._network.smallest)
            # Strided "same" padding depends on the size, so crops keep the picture's remainder.
            end = min(length, end + (length - end) % self._multiple)
            edges += [begin, end]
        return edges[0], edges[1], edges[2], edges[3]


def _sides(crop: tuple[int, int, int, int]) -> Shape:
    top, bottom, left, right = crop
    return Shape(bottom - top, right - left)
