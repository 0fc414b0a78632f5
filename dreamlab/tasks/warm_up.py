"""A short dream that gets a process ready, and measures it."""

import time

import numpy as np

from dreamlab.config import DreamConfig
from dreamlab.layers import is_offered
from dreamlab.tasks.events import Timed

#: Side of the picture, and steps.
_SIDE = 224
_STEPS = 3


def warm_up(model: str) -> Timed:
    """Load a network, compile the kernels and dream a little.

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
    side = max(_SIDE, network.smallest)
    image = np.random.default_rng(0).uniform(-1, 1, (side, side, 3)).astype(np.float32)
    config = DreamConfig(layers={deepest.name: 1.0}, octaves=1, iterations=_STEPS)
    times, precision, convolution = [], "float32", "direct"
    before = time.perf_counter()
    for step in dream(image, network, config):
        times.append(time.perf_counter() - before)
        before = time.perf_counter()
        precision, convolution = step.provenance.precision, step.provenance.convolution
    if convolution != "direct":
        from dreamlab.kernels import compile_all

        compile_all()  # other layers need other kernels
    return Timed(side * side * deepest.operations, min(times), precision)
