"""Loss and gradient of a picture: the compiled step, whole or in tiles."""

import math

import numpy as np
import tensorflow as tf

from dreamlab.config import DreamConfig
from dreamlab.dream.compiled import _SMALLEST_MEAN, Ascent, in_words
from dreamlab.dream.tiles import Tile, exact_tiles, separate_tiles, whole_picture
from dreamlab.images.shape import Shape


class Octave:
    """One octave's ascent: the loss of a picture and the step up from it.

    Parameters
    ----------
    ascent : Ascent
        The compiled ascent.
    config : DreamConfig
        For the layers' weights, the step and the tiles.
    shape : Shape
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
        shape = Shape(*shape)
        fixed = None if isinstance(config.tile, str) else config.tile
        side = fixed or ascent.tile_for(shape, allowed)
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
            shape = Shape(bottom - top, right - left)
            maps = self._ascent.maps(shape)
            share = shape.area / self._shape.area
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
            with in_words(self._shape):
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
            with in_words(self._shape):
                share, gradient = self._ascent.gradient(picture[crop], tile.windows, scales)
                shares += share.numpy()
                total[crop] += gradient.numpy()
        return shares, total
