"""Jobs under two threads: what the dispatcher notes while the page asks."""

import sys
import threading
import time

import numpy as np
import pytest

from dreamlab.config import DreamConfig
from dreamlab.config.deployment import DeploymentSettings
from dreamlab.config.provenance import Provenance
from dreamlab.images import Picture
from dreamlab.jobs.jobs import Jobs
from dreamlab.results.run_data import LossPoint
from dreamlab.tasks.dream_task import DreamTask
from dreamlab.tasks.events import Loaded, Place, Timed
from tests.support.jobs import losses

CONFIG = DreamConfig(layers={"block1_conv1": 1.0}, octaves=1)
TASK = DreamTask(Picture(np.zeros((40, 40, 3), np.uint8)), CONFIG)

#: Seconds the two threads run, and networks that are measured.
SECONDS = 1.0
NETWORKS = 300


@pytest.fixture
def switching():
    """Have Python change threads as often as it can."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


def beside(work, ask) -> int:
    """Do work again and again in a thread and ask meanwhile; return how often was asked."""
    until, faults = time.monotonic() + SECONDS, []

    def loop():
        try:
            turn = 0
            while time.monotonic() < until:
                work(turn)
                turn += 1
        except Exception as fault:
            faults.append(fault)

    thread = threading.Thread(target=loop)
    thread.start()
    asked = 0
    try:
        while thread.is_alive():
            ask()
            asked += 1
    finally:
        thread.join()
    assert not faults
    return asked


def test_times_may_be_asked_for_while_workers_are_measured(switching):
    jobs = Jobs(DeploymentSettings(), lambda: None)
    work = TASK.cost().work

    def measure(turn: int) -> None:
        jobs.observe("vgg16", "auto", Timed(work, 1.0, f"precision {turn % NETWORKS}"))

    def ask() -> None:
        assert jobs.estimate(TASK) in (None, pytest.approx(1.0))

    assert beside(measure, ask) > 10


def test_a_status_is_of_one_moment_while_events_arrive(switching):
    jobs = Jobs(DeploymentSettings(), lambda: None)
    job = jobs.submit("a", TASK)
    jobs.take()
    provenance = Provenance(CONFIG, "vgg16", "random", "float32")
    jobs.on_poll(job, [(0, Loaded("vgg16", "random")), (1, provenance)])

    def tell(turn: int) -> None:
        point = LossPoint(0, 40, 40, turn, float(turn), {})
        _, first, _, _ = jobs.poll(job)
        jobs.on_poll(job, [(first, point), (first + 1, Place(0.5, str(turn)))])

    def ask() -> None:
        status = jobs.status(job)
        points = losses(status)
        assert status.doing == (str(points[-1].iteration) if points else "")
        assert [point.iteration for point in points] == list(range(len(points)))

    assert beside(tell, ask) > 10
