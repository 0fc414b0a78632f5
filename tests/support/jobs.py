"""Jobs on workers of this machine: how they are started, asked for and waited for."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager

import numpy as np

from dreamlab.config import DreamConfig
from dreamlab.config.deployment import DeploymentSettings
from dreamlab.images import Picture
from dreamlab.jobs import Status
from dreamlab.jobs.jobs import Jobs
from dreamlab.jobs.service import JobService
from dreamlab.results.run_data import LossPoint
from dreamlab.tasks.dream_task import DreamTask

#: The variable that names what a worker loads before it begins.
PRELOAD = "DASK_DISTRIBUTED__WORKER__PRELOAD"

#: Seconds in which anything that happens at all has happened.
PATIENCE = 30.0


def until(condition: Callable[[], object], seconds: float = PATIENCE) -> float:
    """Wait until something holds and return how long that took, in seconds."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, "waited too long"
        time.sleep(0.01)
    return time.monotonic() - began


@contextmanager
def running(**limits) -> Iterator[JobService]:
    """Jobs with a worker that is ready, until they are closed."""
    with closing(JobService(DeploymentSettings(**limits))) as jobs:
        until(jobs.ready)
        yield jobs


def grey(size: tuple[int, int]) -> np.ndarray:
    """A plain picture of (height, width), uint8."""
    return np.full((*size, 3), 90, np.uint8)


def request(
    seed: int = 0,
    *,
    size: tuple[int, int] = (160, 200),
    layers: Iterable[str] = ("block1_conv1",),
    model: str = "vgg16",
    every: int | None = None,
    **settings,
) -> DreamTask:
    """A dream of a plain grey picture of (height, width); short ones unless settings say more."""
    settings = {"octaves": 3, "iterations": 5, "step": 0.02, "seed": seed, **settings}
    config = DreamConfig(layers=dict.fromkeys(layers, 1.0), **settings)
    return DreamTask(Picture(grey(size)), config, model=model, every=every)


def slow() -> DreamTask:
    """A dream of a minute."""
    return request(iterations=200, step=0.1)


def ended(jobs: Jobs, job: str) -> Status:
    """Wait until a job has ended and return where it is."""
    until(lambda: not jobs.status(job).active)
    return jobs.status(job)


def losses(status: Status) -> list[LossPoint]:
    """Return the losses that a dream has so far."""
    return [] if status.result is None else status.result.losses


def begun(jobs: Jobs, job: str, count: int = 1) -> int:
    """Wait until a job has some losses and return the id of the process that dreams it."""
    until(lambda: len(losses(jobs.status(job))) >= count)
    return int(losses(jobs.status(job))[-1].loss)
