"""Makes a Dask worker ready before it is listed: Dask calls `dask_setup` as it starts.

A local worker preloads this module by itself; on a cluster it is
``dask worker --preload dreamlab.jobs.preload``.
"""

import logging
from typing import Any

from dreamlab.config.deployment import DeploymentSettings
from dreamlab.tasks.events import Timed
from dreamlab.tasks.warm_up import warm_up

_measured: tuple[str, Timed] | None = None


def dask_setup(worker: Any) -> None:
    """Load the engine and the network, and dream a little, so that no visitor has to wait.

    A worker whose network cannot be loaded is of use all the same: each dream then tells its
    visitor what is wrong.
    """
    global _measured
    try:
        model = DeploymentSettings.from_environment().warm_model
        _measured = model, warm_up(model)
    except Exception as error:
        logging.getLogger(__name__).warning("warm-up failed: %s", error)


def measured() -> tuple[str, Timed] | None:
    """Return the network that this worker warmed up with, and how fast; None if it did not."""
    return _measured
