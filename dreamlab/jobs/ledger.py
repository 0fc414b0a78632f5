"""The books of all jobs: who waits, what runs, what came of it. Knows nothing of Dask."""

import secrets
import threading
import time
from collections.abc import Callable, Collection

from dreamlab.analysis import Findings
from dreamlab.config.deployment import Limits
from dreamlab.jobs import estimates
from dreamlab.jobs.events import Checkpoint, Outcome, Progress, Seen
from dreamlab.jobs.fair_queue import FairQueue
from dreamlab.jobs.orphans import Orphans
from dreamlab.jobs.protocol import AnalysisRequest, Request, Result, Status
from dreamlab.jobs.record import Record
from dreamlab.jobs.store import Store

#: Times a job is tried when its worker dies under it, and when it also never seemed to begin.
ATTEMPTS, TAKES = 2, 4


class Ledger:
    """State of all jobs, safe to use from any thread; no method waits for a worker.

    Parameters
    ----------
    limits : Limits
        What is allowed.
    ring : callable
        Called without arguments when there may be something to do: a job queued or stopped.
    """

    def __init__(self, limits: Limits, ring: Callable[[], None]) -> None:
        self.limits = limits
        self._ring = ring
        self._lock = threading.RLock()
        self._pace = estimates.Pace()
        self._notice: str | None = None
        self._slots = 1
        self._queue = FairQueue(per_owner=limits.waiting_per_visitor, total=limits.waiting)
        self._store = Store(max_bytes=limits.store_mb * 1e6, max_seconds=limits.store_seconds)
        self._orphans: list[Orphans] = []

    # What the page asks.

    def submit(self, owner: str, request: Request | AnalysisRequest) -> str:
        """See `Backend`; what is refused at once is told by the `DreamError`."""
        estimates.check(request, self.limits)
        record = Record(
            id=secrets.token_urlsafe(16),
            owner=owner,
            request=request,
            octaves=len(estimates.shapes(request)) if isinstance(request, Request) else 0,
            iterations=request.config.iterations if isinstance(request, Request) else 0,
            work=estimates.work(request),
        )
        with self._lock:
            self._queue.push(owner, record.id)
            self._store.add(record)
        self._ring()
        return record.id

    def status(self, job: str) -> Status:
        """See `Backend`."""
        with self._lock:
            record, wait, left = self._store.get(job), None, None
            ahead = list(self._queue) if record.state == "queued" else []
            place = ahead.index(job) + 1 if ahead else 0
            if place:
                before = [self._store.get(other) for other in ahead[: place - 1]]
                wait = estimates.wait(before + self._store.running, self._pace, self._slots)
            elif record.state == "running" and record.began is not None:
                left = estimates.seconds_left(record, self._pace)
            notices = [record.notice, self._notice] if record.ended is None else []
            return record.status(place, wait, left, "; ".join(filter(None, notices)) or None)

    def cancel(self, job: str) -> None:
        """See `Backend`."""
        with self._lock:
            self._stop(self._store.get(job))
        self._ring()

    def result(self, job: str) -> Result | Findings | None:
        """See `Backend`."""
        with self._lock:
            return self._store.get(job).result

    def forget(self, job: str) -> None:
        """See `Backend`."""
        with self._lock:
            self._stop(self._store.get(job))
            self._store.drop(job)
        self._ring()

    def estimate(self, request: Request | AnalysisRequest) -> float | None:
        """See `Backend`."""
        work = estimates.work(request)
        with self._lock:
            return self._pace.seconds(request.model, request.precision, work)

    def original(self, job: str) -> bytes:
        """See `Backend`."""
        with self._lock:
            return self._store.get(job).original

    def orphan(self, jobs: Collection[str], back: Callable[[], bool]) -> None:
        """See `Backend`; ``orphan_seconds`` of the limits is the time left."""
        with self._lock:
            due = time.monotonic() + self.limits.orphan_seconds
            self._orphans.append(Orphans(tuple(jobs), back, due))

    def counters(self) -> dict[str, float]:
        """See `Backend`."""
        with self._lock:
            return {"queued": len(self._queue), **self._store.counters()}

    @property
    def problem(self) -> str | None:
        """See `Backend`."""
        with self._lock:
            return self._notice

    # What the dispatcher tells and asks.

    def set_notice(self, notice: str | None) -> None:
        """Note what keeps all jobs from going on, in one sentence, or None."""
        with self._lock:
            self._notice = notice

    def set_slots(self, slots: int) -> None:
        """Note how many jobs can run at a time."""
        with self._lock:
            self._slots = slots

    def observe(self, model: str, precision: str, work: float, seconds: float) -> None:
        """Note that a network took so many seconds for so much work (multiplications)."""
        with self._lock:
            self._pace.observe(model, precision, work, seconds)

    def take(self) -> Record | None:
        """Take the next job to run, or None; only this class reads or changes a record's state."""
        with self._lock:
            job = self._queue.pop()
            if job is None:
                return None
            record = self._store.get(job)
            record.state = "running"
            record.takes += 1
            record.notice = None
            record.hold()
            return record

    def task(self, record: Record) -> tuple[Request | AnalysisRequest, Checkpoint | None] | None:
        """Return what to do and from where to go on; None if it was cancelled meanwhile."""
        with self._lock:
            return (record.request, record.checkpoint) if record.ended is None else None

    def question(self, record: Record) -> tuple[Seen, bool]:
        """Return how much of a run is known, and whether its worker is to stop it."""
        with self._lock:
            return record.seen, record.stop_asked is not None

    def advance(self, record: Record, news: Progress | None, stop: bool = False) -> bool:
        """Note a worker's answer, None for no such run; say if `stop` keeps it from beginning."""
        with self._lock:
            record.hear(news)
            if news is not None and record.ended is None:
                record.advance(news)
            called_off = news is None and stop and record.began is None
            if called_off:
                self.end(record, Outcome("cancelled", None, 0.0))
            return called_off

    def stop_overdue(self, record: Record) -> bool:
        """Say whether a run was told to stop longer ago than the limits allow."""
        with self._lock:
            return record.over_patience(self.limits.stop_seconds)

    def end(self, record: Record, outcome: Outcome) -> None:
        """Note how a run ended, unless it has already."""
        with self._lock:
            if record.ended is not None:
                return
            # An analysis says nothing of the pace: much of its time goes into compiling.
            if isinstance(outcome.result, Result) and outcome.state == "done":
                recording, request = outcome.result.recording, record.request
                for precision in {recording.provenance.precision, request.precision}:
                    self.observe(request.model, precision, record.work, recording.seconds)
            record.finish(outcome)
            self._store.count(record)
            self._store.evict(time.monotonic())

    def lost(self, record: Record) -> bool:
        """Note that a run's worker died, unless the run has ended, and say whether that is so.

        It is tried once more, from the last octave that ended, then given up.
        """
        with self._lock:
            if record.ended is not None:
                return False
            if record.began is not None:  # else the worker may have been gone already
                record.attempts += 1
            if record.stop_asked is not None:
                self.end(record, Outcome("cancelled", None, 0.0))
            elif record.attempts >= ATTEMPTS or record.takes >= TAKES:
                error = (
                    f"its worker died {ATTEMPTS} times while dreaming, most likely for want of "
                    "memory: choose a smaller picture"
                )
                self.end(record, Outcome("failed", None, 0.0, error=error))
            else:
                record.start_over()
                self._queue.put_back(record.owner, record.id)
            return True

    def tick(self) -> None:
        """Do what is due by the clock: time limits, visitors who left, old results."""
        now = time.monotonic()
        with self._lock:
            for record in self._store.running:
                if record.stop_asked is None and record.over_time(now, self.limits.job_seconds):
                    self._stop(record)
            self._store.evict(now)
        self._cancel_orphans(now)

    def _cancel_orphans(self, now: float) -> None:
        with self._lock:
            due = [orphans for orphans in self._orphans if now >= orphans.due]
            self._orphans = [orphans for orphans in self._orphans if now < orphans.due]
        for orphans in due:
            wanted = orphans.wanted()  # not waited for with the lock held
            with self._lock:
                active = [record for record in self._store if record.ended is None]
                left = [record for record in active if record.id in orphans.jobs]
                if not wanted:
                    for record in left:
                        self._stop(record)
                elif left:  # the next break in the network may go unnoticed
                    self.orphan(orphans.jobs, orphans.back)

    def _stop(self, record: Record) -> None:
        if record.state == "queued":
            self._queue.remove(record.owner, record.id)
            self.end(record, Outcome("cancelled", None, 0.0))
        elif record.state == "running" and record.stop_asked is None:
            record.stop_asked = time.monotonic()
            if record.waits and not record.losses and not record.items:
                # There is nothing to wait for; whoever gave it to a worker still stops it there.
                self.end(record, Outcome("cancelled", None, 0.0))
