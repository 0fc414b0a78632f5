"""Makes a Dask worker ready before it is listed: Dask calls `dask_setup` as it starts.

A local worker preloads this module by itself; on a cluster it is
``dask worker --preload dreamlab.jobs.preload``.
"""

import logging
from typing import Any

from dreamlab.config.deployment import DeploymentSettings
from dreamlab.tasks.events import Timed
from dreamlab.tasks.warm_up import warm_up

logger = logging.getLogger(__name__)

_timed: Timed | None = None


def dask_setup(worker: Any) -> None:
    """Load the engine and the network, and dream a little, so that no visitor has to wait.

    A worker whose network cannot be loaded is of use all the same: each dream then tells its
    visitor what is wrong.
    """
    global _timed
    try:
        _timed = warm_up(DeploymentSettings.from_environment().warm_model)
    except Exception as error:
        logger.warning("warm-up failed: %s", error)


def measured() -> Timed | None:
    """Return how fast this worker was as it warmed up; None if it did not."""
    return _timed
