"""Faults that are injected into jobs that run, and what is to come of each: see `tests.load`.

Each function returns what happened in a few words, and raises if it was not survived.
"""

import os
import resource
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import psutil
import pytest

from dreamlab.comparison.comparison import Comparison
from dreamlab.comparison.variant import Variant
from dreamlab.config.deployment import DeploymentSettings
from dreamlab.jobs.service import JobService
from tests.support import fake_engine
from tests.support.jobs import begun, ended, losses, request, running, until
from tests.support.server import Server
from tests.support.visitor import Visitor


def _next_runs(jobs: JobService) -> None:
    assert ended(jobs, jobs.submit("next", request())).state == "done"


def _nodes(before: set[psutil.Process]) -> list[psutil.Process]:
    return list(set(psutil.Process().children()) - before)


def worker_killed() -> str:
    """Kill the worker in a dream's third octave."""
    with running() as jobs:
        job = jobs.submit("a", request(iterations=10, step=0.05))
        waiting = jobs.submit("b", request())
        os.kill(begun(jobs, job, count=22), signal.SIGKILL)
        noticed = until(lambda: jobs.status(job).state == "queued")
        notice = jobs.status(job).notice
        again = until(lambda: not jobs.status(job).active)
        assert jobs.status(job).state == ended(jobs, waiting).state == "done"
        assert len(losses(jobs.status(job))) == 30 and "from octave 3" in notice
    return f"said after {noticed:.1f} s, done from octave 3 on {again:.1f} s later, next one ran"


def worker_killed_twice() -> str:
    """Have a dream kill each worker it gets."""
    with running() as jobs:
        job = jobs.submit("a", request(fake_engine.DIES, step=0.05))
        status = ended(jobs, job)
        assert status.state == "failed" and status.result.frames
        _next_runs(jobs)
    return "failed in a sentence, its first octave kept, next one ran"


def scheduler_killed() -> str:
    """Kill the local scheduler, and the worker with it."""
    before = set(psutil.Process().children())
    with running() as jobs:
        job = jobs.submit("a", request(iterations=10, step=0.05))
        begun(jobs, job)
        (node,) = _nodes(before)
        node.kill()
        said = until(lambda: jobs.problem, 5)
        assert ended(jobs, job).state == "done" and jobs.problem is None
    return f"said after {said:.1f} s, dream done"


def disk_full_while_dreaming() -> str:
    """Let no process of the worker write a byte to a file."""
    before = set(psutil.Process().children())
    with running() as jobs:
        (node,) = _nodes(before)
        for process in [node, *node.children(recursive=True)]:
            process.rlimit(psutil.RLIMIT_FSIZE, (0, 0))
        _next_runs(jobs)
    return "no dream writes to disk: done as ever"


def disk_full_at_start() -> str:
    """Let nothing be written while the worker starts, then make room."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        jobs = JobService(DeploymentSettings())
        with closing(jobs):
            said = until(lambda: jobs.problem and not jobs.workers, 5)
            job = jobs.submit("a", request())
            time.sleep(2)
            assert jobs.status(job).state == "queued"
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
            assert ended(jobs, job).state == "done" and jobs.problem is None
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    return f"said after {said:.1f} s, waiting dream done when there was room"


def out_of_memory() -> str:
    """Have a dream take all memory that a worker may have."""
    share = 0.6e9 / psutil.virtual_memory().total
    with running(worker_memory=share) as jobs:
        status = ended(jobs, jobs.submit("a", request(fake_engine.FILLS)))
        assert status.state == "failed" and "memory" in status.error
        _next_runs(jobs)
    return "that dream failed in a sentence, next one ran"


def dream_hangs() -> str:
    """Cancel a dream that does not look whether it is to stop."""
    with running(stop_seconds=1) as jobs:
        job = jobs.submit("a", request(fake_engine.HANGS))
        begun(jobs, job, count=5)
        jobs.cancel(job)
        stopped = until(lambda: not jobs.status(job).active)
        assert jobs.status(job).state == "cancelled"
        _next_runs(jobs)
    return f"stopped with its worker after {stopped:.1f} s, next one ran"


def visitor_leaves() -> str:
    """Close a visitor's tab for good, and another's but for a moment, on the served page."""
    variant = Variant(name="Slow", layers={"block1_conv1": 1.0})
    queries = []
    for seed in (1, 2):  # the same dream would run once for both
        common = {"octaves": 1, "iterations": 1000, "step": 0.01, "seed": seed}
        asked = Comparison(variants=(variant,), common=common, max_side=128)
        queries.append(f"setup={asked.encode()}")
    with ExitStack() as stack:
        stack.enter_context(variable("DREAMLAB_ORPHAN_SECONDS", "2"))
        log = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "log"
        address = stack.enter_context(closing(server := Server(log))).address
        server.wait()
        gone, away = (
            Visitor(address, query=query, browser=name)
            for query, name in zip(queries, ("gone", "away"), strict=True)
        )
        for visitor in (away, gone):
            visitor.draw()
            visitor.click("Dream")
            visitor.close()
        query = f"visit={away.visit}"
        back = stack.enter_context(closing(Visitor(address, query=query, browser="away")))
        back.draw()
        assert "Cancel all" in back.buttons
        cancelled = until(lambda: " dream cancelled: " in log.read_text())
        until(lambda: " dream done: " in log.read_text(), 60)
        assert log.read_text().count(" dream cancelled: ") == 1
    return f"cancelled after {cancelled:.1f} s; who came back has the dream"


@contextmanager
def variable(name: str, value: str | None) -> Iterator[None]:
    """Have an environment variable, or have it not, for processes that are started meanwhile."""
    with pytest.MonkeyPatch.context() as patch:
        if value is None:
            patch.delenv(name, raising=False)
        else:
            patch.setenv(name, value)
        yield


FAULTS: dict[str, Callable[[], str]] = {
    "worker killed (kill -9) in octave 3": worker_killed,
    "worker killed by the same dream twice": worker_killed_twice,
    "scheduler killed": scheduler_killed,
    "disk full while dreaming": disk_full_while_dreaming,
    "disk full when the worker starts": disk_full_at_start,
    "out of memory in one dream": out_of_memory,
    "a dream that does not stop": dream_hangs,
    "a visitor leaves, another comes back": visitor_leaves,
}
