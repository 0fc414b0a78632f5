"""Gradient ascent on a picture of one octave, whole or in tiles."""

import math

import numpy as np
import tensorflow as tf

from dreamlab.config import DreamConfig
from dreamlab.dream.compiled import CompiledObjective, in_words
from dreamlab.dream.direction import mean_size, mean_sizes, normalised
from dreamlab.dream.loss_scale import LossScale
from dreamlab.dream.shaping import Shaping
from dreamlab.dream.tiles import Tile, exact_tiles, separate_tiles, whole_picture
from dreamlab.dream.turn import STILL, Turn
from dreamlab.images.shape import Shape


class OctaveAscent:
    """Computes the loss of a picture at one octave's size and takes steps of gradient ascent.

    Parameters
    ----------
    objective : CompiledObjective
        The compiled objective.
    config : DreamConfig
        For the layers' weights, the step, its shape and the tiles.
    shape : Shape
        Height and width of the picture, in pixels.
    memory_budget : float
        Bytes that the gradient may take when the tiles are ``"auto"``.

    Attributes
    ----------
    memory_budget : float
        Bytes that the gradient may take, as given.
    tiles : list of Tile
        The tiles, a single one if the picture is computed whole.
    exact : bool
        Whether the gradient equals that of the whole picture. It does not if the picture is too
        large for the memory and the network allows no exact tiles.
    """

    def __init__(
        self,
        objective: CompiledObjective,
        config: DreamConfig,
        shape: Shape,
        memory_budget: float = math.inf,
    ) -> None:
        shape = Shape(*shape)
        if objective.of_one_size:  # tiles would have another
            sides = None
        elif isinstance(config.tile, str):
            sides = objective.tile_for(shape, memory_budget)
        else:
            sides = Shape(config.tile, config.tile)
        self.memory_budget = memory_budget
        self._objective = objective
        self._step = config.step
        self._shaping = Shaping(config)
        self._shape = shape
        self.exact = True
        maps = objective.maps(shape)
        weights = list(config.layers.values())
        if sides is None or shape.height <= sides.height and shape.width <= sides.width:
            tiles = [whole_picture(shape, maps)]
        elif objective.local:
            tiles = exact_tiles(shape, sides, objective.receptive_fields, maps)
        else:
            self.exact = False
            self.tiles, shares = self._separate_parts(sides)
            self._scale = LossScale(weights, shares, shape)
            return
        self.tiles = tiles
        self._scale = LossScale(weights, [1 / objective.sizes(maps)] * len(tiles), shape)

    def _separate_parts(self, sides: Shape) -> tuple[list[Tile], list[np.ndarray]]:
        """Return tiles that are separate pictures, and the shares of their layers by area."""
        tiles, shares = [], []
        for top, bottom, left, right in separate_tiles(
            self._shape, sides, self._objective.multiple
        ):
            shape = Shape(bottom - top, right - left)
            maps = self._objective.maps(shape)
            share = shape.area / self._shape.area
            tiles.append(Tile(top, bottom, left, right, whole_picture(shape, maps).windows))
            shares.append(share / self._objective.sizes(maps))
        return tiles, shares

    @property
    def min_jitter(self) -> int:
        """Smallest jitter, in pixels, that keeps the tiles' seams from staying in one place."""
        return 0 if self.exact else max(self._shape) // 2

    def plain(self, turn: Turn, mask: np.ndarray | None) -> bool:
        """Return whether a step follows the gradient as it is; arguments as of `step`."""
        return self._shaping.plain and mask is None and turn == STILL

    def step(
        self,
        picture: tf.Tensor | np.ndarray,
        shift: tuple[int, int],
        turn: Turn = STILL,
        mask: np.ndarray | None = None,
    ) -> tuple[np.ndarray, tf.Tensor | np.ndarray]:
        """Compute the loss and take one step of gradient ascent.

        Parameters
        ----------
        picture : tf.Tensor or numpy.ndarray
            float32, shape (H, W, 3).
        shift : (int, int)
            Rows and columns by which the picture is rolled for the gradient.
        turn : Turn
            How it is transformed before that.
        mask : numpy.ndarray, optional
            How far each pixel may change: float32, shape (H, W, 1), 0 to 1.

        Returns
        -------
        layer_losses : numpy.ndarray
            float64, shape (layers,): each layer's share of the loss, before the step.
        picture : tf.Tensor or numpy.ndarray
            float32, shape (H, W, 3), after the step: a new array, or the very picture that was
            given if its gradient is 0.

        Raises
        ------
        DreamError
            If the network fails, or the gradient is no finite number.
        """

        if not self.plain(turn, mask):
            layer_losses, direction, _ = self.direction(np.asarray(picture), shift, turn, mask)
            moved = picture + np.float32(self._step) * direction if direction.any() else picture
            return layer_losses, moved

        def whole(power: int) -> tuple[np.ndarray, tf.Tensor, float]:
            factors = self._scale.factors(0, power)
            with in_words(self._shape):
                scaled, ascended, mean = self._objective.step(
                    picture, self.tiles[0].windows, factors, self._step, shift
                )
                return scaled.numpy(), ascended, float(mean)

        if len(self.tiles) == 1:
            layer_losses, ascended, mean, _ = self._scale.search(whole)
            return layer_losses, ascended if mean else picture
        layer_losses, gradient, mean, _ = self._searched(np.asarray(picture), shift)
        if not mean or not np.isfinite(mean):  # the loss is no finite number either
            return layer_losses, picture
        gradient /= mean
        gradient *= self._step
        gradient += picture
        return layer_losses, gradient

    def gradient(
        self,
        picture: np.ndarray,
        shift: tuple[int, int] = (0, 0),
        turn: Turn = STILL,
        mask: np.ndarray | None = None,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Compute each layer's share of the loss, and the gradient before it is normalised.

        It is shaped by `Shaping.linear`: by all but a pyramid.

        Parameters
        ----------
        picture, shift, turn, mask
            As for `step`.

        Returns
        -------
        layer_losses, gradient : numpy.ndarray
            float64, shape (layers,), and float32, shape (H, W, 3), at the picture's own pixels.

        Raises
        ------
        DreamError
            As `step`.
        """
        layer_losses, gradient, _, power = self._searched(turn.seen(picture), shift)
        if not self.plain(turn, mask):
            gradient = self._shaping.linear(turn.back(gradient), mask)
        with np.errstate(over="ignore"):
            return layer_losses, np.ldexp(gradient, -power, out=gradient)

    def direction(
        self,
        picture: np.ndarray,
        shift: tuple[int, int] = (0, 0),
        turn: Turn = STILL,
        mask: np.ndarray | None = None,
    ) -> tuple[np.ndarray, np.ndarray, float]:
        """Compute each layer's share of the loss, the direction of a step, and the slope along it.

        Parameters
        ----------
        picture, shift, turn, mask
            As for `gradient`.

        Returns
        -------
        layer_losses : numpy.ndarray
            As of `gradient`.
        direction : numpy.ndarray
            float32, shape (H, W, 3): the gradient over the mean of its absolute values, or what
            `Shaping.direction` makes of it; or 0.
        slope : float
            The rise of the loss per unit of step, to first order.
        """
        layer_losses, gradient, mean, power = self._searched(turn.seen(picture), shift)
        if not self.plain(turn, mask):
            if not mean or not np.isfinite(mean):  # the loss is no finite number either
                return layer_losses, np.zeros_like(gradient), 0.0
            gradient /= mean  # so that squares of it are in float32
            gradient = turn.back(gradient)
            direction = self._shaping.direction(gradient, mask)
            slope = math.ldexp(float(np.vdot(direction, gradient)) * mean, -power)
            return layer_losses, direction, slope
        # By the same sum as a step's, so that the steps along it are the same.
        direction = normalised(gradient[None], mean_sizes(gradient[None]))[0].numpy()
        slope = math.ldexp(float(np.vdot(direction, direction)) * mean, -power)
        return layer_losses, direction, slope

    def _searched(
        self, picture: np.ndarray, shift: tuple[int, int]
    ) -> tuple[np.ndarray, np.ndarray, float, int]:
        """Return losses, gradient, its mean size and power of two; see `LossScale.search`."""
        return self._scale.search(lambda power: self._summed(picture, shift, power))

    def _summed(
        self, picture: np.ndarray, shift: tuple[int, int], power: int
    ) -> tuple[np.ndarray, np.ndarray, float]:
        """Return scaled losses and gradient, summed over the tiles, and its mean size."""
        layer_losses = np.float32(0)
        total = np.zeros_like(picture)
        for place, tile in enumerate(self.tiles):
            # These indices crop the rolled picture without a rolled copy of it.
            rows = np.arange(tile.top - shift[0], tile.bottom - shift[0]) % self._shape[0]
            columns = np.arange(tile.left - shift[1], tile.right - shift[1]) % self._shape[1]
            crop = np.ix_(rows, columns)
            factors = self._scale.factors(place, power)
            with in_words(self._shape):
                losses, gradient = self._objective.gradient(picture[crop], tile.windows, factors)
                layer_losses = layer_losses + losses.numpy()
                total[crop] += gradient.numpy()
        return np.asarray(layer_losses), total, mean_size(total)
