"""Gram matrices of layers over many pictures: how alike two pictures are to each layer."""

import hashlib
from collections.abc import Generator, Hashable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from dreamlab.dream.compiled_look import Look, compiled_look
from dreamlab.dream.memory import budget, bytes_per_pixel
from dreamlab.layer_info import LayerInfo
from dreamlab.models import Network
from dreamlab.models.per_network import per_network

#: Most pixels that go through the network at once: more are no faster, and a cancel would wait.
_AT_ONCE = 2**16

#: Features whose products are added up in float32; such sums are added up in float64.
_SUMMED = 2**14

#: Most bytes of the matrices that are kept with a network.
_MOST_KEPT = 16_000_000


@dataclass(frozen=True)
class _Part:
    """The features of a layer from one number to another."""

    layer: LayerInfo
    begin: int
    end: int


def gram_matrices(
    network: Network,
    layers: Sequence[LayerInfo],
    pictures: np.ndarray,
    precision: str,
    preprocessing: str,
    memory: float | None = None,
) -> Generator[float, None, np.ndarray]:
    """Compute the products of the features of all pairs of pictures, for each of some layers.

    The features of a layer are its whole map, less what is common to all pictures. Where they do
    not fit the memory, the pictures go through the network more than once.

    Parameters
    ----------
    network : Network
        The network.
    layers : sequence of LayerInfo
        The layers, at least 1.
    pictures : numpy.ndarray
        float32, shape (n, side, side, 3), in [-1, 1].
    precision, preprocessing : str
        As in `dreamlab.dream.activations.Activations`.
    memory : float, optional
        As in `dreamlab.dream.dream`.

    Yields
    ------
    float
        Finished share of the work, 0 to 1.

    Returns
    -------
    numpy.ndarray
        float64, shape (layers, n, n).
    """
    count, side = pictures.shape[:2]
    pixels = side**2
    names = tuple(layer.name for layer in layers)
    digest = hashlib.sha256(pictures.tobytes()).digest()
    key, kept = (names, precision, preprocessing, count, digest), _kept(network)
    if key in kept:
        yield 1.0
        return kept[key]
    model = network.plain_extractor(names, "float32")
    # That of a gradient, which is more than enough for a forward pass.
    a_picture = bytes_per_pixel(model, network.fields_in_keras, "float32") * pixels
    free = budget(pixels, memory)
    at_once = max(1, min(_AT_ONCE // pixels, int(free / 4 / a_picture)))
    # Half is for TensorFlow, which never gives back what the maps of a batch took.
    passes = list(_passes(layers, side, max(1, int(free / 2 / (4 * count)))))
    grams = {layer.name: np.zeros((count, count)) for layer in layers}
    costs = [max(1.0, *(part.layer.operations for part in parts)) for parts in passes]
    for number, parts in enumerate(passes):
        some = tuple(dict.fromkeys(part.layer.name for part in parts))
        features = _features(network, some, precision, preprocessing)
        held = [np.empty((count, part.end - part.begin), np.float32) for part in parts]
        for first in range(0, count, at_once):
            batch = slice(first, first + at_once)
            maps = dict(zip(some, features(pictures[batch]), strict=True))
            for part, into in zip(parts, held, strict=True):
                into[batch] = maps[part.layer.name][:, part.begin : part.end]
            done = min(1.0, (first + at_once) / count)
            yield (sum(costs[:number]) + done * costs[number]) / sum(costs)
        for part in parts:
            grams[part.layer.name] += _products(held.pop(0))
            yield sum(costs[: number + 1]) / sum(costs)
    found = np.stack([grams[name] for name in names])
    if found.nbytes <= _MOST_KEPT:
        found.flags.writeable = False  # a later run has the same ones
        kept.clear()
        kept[key] = found
    return found


@per_network(1)
def _kept(network: Network) -> dict[Hashable, np.ndarray]:
    """Return the last matrices of a network, by what they are of: a run that was cancelled goes on.

    They are no pictures: only how alike each two were.
    """
    return {}


def _passes(layers: Sequence[LayerInfo], side: int, room: int) -> Iterator[list[_Part]]:
    """Yield the features of each pass, at most `room` of a picture, in network order."""
    parts: list[_Part] = []
    for layer in layers:
        begin, last = 0, layer.map_side(side) ** 2 * layer.channels
        while begin < last:
            left = room - sum(part.end - part.begin for part in parts)
            if not left:
                yield parts
                parts = []
                continue
            parts.append(_Part(layer, begin, min(last, begin + left)))
            begin = parts[-1].end
    yield parts


@per_network(4)
def _features(
    network: Network, layers: tuple[str, ...], precision: str, preprocessing: str
) -> Look:
    """Return the compiled function from pictures to the features, (n, features) a layer."""

    def flat(maps: list[tf.Tensor]) -> list[tf.Tensor]:
        return [tf.reshape(of, (tf.shape(of)[0], -1)) for of in maps]

    return compiled_look(network, layers, precision, preprocessing, flat)


def _products(features: np.ndarray) -> np.ndarray:
    """Return the products of rows, float64, less what is common to all.

    What is common would drown the rest in float32. Less the first row, features that are the same
    in all rows are 0 exactly.
    """
    total = np.zeros((len(features), len(features)))
    for begin in range(0, features.shape[1], _SUMMED):
        some = features[:, begin : begin + _SUMMED] - features[0, begin : begin + _SUMMED]
        some -= some.mean(axis=0)
        # The square of a feature below 1e-19 is 0 in float32.
        peak = float(max(some.max(), -some.min()))
        if peak > 0:
            some /= peak
            products = tf.matmul(some, some, transpose_b=True).numpy()
            total += products.astype(np.float64) * peak**2
    return total
