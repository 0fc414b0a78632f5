"""Connects to a Dask scheduler, in a thread of its own, and keeps a handle for each worker."""

import asyncio
import contextlib
import logging
import threading
from collections.abc import AsyncIterator
from typing import Any

from dreamlab.config.deployment import DeploymentSettings
from dreamlab.jobs.jobs import Jobs
from dreamlab.jobs.local_cluster import SHORT_LOGS, LocalCluster
from dreamlab.jobs.notifier import Notifier, wait_any
from dreamlab.jobs.worker_handle import PATIENCE, WorkerHandle
from dreamlab.tasks.faults import log_fault

logger = logging.getLogger("dreamlab.jobs")

#: Seconds between two looks at which workers are there, and while nothing is to be done.
LOOK_SECONDS = 0.5
IDLE_SECONDS = 2.5

#: Seconds before the scheduler is tried again.
RETRY_SECONDS = 1.0

_STARTING = "the worker is being started"
_UNREACHABLE = "the workers cannot be reached at the moment; dreams go on as soon as they can"
_SILENT = "no worker answers at the moment; dreams go on as soon as one does or is started anew"
_NOT_STARTED = "the worker did not start; it is tried again"


class Dispatcher:
    """Runs jobs on Dask workers.

    Parameters
    ----------
    settings : DeploymentSettings
        Where the scheduler is, and what a local worker may take.
    """

    def __init__(self, settings: DeploymentSettings) -> None:
        self._settings = settings
        self._handles: dict[str, WorkerHandle] = {}  # by the worker's address
        self._closing = False
        self._loop = asyncio.new_event_loop()
        self._notifier = Notifier()
        self._thread = threading.Thread(target=self._main, name="dreamlab-jobs", daemon=True)

    def start(self, jobs: Jobs) -> None:
        """Start the thread; jobs come from there, and their events go there."""
        self._jobs = jobs
        self._thread.start()

    @property
    def workers(self) -> frozenset[str]:
        """Addresses of the workers that are there."""
        return frozenset(self._handles)

    @property
    def ready(self) -> bool:
        """Whether a worker is there, which has its network, and answers."""
        return any(handle.ready for handle in list(self._handles.values()))

    def notify(self) -> None:
        """Make the thread look at once instead of at its next turn."""
        with contextlib.suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(self._notifier.notify)

    def close(self) -> None:
        """Stop following, end the local worker and wait for the thread."""
        self._closing = True
        self.notify()
        self._thread.join()

    # All below runs in the thread.

    def _main(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        except BaseException as error:  # with the thread gone nobody else would ever tell
            self._jobs.set_notice(_told(error))
        finally:
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
            self._loop.close()

    async def _serve(self) -> None:
        while not self._closing:
            self._listed = False
            notice = None
            try:
                _quieten(self._settings.log_level)
                async with self._connected() as client:
                    await self._attend(client)
            except OSError as error:  # time ran out, too
                logger.warning("no scheduler: %s", type(error).__name__)
            except (Exception, asyncio.CancelledError) as error:  # Dask cancels what it gives up
                notice = _told(error)  # whatever it was, the next try may work
            away = _UNREACHABLE if self._listed or self._settings.scheduler else _NOT_STARTED
            self._jobs.set_notice(notice or away)
            self._tick()
            if not self._closing:
                await asyncio.sleep(RETRY_SECONDS)

    @contextlib.asynccontextmanager
    async def _connected(self) -> AsyncIterator[Any]:
        from distributed import Client

        cluster = None if self._settings.scheduler else LocalCluster(self._settings)
        client = None
        try:
            address = await cluster.address() if cluster else self._settings.scheduler
            client = Client(address, asynchronous=True, set_as_default=False, timeout=PATIENCE)
            await client
            yield client
        finally:
            if client is not None:
                with contextlib.suppress(Exception, asyncio.CancelledError):
                    await asyncio.wait_for(client._close(fast=True), PATIENCE)
            if cluster is not None:
                await asyncio.to_thread(cluster.close)

    async def _attend(self, client: Any) -> None:
        """Keep a handle for each worker, as they come and go, until the scheduler is gone."""
        try:
            while not self._closing:
                notice = self._notifier.next
                known = await asyncio.wait_for(client.scheduler.identity(), PATIENCE)
                workers = known["workers"]
                for address, handle in list(self._handles.items()):
                    if address not in workers or handle.task.done():
                        await self._handles.pop(address).end()
                for address, worker in workers.items():
                    if address not in self._handles:
                        handle = WorkerHandle(client, address, self._jobs, self._notifier)
                        self._handles[address] = handle
                    self._handles[address].on_heartbeat(worker["last_seen"])
                self._listed |= bool(workers)
                for handle in self._handles.values():
                    handle.stands_back = handle.trouble is not None and self.ready
                self._jobs.set_slots(len(workers))
                self._jobs.set_notice(self._trouble())
                self._tick()
                idle = self.ready and self._jobs.idle
                await wait_any(notice, IDLE_SECONDS if idle else LOOK_SECONDS)
        finally:
            for address in list(self._handles):
                await self._handles.pop(address).end()

    def _trouble(self) -> str | None:
        """Return what keeps all jobs from running, in one sentence, or None."""
        answering = [handle for handle in self._handles.values() if not handle.silent]
        if not answering:
            return _SILENT if self._handles else _STARTING
        if not any(handle.heard for handle in answering):
            return _STARTING
        troubles = [handle.trouble for handle in answering]
        return troubles[0] if all(troubles) else None

    def _tick(self) -> None:
        try:
            self._jobs.tick()
        except Exception as error:  # what goes wrong with one dream takes no worker from others
            _told(error)


def _quieten(level: str) -> None:
    """Set Dask's log level, shorten its message logs, and have it ask for nothing by itself."""
    # Imported here, as it takes most of a second that the page need not wait for.
    import dask
    import distributed  # noqa: F401

    dask.config.set({**SHORT_LOGS, "distributed.client.scheduler-info-interval": "1h"})
    for name in list(logging.root.manager.loggerDict):  # each has a level of its own
        if name.startswith("distributed"):
            logging.getLogger(name).setLevel(level.upper())


def _told(error: BaseException) -> str:
    """Log a fault that nobody foresaw and return it as a sentence for visitors."""
    kind = log_fault("the dispatcher", error)
    return f"no dream can run ({kind}): tell whoever runs this page, whose log has more"
