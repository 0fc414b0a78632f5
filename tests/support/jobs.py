"""Jobs on workers of this machine: how they are started, asked for and waited for."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import numpy as np

from dreamlab.config import DreamConfig
from dreamlab.config.deployment import Limits
from dreamlab.images import png
from dreamlab.jobs.protocol import Request, Status
from dreamlab.jobs.service import Jobs

PICTURE = np.full((160, 200, 3), 90, np.uint8)
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
def running(**limits) -> Iterator[Jobs]:
    with closing(Jobs(Limits(**limits))) as jobs:
        until(jobs.ready)
        yield jobs


def request(seed: int = 0, *, octaves: int = 3, iterations: int = 5, step: float = 0.02) -> Request:
    config = DreamConfig(
        layers={"block1_conv1": 1.0},
        octaves=octaves,
        iterations=iterations,
        step=step,
        seed=seed,
    )
    return Request(png(PICTURE), config)


def slow() -> Request:
    """A dream of a minute."""
    return request(iterations=200, step=0.1)


def ended(jobs: Jobs, job: str) -> Status:
    until(lambda: not jobs.status(job).active)
    return jobs.status(job)


def begun(jobs: Jobs, job: str, losses: int = 1) -> int:
    """Wait until a job has some losses and return the id of the process that dreams it."""
    until(lambda: len(jobs.status(job).losses) >= losses)
    return int(jobs.status(job).losses[-1].loss)
