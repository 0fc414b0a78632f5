"""Makes a Dask worker ready before it is listed: Dask runs `dask_setup` as it starts.

A local worker preloads this module by itself; on a cluster it is
``dask worker --preload dreamlab.jobs.preload``.
"""

import logging
import time
from typing import Any

import numpy as np

from dreamlab.config import DreamConfig
from dreamlab.config.deployment import Limits
from dreamlab.tasks.events import Timed
from dreamlab.zoo import is_offered

logger = logging.getLogger(__name__)

#: Side of the picture and steps of the dream that warms a worker up.
_WARM_SIDE = 224
_WARM_STEPS = 3

_timed: Timed | None = None


def dask_setup(worker: Any) -> None:
    """Load the engine and the network, and dream a little, so that no visitor has to wait.

    A worker whose network cannot be loaded is of use all the same: each dream then tells its
    visitor what is wrong.
    """
    global _timed
    try:
        _timed = warm_up(Limits.from_environment().warm_model)
    except Exception as error:
        logger.warning("warm-up failed: %s", error)


def measured() -> Timed | None:
    """Return how fast this worker was as it warmed up; None if it did not."""
    return _timed


def warm_up(model: str) -> Timed:
    """Load a network and dream a little.

    Parameters
    ----------
    model : str
        Name of the network, or its path.

    Returns
    -------
    Timed
        The fastest of its steps, the graph built already.

    Raises
    ------
    DreamError
        If the network cannot be loaded.
    """
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
    return Timed(side * side * deepest.operations, min(times), precision)
