"""Connects to a Dask scheduler, in a thread of its own, and keeps a handle for each worker."""

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import AsyncIterator
from typing import Any

from dreamlab.config.deployment import DeploymentSettings
from dreamlab.jobs.jobs import Jobs
from dreamlab.jobs.local_cluster import SHORT_LOGS, LocalCluster
from dreamlab.jobs.notifier import Notifier, wait_any
from dreamlab.jobs.worker_handle import WorkerHandle
from dreamlab.jobs.worker_link import PATIENCE
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
        self._missing: float | None = None  # since when no worker is there
        self._start_seconds: float | None = None  # how long one took the last time
        self._loop = asyncio.new_event_loop()
        self._notifier = Notifier()
        self._thread = threading.Thread(target=self._main, name="dreamlab-jobs", daemon=True)

    def start(self, jobs: Jobs) -> None:
        """Start the thread; jobs come from there, and their events go there."""
        self._jobs = jobs
        self._tell()
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
                async with self._connected() as (client, gone):
                    await self._attend_until(client, gone)
            except OSError as error:  # time ran out, too
                logger.warning("no scheduler: %s", type(error).__name__)
            except (Exception, asyncio.CancelledError) as error:  # Dask cancels what it gives up
                notice = _told(error)  # whatever it was, the next try may work
            away = _UNREACHABLE if self._listed or self._settings.scheduler else _NOT_STARTED
            self._jobs.set_notice(notice or away)
            self._tick()
            # A local worker that was there is started again at once; that takes long enough.
            if not self._closing and (self._settings.scheduler or not self._listed):
                await asyncio.sleep(RETRY_SECONDS)

    async def _attend_until(self, client: Any, gone: asyncio.Future) -> None:
        """Attend to the workers; raises `ConnectionError` at once when the local process is gone.

        A lost connection alone is tried for some seconds before it is given up.
        """
        attending = asyncio.ensure_future(self._attend(client))
        try:
            await asyncio.wait({attending, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not attending.done():
                raise ConnectionError("the local scheduler ended")
            await attending
        finally:
            attending.cancel()
            await asyncio.gather(attending, return_exceptions=True)

    @contextlib.asynccontextmanager
    async def _connected(self) -> AsyncIterator[tuple[Any, asyncio.Future]]:
        """Connect to the scheduler; its local process, if there is one, is watched in a future."""
        from distributed import Client

        cluster = None if self._settings.scheduler else LocalCluster(self._settings)
        client = None
        try:
            address = await cluster.address() if cluster else self._settings.scheduler
            client = Client(
                address,
                asynchronous=True,
                set_as_default=False,
                timeout=PATIENCE,
                security=cluster and cluster.security,
            )
            await client
            gone = asyncio.ensure_future(cluster.ended()) if cluster else self._loop.create_future()
            yield client, gone
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
                    if address not in workers or handle.gone:
                        client.unsubscribe_topic(address)
                        await self._handles.pop(address).end()
                for address, worker in workers.items():
                    if address not in self._handles:
                        # The scheduler tells in a topic of its own when the worker goes.
                        client.subscribe_topic(address, lambda event: self._notifier.notify())
                        handle = WorkerHandle(
                            client, address, self._jobs, self._notifier, self._tell
                        )
                        self._handles[address] = handle
                    self._handles[address].on_heartbeat(worker["last_seen"])
                self._listed |= bool(workers)
                for handle in self._handles.values():
                    handle.stands_back = handle.trouble is not None and self.ready
                self._tell()
                self._tick()
                idle = self.ready and self._jobs.idle
                await wait_any(notice, IDLE_SECONDS if idle else LOOK_SECONDS)
        finally:
            for address in list(self._handles):
                await self._handles.pop(address).end()

    def _tell(self) -> None:
        """Say how many workers take jobs, and what keeps all jobs from running."""
        now = time.monotonic()
        if self.ready and self._missing is not None:
            self._start_seconds, self._missing = now - self._missing, None
        elif not self._handles:
            self._missing = self._missing or now
        self._jobs.set_notice(self._trouble())
        self._jobs.set_slots(sum(handle.takes_jobs for handle in self._handles.values()))

    def _trouble(self) -> str | None:
        """Return what keeps all jobs from running, in one sentence, or None."""
        there = [handle for handle in self._handles.values() if not handle.gone]
        answering = [handle for handle in there if not handle.silent]
        if not answering and there:
            return _SILENT
        if not any(handle.heard for handle in answering):
            if self._start_seconds is None:
                return _STARTING
            return f"{_STARTING}, which takes about {max(1, round(self._start_seconds))} s"
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
