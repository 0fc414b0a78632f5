"""Gradient ascent on a picture of one octave, whole or in tiles."""

import math

import numpy as np
import tensorflow as tf

from dreamlab.config import DreamConfig
from dreamlab.dream.compiled import CompiledObjective, in_words
from dreamlab.dream.direction import SMALLEST_MEAN
from dreamlab.dream.tiles import Tile, exact_tiles, separate_tiles, whole_picture
from dreamlab.images.shape import Shape


class OctaveAscent:
    """Computes the loss of a picture at one octave's size and takes steps of gradient ascent.

    Parameters
    ----------
    objective : CompiledObjective
        The compiled objective.
    config : DreamConfig
        For the layers' weights, the step and the tiles.
    shape : Shape
        Height and width of the picture, in pixels.
    memory_budget : float
        Bytes that the gradient may take when the tiles are ``"auto"``.

    Attributes
    ----------
    memory_budget : float
        Bytes that the gradient may take, as given.
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
        if isinstance(config.tile, str):
            sides = objective.tile_for(shape, memory_budget)
        else:
            sides = Shape(config.tile, config.tile)
        self.memory_budget = memory_budget
        self._objective = objective
        self._step = config.step
        self._shape = shape
        self._weights = np.array(list(config.layers.values()), np.float32)
        self.exact = True
        maps = objective.maps(shape)
        if sides is None or shape.height <= sides.height and shape.width <= sides.width:
            tiles = [whole_picture(shape, maps)]
        elif objective.local:
            tiles = exact_tiles(shape, sides, objective.receptive_fields, maps)
        else:
            self.exact = False
            self._parts = self._separate_parts(sides)
            return
        scales = (1 / objective.sizes(maps)) * self._weights
        self._parts = [(tile, scales) for tile in tiles]

    def _separate_parts(self, sides: Shape) -> list[tuple[Tile, np.ndarray]]:
        """Return tiles that are separate pictures, each with its layers' scales by area."""
        parts = []
        for top, bottom, left, right in separate_tiles(
            self._shape, sides, self._objective.multiple
        ):
            shape = Shape(bottom - top, right - left)
            maps = self._objective.maps(shape)
            share = shape.area / self._shape.area
            tile = Tile(top, bottom, left, right, whole_picture(shape, maps).windows)
            parts.append((tile, (share / self._objective.sizes(maps)) * self._weights))
        return parts

    @property
    def tiles(self) -> list[Tile]:
        """The tiles, a single one if the picture is computed whole."""
        return [tile for tile, _ in self._parts]

    @property
    def min_jitter(self) -> int:
        """Smallest jitter, in pixels, that keeps the tiles' seams from staying in one place."""
        return 0 if self.exact else max(self._shape) // 2

    def step(
        self, picture: tf.Tensor | np.ndarray, shift: tuple[int, int]
    ) -> tuple[np.ndarray, tf.Tensor | np.ndarray]:
        """Compute the loss and take one step of gradient ascent.

        Parameters
        ----------
        picture : tf.Tensor or numpy.ndarray
            float32, shape (H, W, 3).
        shift : (int, int)
            Rows and columns by which the picture is rolled for the gradient.

        Returns
        -------
        layer_losses : numpy.ndarray
            float32, shape (layers,): each layer's share of the loss, before the step.
        picture : tf.Tensor or numpy.ndarray
            float32, shape (H, W, 3), after the step; a new array.
        """
        if len(self._parts) == 1:
            ((tile, scales),) = self._parts
            with in_words(self._shape):
                layer_losses, ascended = self._objective.step(
                    picture, tile.windows, scales, self._step, shift
                )
                return layer_losses.numpy(), ascended
        layer_losses, gradient = self.gradient(np.asarray(picture), shift)
        # Row by row: at 24 megapixels, each copy of the picture is 288 MB.
        total = sum(float(np.sum(np.abs(row), dtype=np.float64)) for row in gradient)
        mean = max(total / gradient.size, SMALLEST_MEAN)
        gradient /= mean
        gradient *= self._step
        gradient += picture
        return layer_losses, gradient

    def gradient(
        self, picture: np.ndarray, shift: tuple[int, int] = (0, 0)
    ) -> tuple[np.ndarray, np.ndarray]:
        """Compute each layer's share of the loss, and the gradient before it is normalised.

        Parameters
        ----------
        picture : numpy.ndarray
            float32, shape (H, W, 3).
        shift : (int, int)
            Rows and columns by which the picture is rolled for the gradient.

        Returns
        -------
        layer_losses : numpy.ndarray
            float32, shape (layers,).
        gradient : numpy.ndarray
            float32, shape (H, W, 3), at the pixels of the picture that is not rolled.
        """
        layer_losses = np.zeros(len(self._weights), np.float32)
        total = np.zeros_like(picture)
        for tile, scales in self._parts:
            # These indices crop the rolled picture without a rolled copy of it.
            rows = np.arange(tile.top - shift[0], tile.bottom - shift[0]) % self._shape[0]
            columns = np.arange(tile.left - shift[1], tile.right - shift[1]) % self._shape[1]
            crop = np.ix_(rows, columns)
            with in_words(self._shape):
                losses, gradient = self._objective.gradient(picture[crop], tile.windows, scales)
                layer_losses += losses.numpy()
                total[crop] += gradient.numpy()
        return layer_losses, total
