"""One Dask worker and what it is given to do: warmed up, then one dream after the other."""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any

from dreamlab.jobs import worker
from dreamlab.jobs.events import Outcome
from dreamlab.jobs.ledger import Ledger
from dreamlab.jobs.record import LOAD_SECONDS, Record
from dreamlab.jobs.warm_up import warm_up

logger = logging.getLogger("dreamlab.jobs")

#: Seconds between two looks at a run.
FOLLOW_SECONDS = 0.3

#: Seconds without an answer after which a question counts as not answered.
PATIENCE = 3.0

#: Seconds without a heartbeat, of which there are two a second, after which a worker counts as
#: silent. Loading TensorFlow holds them up for 1.3 s; an idle worker that is frozen has none.
SILENT_SECONDS = 10.0


class Bell:
    """Wakes all who wait on it. Who takes `next` before looking around misses no ring."""

    def __init__(self) -> None:
        self.next = asyncio.Event()

    def ring(self) -> None:
        """Wake those who wait now; who waits from now on waits for the next ring."""
        self.next.set()
        self.next = asyncio.Event()


class Tender:
    """Keeps one worker busy, as a task of its own from the moment it is made.

    Progress is asked of the worker, rather than sent by it, so that nothing gathers on the
    scheduler for a page that does not look. The question runs on the worker's event loop
    (`Client.run`), beside the thread that dreams.

    Parameters
    ----------
    client : distributed.Client
        Asynchronous, connected.
    address : str
        The worker's.
    ledger : Ledger
        Where jobs come from, and where news of them goes.
    bell : Bell
        Rung when there may be something to do.

    Attributes
    ----------
    warm : bool
        Whether the worker has a network loaded.
    warming : bool
        Whether it still warms up, and was given no dream yet.
    task : asyncio.Task
        Ends only when it is cancelled, or with an error when the worker is lost.
    """

    def __init__(self, client: Any, address: str, ledger: Ledger, bell: Bell) -> None:
        self.warm = False
        self.warming = True
        self._beat = 0.0
        self._heard = time.monotonic()
        self._client = client
        self._address = address
        self._ledger = ledger
        self._limits = ledger.limits
        self._bell = bell
        self.task = asyncio.create_task(self._serve())

    def hear(self, beat: float) -> None:
        """Note when the scheduler last heard of the worker, by whatever clock it has."""
        if beat != self._beat:
            self._beat, self._heard = beat, time.monotonic()

    @property
    def silent(self) -> bool:
        """Whether nothing was heard of the worker for so long that it may be frozen."""
        return time.monotonic() - self._heard > SILENT_SECONDS

    async def end(self) -> None:
        """Stop tending; a dream that runs is given back to the ledger as lost."""
        self.warm = False
        self.task.cancel()
        (problem,) = await asyncio.gather(self.task, return_exceptions=True)
        if isinstance(problem, Exception):
            logger.warning("a worker is given up: %s", type(problem).__name__)

    async def _serve(self) -> None:
        await self._warm_up()
        self.warming = False
        while True:
            ring = self._bell.next
            record = None if self.silent else self._ledger.take()
            if record is None:
                await rest(ring, SILENT_SECONDS)  # nothing rings when a silent worker is back
                continue
            over = False
            try:
                over = await self._run(record)
            finally:
                if not over:
                    self.warm = False
                    self._ledger.lost(record)
            if not over:
                raise ConnectionError("the worker died")  # nothing more is given to it

    async def _warm_up(self) -> None:
        from distributed.client import FutureCancelledError
        from distributed.scheduler import KilledWorker

        model = self._limits.warm_model
        try:
            warmth = await self._submit(warm_up, model, LOAD_SECONDS)
        except (KilledWorker, FutureCancelledError):
            raise
        except Exception as error:
            # The worker is used all the same: each dream then tells its visitor what is wrong.
            logger.warning("warm-up failed: %s", error)
            return
        for precision in {"auto", warmth.precision}:
            self._ledger.observe(model, precision, warmth.work, warmth.seconds)
        self.warm = True

    async def _run(self, record: Record) -> bool:
        """Have a dream dreamt and say whether the worker is done with it, or else was lost.

        A dream that was cancelled may have ended in the ledger long before.
        """
        task = self._ledger.task(record)
        if task is None:
            return True
        max_bytes = int(self._limits.recording_mb * 1e6)
        future = self._submit(worker.run, record.id, task[0], max_bytes, task[1])
        ended = asyncio.ensure_future(_outcome(future))
        try:
            while not ended.done():
                ring = self._bell.next
                if await self._follow(record):
                    return True
                await rest(ring, FOLLOW_SECONDS, ended)
            outcome = ended.result()
            if outcome is None:
                return False
            self._ledger.end(record, outcome)
            if outcome.state == "done":  # so it has a network loaded, warmed up or not
                self.warm = True
            return True
        finally:
            ended.cancel()
            future.release()

    async def _follow(self, record: Record) -> bool:
        """Look at a run and say whether it was called off before it began."""
        seen, stop = self._ledger.question(record)
        here = [self._address]
        asked = self._client.run(worker.progress, record.id, seen, stop, workers=here)
        try:
            news = (await asyncio.wait_for(asked, PATIENCE))[self._address]
        except Exception as error:  # a missed look; whether the worker is gone is seen elsewhere
            logger.debug("no news: %s", type(error).__name__)
        else:
            if self._ledger.advance(record, news, stop):
                return True
        if self._ledger.stop_overdue(record):
            logger.warning("a dream does not stop: its worker is restarted")
            # Asked of the scheduler itself: the client refuses where no nanny starts another.
            await self._client.scheduler.restart_workers(
                workers=here,
                timeout=PATIENCE,
                wait_for_workers=False,
                on_error="return",
                stimulus_id="dreamlab-does-not-stop",
            )
        return False

    def _submit(self, function: Callable, *args: Any) -> Any:
        """Run a function on the worker, once: never shared with an equal call, never moved."""
        return self._client.submit(
            function,
            *args,
            workers=[self._address],
            allow_other_workers=False,
            pure=False,
            retries=0,
        )


async def rest(ring: asyncio.Event, seconds: float, *others: asyncio.Future) -> None:
    """Sleep until the bell rings, one of the others is done, or so many seconds have passed."""
    rung = asyncio.ensure_future(ring.wait())
    try:
        await asyncio.wait({rung, *others}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        rung.cancel()


async def _outcome(future: Any) -> Outcome | None:
    """Wait for a run's outcome; None if its worker or the scheduler was lost."""
    from distributed.client import FutureCancelledError
    from distributed.scheduler import KilledWorker

    try:
        return await future
    except (KilledWorker, FutureCancelledError):
        return None
    except Exception as error:  # `worker.run` raises nothing: it could not be reached or sent
        kind = type(error).__name__
        logger.error("a worker could not run a dream: %s", kind)
        sentence = f"the worker could not run the dream ({kind}): tell whoever runs this page"
        return Outcome("failed", None, 0.0, error=sentence)
