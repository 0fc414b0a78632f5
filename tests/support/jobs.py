"""Jobs on workers of this machine: how they are started, asked for and waited for."""

import dataclasses
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager

import numpy as np

from dreamlab.config import DreamConfig
from dreamlab.config.deployment import Limits
from dreamlab.images import png
from dreamlab.jobs.events import Progress
from dreamlab.jobs.protocol import Request, Status
from dreamlab.jobs.service import Jobs

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
def running(**limits) -> Iterator[Jobs]:
    """Jobs with a worker that is ready, until they are closed."""
    with closing(Jobs(Limits(**limits))) as jobs:
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
) -> Request:
    """A dream of a plain grey picture of (height, width); short ones unless settings say more."""
    settings = {"octaves": 3, "iterations": 5, "step": 0.02, "seed": seed, **settings}
    config = DreamConfig(layers=dict.fromkeys(layers, 1.0), **settings)
    return Request(png(grey(size)), config, model=model, every=every)


def slow() -> Request:
    """A dream of a minute."""
    return request(iterations=200, step=0.1)


def ended(jobs: Jobs, job: str) -> Status:
    """Wait until a job has ended and return where it is."""
    until(lambda: not jobs.status(job).active)
    return jobs.status(job)


def begun(jobs: Jobs, job: str, losses: int = 1) -> int:
    """Wait until a job has some losses and return the id of the process that dreams it."""
    until(lambda: len(jobs.status(job).losses) >= losses)
    return int(jobs.status(job).losses[-1].loss)


def news(**values) -> Progress:
    """What a worker tells of a run of which nothing is new but what is given."""
    nothing = Progress(0, 0, 40, 40, 0.5, 1.0, (), (), None, 0, None)
    return dataclasses.replace(nothing, **values)
