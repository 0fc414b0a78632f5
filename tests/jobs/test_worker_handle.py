"""How a worker that could not load its network is followed, with a stand-in for Dask."""

import asyncio

import pytest

from dreamlab.config.deployment import DeploymentSettings
from dreamlab.jobs import preload, worker_handle
from dreamlab.jobs.assignment import Outcome
from dreamlab.jobs.jobs import Jobs
from dreamlab.jobs.notifier import Notifier
from dreamlab.jobs.preload import Readiness
from dreamlab.jobs.worker_handle import WorkerHandle
from dreamlab.tasks.events import Timed
from tests.support.jobs import request

PROBLEM = "there is no model file 'own.keras'"


class Future:
    """What a worker has been given to do, done already."""

    def __init__(self, result):
        self.result = result

    def __await__(self):
        yield from asyncio.sleep(0).__await__()
        return self.result

    def release(self):
        pass


class Dask:
    """A client with one worker, which tells what it comes to when it loads, one after the other."""

    def __init__(self, *tries):
        self.tries = list(tries)
        self.ran = 0

    async def run(self, function, *args, workers):
        return {workers[0]: self.tries.pop(0) if function is preload.readiness else ()}

    def submit(self, function, *args, **options):
        if function is preload.load:
            return Future(self.tries.pop(0))
        self.ran += 1
        return Future(Outcome("failed", error=PROBLEM))


def followed(dask, story):
    """Follow the worker while a story goes on, and return what it came to."""

    async def follow():
        notifier = Notifier()
        jobs = Jobs(DeploymentSettings(), notifier.notify)
        handle = WorkerHandle(dask, "tcp://127.0.0.1:1", jobs, notifier, lambda: None)
        try:
            return await story(handle, jobs)
        finally:
            await handle.end()

    return asyncio.run(follow())


async def soon(condition):
    for _ in range(500):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("waited too long")


def test_its_network_is_tried_again_until_it_loads(monkeypatch):
    monkeypatch.setattr(worker_handle, "RETRY_SECONDS", 0.05)
    failed, loaded = Readiness("vgg16", None, PROBLEM), Readiness("vgg16", Timed(1e9, 1.0, "x"))
    dask = Dask(failed, failed, loaded)

    async def story(handle, jobs):
        assert not handle.ready and handle.trouble is None  # not heard of yet
        await soon(lambda: handle.heard)
        assert (handle.trouble, handle.ready) == (PROBLEM, False)
        assert jobs.estimate(request()) is None
        await soon(lambda: handle.ready)
        assert handle.trouble is None and dask.tries == []
        assert jobs.estimate(request()) > 0
        await asyncio.sleep(0.2)  # it is not loaded once more: there would be no answer

    followed(dask, story)


@pytest.mark.parametrize("stands_back", [False, True])
def test_jobs_go_to_it_unless_another_can_do_them(stands_back):
    dask = Dask(Readiness("vgg16", None, PROBLEM))

    async def story(handle, jobs):
        handle.stands_back = stands_back
        job = jobs.submit("a", request())
        await soon(lambda: handle.heard)
        if stands_back:
            await asyncio.sleep(0.2)
            assert (jobs.status(job).state, dask.ran) == ("queued", 0)
        else:
            await soon(lambda: jobs.status(job).state == "failed")
            assert jobs.status(job).error == PROBLEM

    followed(dask, story)
