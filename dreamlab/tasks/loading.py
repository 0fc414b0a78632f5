"""Loads the network that a task names, in a worker."""

from contextlib import suppress
from typing import TYPE_CHECKING

from dreamlab.errors import DreamError, shown
from dreamlab.own_models import Own, files_in, offer
from dreamlab.tasks.task import Allowance
from dreamlab.zoo import architecture, base

if TYPE_CHECKING:
    from dreamlab.models import Network


def network_of(model: str, allowance: Allowance) -> "Network":
    """Return the network that a task names: of the zoo, of the worker's folder, or by its path.

    Parameters
    ----------
    model : str
        Its name, or its path.
    allowance : Allowance
        Says the folder, and whether a path may be named.

    Raises
    ------
    DreamError
        If it cannot be loaded, or is no network that may be named.
    """
    from dreamlab.models import cached_model

    if architecture(model) is not None:
        return cached_model(model)
    path = None
    with suppress(DreamError):  # its sentence names the folder, and strangers may read it
        # Names are looked up among the files there are, so that no path leads out of the folder.
        path = files_in(allowance.models).get(base(model))
    if path is None and allowance.own_models:
        return cached_model(model)
    if path is None:
        raise DreamError(
            f"{shown(model)} is not where it was to run: whoever runs this page puts it into the "
            "folder that DREAMLAB_MODELS names for each worker"
        )
    network = cached_model(str(path) + model.removeprefix(base(model)))
    network.feeding = network.feeding.otherwise(allowance.input_range)
    offer(Own(path.name, network.layers, network.smallest))  # what the task's cost is known from
    return network
