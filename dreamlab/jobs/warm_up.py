"""The dream that warms a worker up, so that the first visitor need not wait."""

import logging
import os
import threading
import time

import numpy as np

from dreamlab.config import DreamConfig
from dreamlab.jobs.events import Warmth
from dreamlab.zoo import is_offered

logger = logging.getLogger(__name__)

#: Side of the picture and steps of the dream that warms a worker up.
_WARM_SIDE = 224
_WARM_STEPS = 3


def warm_up(model: str, patience: float) -> Warmth:
    """Load the engine and a network, and dream a little, so that the first visitor need not wait.

    Parameters
    ----------
    model : str
        Name of the network, or its path.
    patience : float
        Seconds after which it counts as stuck and ends this process, for another to take its
        place: a thread cannot be broken off. They count from here, not from when it was asked
        for, as another page's dream may come first.

    Raises
    ------
    DreamError
        If the network cannot be loaded.
    """
    stuck = threading.Timer(patience, _end_stuck)
    stuck.daemon = True
    stuck.start()
    try:
        return _warm_up(model)
    finally:
        stuck.cancel()


def _end_stuck() -> None:
    logger.error("the network did not load in time: this worker ends")
    os._exit(1)


def _warm_up(model: str) -> Warmth:
    from dreamlab.dream import dream
    from dreamlab.models import cached_model

    network = cached_model(model)
    offered = [layer for layer in network.layers if is_offered(network.name, layer.name)]
    deepest = max(offered, key=lambda layer: layer.operations)
    side = max(_WARM_SIDE, network.smallest)
    image = np.random.default_rng(0).uniform(-1, 1, (side, side, 3)).astype(np.float32)
    config = DreamConfig(layers={deepest.name: 1.0}, octaves=1, iterations=_WARM_STEPS)
    times, precision = [], "float32"
    before = time.perf_counter()
    for step in dream(image, network, config):
        times.append(time.perf_counter() - before)
        before = time.perf_counter()
        precision = step.provenance.precision
    return Warmth(min(times), side * side * deepest.operations, precision)
