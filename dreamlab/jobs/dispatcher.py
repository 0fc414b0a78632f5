"""Gives jobs to Dask workers, one at a time each, and follows them, in a thread of its own."""

import asyncio
import contextlib
import logging
import threading
import traceback
from collections.abc import AsyncIterator
from typing import Any

from dreamlab.config.deployment import Limits
from dreamlab.jobs.ledger import Ledger
from dreamlab.jobs.local_cluster import SHORT_LOGS, LocalNode
from dreamlab.jobs.worker_handle import PATIENCE, Bell, Tender, rest

logger = logging.getLogger("dreamlab.jobs")

#: Seconds between two looks at which workers are there.
LOOK_SECONDS = 0.5

#: Seconds before the scheduler is tried again.
RETRY_SECONDS = 1.0

#: Seconds without any worker after which the local node is started anew.
_NO_WORKER_SECONDS = 60.0

_STARTING = "the worker is being started"
_UNREACHABLE = "the workers cannot be reached at the moment; dreams go on as soon as they can"
_SILENT = "no worker answers at the moment; dreams go on as soon as one does or is started anew"
_FALTERED = "the worker was lost while it loaded its network; it is tried again"


class Dispatcher:
    """Runs the ledger's jobs on Dask workers.

    Parameters
    ----------
    limits : Limits
        Where the scheduler is, and what a local worker may take.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._tenders: dict[str, Tender] = {}  # by the worker's address
        self._closing = False
        self._faltered = False  # whether a worker was lost as it warmed up, and none did since
        self._loop = asyncio.new_event_loop()
        self._bell = Bell()
        self._thread = threading.Thread(target=self._main, name="dreamlab-jobs", daemon=True)

    def start(self, ledger: Ledger) -> None:
        """Start the thread; the ledger is where jobs come from and news of them goes."""
        self._ledger = ledger
        self._thread.start()

    @property
    def workers(self) -> frozenset[str]:
        """Addresses of the workers that are there."""
        return frozenset(self._tenders)

    @property
    def ready(self) -> bool:
        """Whether a worker has loaded its network."""
        return any(one.warm and not one.silent for one in list(self._tenders.values()))

    def ring(self) -> None:
        """Make the thread look at once instead of at its next turn."""
        with contextlib.suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(self._bell.ring)

    def close(self) -> None:
        """Stop following, end the local worker and wait for the thread."""
        self._closing = True
        self.ring()
        self._thread.join()

    # All below runs in the thread.

    def _main(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        except BaseException as error:  # with the thread gone nobody else would ever tell
            self._ledger.set_notice(_told(error))
        finally:
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
            self._loop.close()

    async def _serve(self) -> None:
        while not self._closing:
            notice = _UNREACHABLE
            try:
                _quieten(self._limits.log_level)
                async with self._connected() as client:
                    await self._attend(client)
            except OSError as error:  # time ran out, too
                logger.warning("no scheduler: %s", type(error).__name__)
            except (Exception, asyncio.CancelledError) as error:  # Dask cancels what it gives up
                notice = _told(error)  # whatever it was, the next try may work
            self._ledger.set_notice(notice)
            self._tick()
            if not self._closing:
                await asyncio.sleep(RETRY_SECONDS)

    @contextlib.asynccontextmanager
    async def _connected(self) -> AsyncIterator[Any]:
        from distributed import Client

        node = None if self._limits.scheduler else LocalNode(self._limits)
        client = None
        try:
            address = await node.address() if node else self._limits.scheduler
            client = Client(address, asynchronous=True, set_as_default=False, timeout=PATIENCE)
            await client
            yield client
        finally:
            if client is not None:
                with contextlib.suppress(Exception, asyncio.CancelledError):
                    await asyncio.wait_for(client._close(fast=True), PATIENCE)
            if node is not None:
                await asyncio.to_thread(node.close)

    async def _attend(self, client: Any) -> None:
        """Tend the workers, as they come and go, until the scheduler is gone."""
        alone_since = self._loop.time()
        try:
            while not self._closing:
                ring = self._bell.next
                known = await asyncio.wait_for(client.scheduler.identity(), PATIENCE)
                here = set(known["workers"])
                for address, tender in list(self._tenders.items()):
                    if address not in here or tender.task.done():
                        self._faltered |= tender.warming
                        await self._leave(address)
                for address in here:
                    if address not in self._tenders:
                        self._tenders[address] = Tender(client, address, self._ledger, self._bell)
                    self._tenders[address].hear(known["workers"][address]["last_seen"])
                self._ledger.set_slots(len(here))
                self._ledger.set_notice(self._trouble())
                if here:
                    alone_since = self._loop.time()
                elif self._loop.time() - alone_since > _NO_WORKER_SECONDS:
                    raise OSError("no worker came")
                self._tick()
                await rest(ring, LOOK_SECONDS)
        finally:
            self._ledger.set_notice(_UNREACHABLE)
            for address in list(self._tenders):
                await self._leave(address)

    def _trouble(self) -> str | None:
        """Return what keeps all dreams from going on, in one sentence, or None."""
        tenders = list(self._tenders.values())
        if not tenders:
            return _STARTING
        if all(tender.silent for tender in tenders):
            return _SILENT
        self._faltered &= all(tender.warming for tender in tenders)
        return _FALTERED if self._faltered else None

    def _tick(self) -> None:
        try:
            self._ledger.tick()
        except Exception as error:  # what goes wrong with one dream takes no worker from others
            _told(error)

    async def _leave(self, address: str) -> None:
        tender = self._tenders.pop(address)
        await tender.end()


def _quieten(level: str) -> None:
    """Hold Dask's own words to a level, and its logs short."""
    # Imported here, as it takes most of a second that the page need not wait for.
    import dask
    import distributed  # noqa: F401

    dask.config.set(SHORT_LOGS)
    for name in list(logging.root.manager.loggerDict):  # each has a level of its own
        if name.startswith("distributed"):
            logging.getLogger(name).setLevel(level.upper())


def _told(error: BaseException) -> str:
    """Log a fault that nobody foresaw and return it as a sentence for visitors."""
    kind = type(error).__name__
    # Only where it happened: a message may quote what the visitor typed.
    where = "".join(traceback.format_tb(error.__traceback__))
    logger.error("the dispatcher failed: %s\n%s", kind, where)
    return f"no dream can run ({kind}): tell whoever runs this page, whose log has more"
