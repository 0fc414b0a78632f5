"""The ledger under two threads: what the dispatcher notes while the page asks."""

import asyncio
import sys
import threading
import time

import numpy as np
import pytest

from dreamlab.config import DreamConfig
from dreamlab.config.deployment import Limits
from dreamlab.images import png
from dreamlab.jobs import estimates
from dreamlab.jobs.events import Warmth
from dreamlab.jobs.ledger import Ledger
from dreamlab.jobs.protocol import Request
from dreamlab.jobs.worker_handle import Tender

REQUEST = Request(png(np.zeros((40, 40, 3), np.uint8)), DreamConfig(layers={"block1_conv1": 1.0}))

#: Longest the two threads run, in seconds, and networks that are measured.
SECONDS = 1.0
NETWORKS = 300


@pytest.fixture
def switching():
    """Have Python change threads as often as it can."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


class Client:
    """A scheduler's client whose workers have warmed up at once, each at another precision."""

    def __init__(self) -> None:
        self.calls = 0

    def submit(self, *args, **options):
        self.calls += 1
        warmth = asyncio.get_running_loop().create_future()
        warmth.set_result(Warmth(1.0, 1.0, f"precision {self.calls % NETWORKS}"))
        return warmth


def test_times_may_be_asked_for_while_workers_are_measured(monkeypatch, switching):
    monkeypatch.setattr(estimates, "work", lambda request: 1.0)
    ledger = Ledger(Limits(), lambda: None)
    until = time.monotonic() + SECONDS

    async def warm_up():
        # A tender of no task of its own: only what it does when a worker has warmed up.
        tender = object.__new__(Tender)
        tender._ledger, tender._limits = ledger, ledger.limits
        tender._client, tender._address = Client(), "tcp://127.0.0.1:1"
        while time.monotonic() < until:
            await tender._warm_up()
            assert tender.warm

    thread = threading.Thread(target=asyncio.run, args=(warm_up(),))
    thread.start()
    asked = 0
    try:
        while thread.is_alive():
            assert ledger.estimate(REQUEST) in (None, 1.0)
            asked += 1
    finally:
        thread.join()
    assert asked > 10
