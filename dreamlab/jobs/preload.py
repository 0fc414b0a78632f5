"""Makes a Dask worker ready before it is listed: Dask calls `dask_setup` as it starts.

A local worker preloads this module by itself; on a cluster it is
``dask worker --preload dreamlab.jobs.preload``.
"""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dreamlab.config.deployment import DeploymentSettings
from dreamlab.errors import DreamError, shown
from dreamlab.tasks.events import Timed
from dreamlab.tasks.faults import log_fault
from dreamlab.tasks.warm_up import warm_up


@dataclass(frozen=True)
class Readiness:
    """What a worker's last try to load its network came to.

    Parameters
    ----------
    model : str
        The network; empty for a worker that was not told to load one.
    timed : Timed or None
        How fast it ran; None if it did not.
    problem : str or None
        Why it could not be loaded, in one sentence.
    """

    model: str = ""
    timed: Timed | None = None
    problem: str | None = None


_readiness = Readiness()


def dask_setup(worker: Any) -> None:
    """Load the engine and the network, and dream a little, so that no visitor has to wait.

    A worker whose network cannot be loaded is listed all the same: it tells why, and tries again
    when it is asked to.
    """
    load()


def load() -> Readiness:
    """Load the network, again if it failed, and return what that came to."""
    global _readiness
    model = ""
    try:
        model = DeploymentSettings.from_environment().warm_model
        _readiness = Readiness(model, warm_up(model))
    except DreamError as error:
        logging.getLogger(__name__).warning("warm-up failed: %s", error)
        _readiness = Readiness(model, problem=_without_folder(str(error), model))
    except Exception as error:
        kind = log_fault("warm-up", error)
        sentence = (
            f"the worker cannot load its network ({kind}): tell whoever runs this page, whose log "
            "has more"
        )
        _readiness = Readiness(model, problem=sentence)
    return _readiness


def _without_folder(sentence: str, model: str) -> str:
    """Return a sentence for strangers, who learn the name of a network's file, not where it is."""
    path = Path(model)
    for whole, name in ((shown(str(path)), shown(path.name)), (model, path.name)):
        sentence = sentence.replace(whole, name) if whole else sentence
    return sentence


def readiness() -> Readiness:
    """Return what the last try came to, without another."""
    return _readiness
