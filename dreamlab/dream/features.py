"""Pooled features of layers: one number a channel and picture, as linear probes take them."""

from collections.abc import Generator, Sequence

import numpy as np
import tensorflow as tf

from dreamlab.dream.compiled_look import Look, compiled_look
from dreamlab.dream.memory import looks_at_once
from dreamlab.models import Network
from dreamlab.models.per_network import per_network


def pooled_features(
    network: Network,
    layers: Sequence[str],
    pictures: np.ndarray,
    pooling: str,
    precision: str,
    preprocessing: str,
    memory: float | None = None,
) -> Generator[float, None, dict[str, np.ndarray]]:
    """Compute the features of pictures in each of some layers.

    Parameters
    ----------
    network : Network
        The network.
    layers : sequence of str
        Names of the layers, at least 1.
    pictures : numpy.ndarray
        float32, shape (n, side, side, 3), in [-1, 1].
    pooling : str
        ``"mean"`` or ``"max"`` over the positions of a channel.
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
    dict of str to numpy.ndarray
        For each layer float32, shape (n, channels).
    """
    count, side = pictures.shape[:2]
    names = tuple(layers)
    model = network.plain_extractor(names, "float32")
    at_once = looks_at_once(model, network.fields_in_keras, side**2, memory)
    compute = _features(network, names, pooling, precision, preprocessing)
    found: list[list[np.ndarray]] = [[] for _ in names]
    for first in range(0, count, at_once):
        for into, features in zip(found, compute(pictures[first : first + at_once]), strict=True):
            into.append(features.numpy())
        yield min(1.0, (first + at_once) / count)
    return {name: np.concatenate(of) for name, of in zip(names, found, strict=True)}


@per_network(4)
def _features(
    network: Network, layers: tuple[str, ...], pooling: str, precision: str, preprocessing: str
) -> Look:
    """Return the compiled function from pictures to the pooled features, (n, channels) a layer."""
    pool = tf.reduce_mean if pooling == "mean" else tf.reduce_max

    def pooled(maps: list[tf.Tensor]) -> list[tf.Tensor]:
        return [pool(of, axis=(1, 2)) for of in maps]

    return compiled_look(network, layers, precision, preprocessing, pooled)
