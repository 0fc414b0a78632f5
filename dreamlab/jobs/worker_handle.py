"""Drives one Dask worker: gives it jobs, one at a time, and follows them."""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any

from dreamlab.jobs import preload, worker
from dreamlab.jobs.assignment import Assignment, Outcome
from dreamlab.jobs.jobs import Jobs
from dreamlab.tasks.task import Allowance

logger = logging.getLogger("dreamlab.jobs")

#: Seconds between two polls of a run.
POLL_SECONDS = 0.3

#: Seconds without an answer after which a question counts as not answered.
PATIENCE = 3.0

#: Seconds before a worker that could not load its network tries it again.
RETRY_SECONDS = 10.0

#: Seconds without a heartbeat, of which a local worker has one every two seconds, after which a
#: worker counts as silent. An idle worker that is frozen has none.
SILENT_SECONDS = 10.0


class Notifier:
    """Wakes all who wait. Who takes `next` before looking around misses no notice."""

    def __init__(self) -> None:
        self.next = asyncio.Event()

    def notify(self) -> None:
        """Wake those who wait now; who waits from now on waits for the next notice."""
        self.next.set()
        self.next = asyncio.Event()


class WorkerHandle:
    """Keeps one worker busy, as a task of its own from the moment it is made.

    The worker is polled, rather than sending its events, so that nothing gathers on the scheduler
    for a page that does not look. The question runs on the worker's event loop (`Client.run`),
    beside the thread that dreams.

    Parameters
    ----------
    client : distributed.Client
        Asynchronous, connected.
    address : str
        The worker's.
    jobs : Jobs
        Where jobs come from, and where their events go.
    notifier : Notifier
        Notifies when there may be something to do.

    Attributes
    ----------
    task : asyncio.Task
        Ends only when it is cancelled, or with an error when the worker is lost.
    trouble : str or None
        Why the worker could not load its network, in one sentence.
    stands_back : bool
        Whether it takes no jobs, as others can do them better.
    """

    def __init__(self, client: Any, address: str, jobs: Jobs, notifier: Notifier) -> None:
        self.heard = False
        self.trouble: str | None = None
        self.stands_back = False
        self._tried = 0.0
        self._last_seen = 0.0
        self._heard = time.monotonic()
        self._client = client
        self._address = address
        self._jobs = jobs
        self._allowance = Allowance(
            jobs.settings.recording_mb * 1e6, own_models=jobs.settings.own_models
        )
        self._notifier = notifier
        self.task = asyncio.create_task(self._serve())

    def on_heartbeat(self, last_seen: float) -> None:
        """Note when the scheduler last heard of the worker, by whatever clock it has."""
        if last_seen != self._last_seen:
            self._last_seen, self._heard = last_seen, time.monotonic()

    @property
    def ready(self) -> bool:
        """Whether the worker has its network, and takes jobs."""
        there = self.heard and not self.silent and not self.task.done()
        return there and self.trouble is None

    @property
    def silent(self) -> bool:
        """Whether nothing was heard of the worker for so long that it may be frozen."""
        return time.monotonic() - self._heard > SILENT_SECONDS

    async def end(self) -> None:
        """Stop; a job that runs is given back as lost."""
        self.task.cancel()
        (problem,) = await asyncio.gather(self.task, return_exceptions=True)
        if isinstance(problem, Exception):
            logger.warning("a worker is given up: %s", type(problem).__name__)

    async def _serve(self) -> None:
        try:
            self._note(await self._ask(preload.readiness))
        except Exception as error:  # it takes jobs all the same, and each says what is wrong
            logger.warning("a worker does not say how fast it is: %s", type(error).__name__)
        self.heard = True
        self._notifier.notify()
        while True:
            notice = self._notifier.next
            if self.trouble and time.monotonic() - self._tried >= RETRY_SECONDS:
                await self._load()
            idle = self.silent or self.stands_back
            assignment = None if idle else self._jobs.take()
            if assignment is None:
                # Nothing notifies when a silent worker is back.
                await wait_any(notice, RETRY_SECONDS if self.trouble else SILENT_SECONDS)
                continue
            over = False
            try:
                over = await self._run(assignment)
            finally:
                if not over:
                    self._jobs.lost(assignment.job)
            if not over:
                raise ConnectionError("the worker died")  # nothing more is given to it

    def _note(self, readiness: preload.Readiness) -> None:
        self.trouble, self._tried = readiness.problem, time.monotonic()
        if readiness.timed is not None:
            self._jobs.observe(readiness.model, "auto", readiness.timed)

    async def _load(self) -> None:
        """Have the worker try again to load its network."""
        future = self._submit(preload.load)
        try:
            self._note(await future)
        finally:
            future.release()
        self._notifier.notify()

    def _submit(self, function: Callable, *args: Any) -> Any:
        """Have the worker call a function: once, there, never shared with an equal call."""
        return self._client.submit(
            function,
            *args,
            workers=[self._address],
            allow_other_workers=False,
            pure=False,
            retries=0,
        )

    async def _run(self, assignment: Assignment) -> bool:
        """Have a task run and say whether the worker is done with it, or else was lost."""
        future = self._submit(worker.run, assignment, self._allowance)
        ended = asyncio.ensure_future(_outcome(future))
        try:
            while not ended.done():
                notice = self._notifier.next
                if await self._poll(assignment.job):
                    return True
                await wait_any(notice, POLL_SECONDS, ended)
            outcome = ended.result()
            if outcome is None:
                return False
            self._jobs.end(assignment.job, outcome)
            return True
        finally:
            ended.cancel()
            future.release()

    async def _poll(self, job: str) -> bool:
        """Look at a run and say whether it was called off before it began."""
        dispatch, acknowledged, stop, give_way = self._jobs.poll(job)
        try:
            events = await self._ask(worker.poll, job, dispatch, acknowledged, stop, give_way)
        except Exception as error:  # whether the worker is gone is seen elsewhere
            logger.debug("no answer: %s", type(error).__name__)
        else:
            if self._jobs.on_poll(job, events, stop):
                return True
        if self._jobs.stop_overdue(job):
            logger.warning("a job does not stop: its worker is restarted")
            # Asked of the scheduler itself: the client refuses where no nanny starts another.
            await self._client.scheduler.restart_workers(
                workers=[self._address],
                timeout=PATIENCE,
                wait_for_workers=False,
                on_error="return",
                stimulus_id="dreamlab-does-not-stop",
            )
        return False

    async def _ask(self, function: Callable, *args: Any) -> Any:
        """Call a function on the worker's event loop and return its answer."""
        asked = self._client.run(function, *args, workers=[self._address])
        return (await asyncio.wait_for(asked, PATIENCE))[self._address]


async def wait_any(notice: asyncio.Event, seconds: float, *others: asyncio.Future) -> None:
    """Wait for a notice, for one of the others, or until so many seconds have passed."""
    noticed = asyncio.ensure_future(notice.wait())
    try:
        await asyncio.wait({noticed, *others}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        noticed.cancel()


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
        logger.error("a worker could not run a job: %s", kind)
        sentence = f"the worker could not run the dream ({kind}): tell whoever runs this page"
        return Outcome("failed", error=sentence)
