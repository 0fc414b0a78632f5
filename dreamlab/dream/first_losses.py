"""The losses with which dreams of a network's layers begin."""

from contextlib import closing

import numpy as np

from dreamlab.config import DreamConfig
from dreamlab.dream.run import dream
from dreamlab.images import Picture
from dreamlab.models import Network

#: Layers that are looked at together; more would take more memory.
_AT_ONCE = 30


def first_losses(network: Network, image: np.ndarray | Picture) -> dict[str, float]:
    """Return the loss of each layer of a network on a picture, at weight 1, by the layer's name.

    Parameters
    ----------
    network : Network
        The network.
    image : numpy.ndarray or Picture
        float32, shape (H, W, 3), in [-1, 1], or a picture.

    Raises
    ------
    DreamError
        As `dreamlab.dream.dream`.
    """
    names = [layer.name for layer in network.layers if layer.depth]
    losses: dict[str, float] = {}
    for begin in range(0, len(names), _AT_ONCE):
        losses |= _first(network, image, names[begin : begin + _AT_ONCE])
    return losses


def _first(network: Network, image: np.ndarray | Picture, names: list[str]) -> dict[str, float]:
    layers = dict.fromkeys(names, 1.0)
    config = DreamConfig(
        layers=layers, octaves=1, iterations=1, precision="float32", convolution="direct"
    )
    with closing(dream(image, network, config)) as steps:
        return dict(next(steps).losses)
