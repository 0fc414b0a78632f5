"""Drives one Dask worker: gives it jobs, one at a time, and follows them."""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from dreamlab.jobs import preload, worker
from dreamlab.jobs.assignment import Assignment
from dreamlab.jobs.jobs import Jobs
from dreamlab.jobs.notifier import Notifier, wait_any
from dreamlab.jobs.worker_link import PATIENCE, WorkerLink, outcome
from dreamlab.tasks.task import Allowance

logger = logging.getLogger("dreamlab.jobs")

#: Most seconds that a question about a run waits for something that is not to be lost, and least
#: seconds between two questions: frames of small pictures may come faster than they are sent.
POLL_SECONDS, LEAST_SECONDS = 0.3, 0.02

#: Seconds before a worker that could not load its network tries it again.
RETRY_SECONDS = 10.0

#: Seconds without a heartbeat, of which a local worker has one every two seconds, after which a
#: worker counts as silent. An idle worker that is frozen has none.
SILENT_SECONDS = 10.0


class WorkerHandle:
    """Keeps one worker busy, as a task of its own from the moment it is made.

    The worker is polled, rather than sending its events, so that nothing gathers on the scheduler
    for a page that does not look. The question waits on the worker's event loop (`Client.run`),
    beside the thread that dreams, so that the end of an octave is told as it comes.

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
    changed : callable
        Called without arguments when the worker takes jobs, or takes no more of them.

    Attributes
    ----------
    task : asyncio.Task
        Ends only when it is cancelled, or with an error when the worker is lost.
    trouble : str or None
        Why the worker could not load its network, in one sentence.
    stands_back : bool
        Whether it takes no jobs, as others can do them better.
    """

    def __init__(
        self,
        client: Any,
        address: str,
        jobs: Jobs,
        notifier: Notifier,
        changed: Callable[[], None],
    ) -> None:
        self.heard = self._lost = False
        self.trouble: str | None = None
        self.stands_back = False
        self._tried = 0.0
        self._last_seen = 0.0
        self._heard = time.monotonic()
        self._unanswered: set[asyncio.Future] = set()
        self._link = WorkerLink(client, address)
        self._jobs = jobs
        self._allowance = Allowance(
            jobs.settings.recording_mb * 1e6, own_models=jobs.settings.own_models
        )
        self._notifier = notifier
        self._changed = changed
        self.task = asyncio.create_task(self._serve())

    def on_heartbeat(self, last_seen: float) -> None:
        """Note when the scheduler last heard of the worker, by whatever clock it has."""
        if last_seen != self._last_seen:
            self._last_seen, self._heard = last_seen, time.monotonic()

    @property
    def gone(self) -> bool:
        """Whether the worker is lost, and given up."""
        return self._lost or self.task.done()

    @property
    def takes_jobs(self) -> bool:
        """Whether the worker is there, and is given jobs, be it that it fails each."""
        return self.heard and not (self.silent or self.gone or self.stands_back)

    @property
    def ready(self) -> bool:
        """Whether the worker has its network, and takes jobs."""
        return self.heard and not (self.silent or self.gone) and self.trouble is None

    @property
    def silent(self) -> bool:
        """Whether nothing was heard of the worker for so long that it may be frozen."""
        return time.monotonic() - self._heard > SILENT_SECONDS

    async def end(self) -> None:
        """Stop; a job that runs is given back as lost."""
        for task in (self.task, *self._unanswered):
            task.cancel()
        (problem, *_) = await asyncio.gather(self.task, *self._unanswered, return_exceptions=True)
        if isinstance(problem, Exception):
            logger.warning("a worker is given up: %s", type(problem).__name__)

    async def _serve(self) -> None:
        try:
            self._note(await self._link.ask(preload.readiness))
        except Exception as error:  # it takes jobs all the same, and each says what is wrong
            logger.warning("a worker does not say how fast it is: %s", type(error).__name__)
        self.heard = True
        self._changed()
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
                    self._lost = True
                    self._changed()  # first, so that the job waits for what is true
                    self._jobs.lost(assignment.job)
            if not over:
                raise ConnectionError("the worker died")  # nothing more is given to it

    def _note(self, readiness: preload.Readiness) -> None:
        self.trouble, self._tried = readiness.problem, time.monotonic()
        if readiness.timed is not None:
            self._jobs.observe(readiness.model, "auto", readiness.timed)

    async def _load(self) -> None:
        """Have the worker try again to load its network."""
        future = self._link.submit(preload.load)
        try:
            self._note(await future)
        finally:
            future.release()
        self._changed()
        self._notifier.notify()

    async def _run(self, assignment: Assignment) -> bool:
        """Have a task run and say whether the worker is done with it, or else was lost."""
        future = self._link.submit(worker.run, assignment, self._allowance)
        ended = asyncio.ensure_future(outcome(future))
        question = self._question(assignment.job)
        try:
            while not ended.done():
                notice = self._notifier.next
                if question.answer.done():
                    if self._take_in(assignment.job, question):
                        return True
                    if self._jobs.stop_overdue(assignment.job):
                        logger.warning("a job does not stop: its worker is restarted")
                        await self._link.restart("dreamlab-does-not-stop")
                    pause = POLL_SECONDS if question.failed else LEAST_SECONDS
                    await wait_any(notice, pause, ended)
                    question = self._question(assignment.job)
                elif not question.stop and self._jobs.poll(assignment.job)[2]:
                    question = self._question(assignment.job)  # the other may wait yet
                await wait_any(notice, PATIENCE, question.answer, ended)
            result = ended.result()
            if result is None:
                # What it told before it died comes another way, and may come later.
                await asyncio.wait({question.answer}, timeout=POLL_SECONDS)
                self._take_in(assignment.job, question)
                return False
            self._jobs.end(assignment.job, result)
            return True
        finally:
            ended.cancel()
            future.release()

    def _question(self, job: str) -> "_Question":
        """Ask what a run has to tell."""
        question = self._jobs.poll(job)
        asked = self._link.ask(worker.follow, job, *question, POLL_SECONDS)
        answer = asyncio.ensure_future(asked)
        self._unanswered.add(answer)
        answer.add_done_callback(self._unanswered.discard)
        answer.add_done_callback(_noted)
        return _Question(question[2], answer)

    def _take_in(self, job: str, question: "_Question") -> bool:
        """Take in what a run told and say whether it was called off before it began."""
        if not question.answer.done() or question.failed:
            return False  # whether the worker is gone is seen elsewhere
        return self._jobs.on_poll(job, question.answer.result(), question.stop)


class _Question(NamedTuple):
    """What was asked about a run: whether it was told to stop, and the answer that is to come."""

    stop: bool
    answer: asyncio.Future

    @property
    def failed(self) -> bool:
        """Whether there is no answer, and none will come."""
        return self.answer.cancelled() or self.answer.exception() is not None


def _noted(answer: asyncio.Future) -> None:
    """Note why there was no answer; one that nobody waits for any more may fail, too."""
    if not answer.cancelled() and (error := answer.exception()):
        logger.debug("no answer: %s", type(error).__name__)
