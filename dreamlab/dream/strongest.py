"""How strongly a layer and its channels respond to pictures, and where they do so most."""

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from dreamlab.dream.compiled import in_words
from dreamlab.dream.compiled_look import Look, compiled_look
from dreamlab.dream.memory import looks_at_once
from dreamlab.images.pixels import from_pixels
from dreamlab.images.shape import Shape
from dreamlab.models import Network
from dreamlab.models.field import ReceptiveField
from dreamlab.models.per_network import per_network
from dreamlab.models.receptive_field import fields_at


@dataclass(frozen=True)
class Responses:
    """The responses of a layer to n pictures of one shape.

    Parameters
    ----------
    squares : numpy.ndarray
        float32, shape (n,): mean squared activation of the layer.
    places : numpy.ndarray
        int64, shape (n, 2): row and column of the position with the largest sum of squares over the
        channels.
    means, peaks : numpy.ndarray
        float32, shape (n, channels): mean and largest activation of each channel.
    peak_places : numpy.ndarray
        int64, shape (n, channels, 2): row and column of the largest one; of equal ones the first.
    """

    squares: np.ndarray
    places: np.ndarray
    means: np.ndarray
    peaks: np.ndarray
    peak_places: np.ndarray


def responses(
    network: Network,
    layer: str,
    pixels: np.ndarray,
    precision: str,
    preprocessing: str,
    memory: float | None = None,
) -> Generator[float, None, Responses]:
    """Look at pictures, a few at once; no map is kept.

    Parameters
    ----------
    network : Network
        The network.
    layer : str
        Name of the layer.
    pixels : numpy.ndarray
        uint8, shape (n, H, W, 3).
    precision, preprocessing : str
        As in `dreamlab.config.DreamConfig`.
    memory : float, optional
        As in `dreamlab.dream.dream`.

    Yields
    ------
    float
        Finished share of the work, 0 to 1.

    Returns
    -------
    Responses
        Those of all pictures.

    Raises
    ------
    DreamError
        If the network has no such layer or range, or fails.
    """
    network.feeding.chosen(preprocessing)  # fails before anything is compiled
    shape = Shape.of(pixels[0])
    look = _look(network, layer, precision, preprocessing)
    model = network.plain_extractor([layer], "float32")
    most = looks_at_once(model, network.fields_in_keras, shape.area, memory)
    found: list[list[np.ndarray]] = []
    for first in range(0, len(pixels), most):
        with in_words(shape):
            looked = look(from_pixels(pixels[first : first + most]))
            found.append([part.numpy() for part in looked])
        yield min(1.0, (first + most) / len(pixels))
    squares, places, means, peaks, peak_places = (
        np.concatenate(parts) for parts in zip(*found, strict=True)
    )
    return Responses(squares, places, means, peaks, peak_places)


def seen(network: Network, layer: str, shape: Shape, row: int, column: int) -> tuple[int, ...]:
    """Return the part of a picture that a position of a layer sees.

    Parameters
    ----------
    network : Network
        The network.
    layer : str
        Name of the layer.
    shape : Shape
        Height and width of the picture, in pixels.
    row, column : int
        The position.

    Returns
    -------
    tuple of int
        Left, top, right and bottom, in pixels; right and bottom are one after the last. It is the
        whole picture if a position may see all of it.
    """
    fields = _fields(network, layer, shape)
    if fields is None:
        return 0, 0, shape.width, shape.height
    (top, bottom), (left, right) = fields[0].window(row), fields[1].window(column)
    return left, top, right, bottom


@per_network(4)
def _fields(
    network: Network, layer: str, shape: Shape
) -> tuple[ReceptiveField, ReceptiveField] | None:
    model = network.plain_extractor([layer], "float32")
    return fields_at(model, network.name_in_keras(layer), shape)


@per_network(4)
def _look(network: Network, layer: str, precision: str, preprocessing: str) -> Look:
    """Return the compiled function from pictures to the parts of their `Responses`."""

    def parts(of_layers: list[tf.Tensor]) -> list[tf.Tensor]:
        (maps,) = of_layers
        shape = tf.shape(maps)
        columns = tf.cast(shape[2], tf.int64)
        energy = tf.reduce_sum(tf.square(maps), axis=3)
        by_position = tf.reshape(maps, (shape[0], shape[1] * shape[2], shape[3]))
        places = tf.argmax(tf.reshape(energy, (shape[0], -1)), axis=1)
        peak_places = tf.argmax(by_position, axis=1)
        return [
            tf.reduce_mean(tf.square(by_position), axis=(1, 2)),
            tf.stack([places // columns, places % columns], axis=-1),
            tf.reduce_mean(by_position, axis=1),
            tf.reduce_max(by_position, axis=1),
            tf.stack([peak_places // columns, peak_places % columns], axis=-1),
        ]

    return compiled_look(network, [layer], precision, preprocessing, parts)
