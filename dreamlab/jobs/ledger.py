"""The books of all jobs: who waits, what runs, what came of it. Knows nothing of Dask."""

import logging
import secrets
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from dreamlab.analysis import Findings, Item
from dreamlab.config.deployment import Limits
from dreamlab.errors import DreamError
from dreamlab.jobs import estimates
from dreamlab.jobs.events import Outcome, Progress
from dreamlab.jobs.fair_queue import FairQueue
from dreamlab.jobs.protocol import AnalysisRequest, Request, Result, Status
from dreamlab.jobs.store import Record, Store
from dreamlab.zoo import ARCHITECTURES

logger = logging.getLogger("dreamlab.jobs")

#: Times a job is tried when its worker dies under it, and when it also never seemed to begin.
ATTEMPTS = 2
TAKES = 4

#: Share of a run after which its own speed says more than what was measured before it.
_TELLING = 0.05


@dataclass(frozen=True)
class _Orphans:
    """Jobs of a visitor who left, and when to ask whether the visitor is back."""

    jobs: tuple[str, ...]
    back: Callable[[], bool]
    due: float


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
        self.pace = estimates.Pace()
        self.notice: str | None = None
        self.slots = 1
        self._ring = ring
        self._lock = threading.RLock()
        self._queue = FairQueue(per_owner=limits.waiting_per_visitor, total=limits.waiting)
        self._store = Store(max_bytes=limits.store_mb * 1e6, max_seconds=limits.store_seconds)
        self._orphans: list[_Orphans] = []
        self._counts = {"done": 0, "failed": 0, "cancelled": 0}
        self._seconds = 0.0

    # What the page asks.

    def submit(self, owner: str, request: Request | AnalysisRequest) -> str:
        """See `Backend`."""
        if request.model not in ARCHITECTURES and not self.limits.own_models:
            raise DreamError(
                f"unknown model {request.model[:60]!r}; choose from {', '.join(ARCHITECTURES)}"
            )
        parts = estimates.parts(request)
        steps = sum(pixels for pixels, _ in parts)
        if steps > self.limits.cost * 1e6:
            raise DreamError(
                f"this takes {steps / 1e6:,.0f} million pixel steps; at most "
                f"{self.limits.cost:,.0f} million are allowed: choose a smaller picture, fewer "
                "iterations or fewer octaves"
            )
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
            record = self._store.get(job)
            ahead = list(self._queue) if record.state == "queued" else []
            place = ahead.index(job) + 1 if ahead else 0
            running = record.state == "running" and record.began is not None
            latest = record.latest
            fraction = latest.fraction if latest else 0.0
            return Status(
                id=job,
                state=record.state,
                place=place,
                octave=latest.octave if latest else 0,
                octaves=record.octaves,
                iteration=latest.iteration if latest else 0,
                iterations=record.iterations,
                height=latest.height if latest else 0,
                width=latest.width if latest else 0,
                fraction=1.0 if record.state == "done" else fraction,
                losses=record.losses,
                preview=record.preview,
                seconds=_elapsed(record),
                seconds_left=self._seconds_left(record) if running else None,
                warnings=record.warnings,
                error=record.error,
                expected_wait=self._expected_wait(ahead[: place - 1]) if place else None,
                stopping=record.state == "running" and record.stop_asked is not None,
                notice=self._notice(record),
                doing=latest.doing if latest else "",
                items=_items(record),
            )

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
            return self.pace.seconds(request.model, request.precision, work)

    def original(self, job: str) -> bytes:
        """See `Backend`."""
        with self._lock:
            record = self._store.get(job)
            if record.request is not None:
                return record.request.image
            return record.image if record.result is None else record.result.original

    def orphan(self, jobs: Collection[str], back: Callable[[], bool]) -> None:
        """See `Backend`; ``orphan_seconds`` of the limits is the time left."""
        with self._lock:
            due = time.monotonic() + self.limits.orphan_seconds
            self._orphans.append(_Orphans(tuple(jobs), back, due))

    def counters(self) -> dict[str, float]:
        """Return how many jobs are queued and running, how many have ended how, and seconds."""
        with self._lock:
            running = sum(record.state == "running" for record in self._store)
            return {
                "queued": len(self._queue),
                "running": running,
                **self._counts,
                "seconds": self._seconds,
            }

    # What the dispatcher tells.

    def take(self) -> Record | None:
        """Take the next job to run, or None."""
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

    def advance(self, record: Record, news: Progress | None) -> None:
        """Note what a worker answered of a run: its news, or None if it is not there."""
        with self._lock:
            record.hear(news)
            if news is not None and record.ended is None:
                record.advance(news)

    def end(self, record: Record, outcome: Outcome) -> None:
        """Note how a run ended, unless it has already."""
        with self._lock:
            if record.ended is not None:
                return
            # An analysis says nothing of the pace: much of its time goes into compiling.
            if isinstance(outcome.result, Result):
                recording = outcome.result.recording
                record.losses = tuple(recording.losses)
                precision = recording.provenance.precision
                if outcome.state == "done" and record.request is not None:
                    model, asked = record.request.model, record.request.precision
                    for kind in {precision, asked}:
                        self.pace.observe(model, kind, record.work, recording.seconds)
            if record.began is None and outcome.seconds:  # over before anybody looked
                record.began = max(record.submitted, time.monotonic() - outcome.seconds)
            if outcome.last is not None:
                record.latest = outcome.last
                record.preview = outcome.last.preview or record.preview
            record.result = outcome.result or record.salvage()
            record.warnings = outcome.warnings
            record.error = outcome.error
            state = outcome.state
            if state == "cancelled" and record.over_limit:
                state, record.error = "failed", record.over_limit
            self._close(record, state)

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
                record.notice = "its worker was lost; it is tried once more"
                if record.checkpoint is not None:
                    record.notice += f" from octave {record.checkpoint.octave + 1}"
                self._queue.put_back(record.owner, record.id)
            return True

    def tick(self) -> None:
        """Do what is due by the clock: time limits, visitors who left, old results."""
        now = time.monotonic()
        with self._lock:
            for record in self._store:
                if record.state == "running" and record.stop_asked is None:
                    if now - record.clock > self.limits.job_seconds:
                        record.over_limit = self._over_limit(record)
                        self._stop(record)
            self._store.evict(now)
        self._cancel_orphans(now)

    def _cancel_orphans(self, now: float) -> None:
        with self._lock:
            due = [one for one in self._orphans if now >= one.due]
            self._orphans = [one for one in self._orphans if now < one.due]
        for one in due:
            try:
                back = one.back()  # not waited for with the lock held
            except Exception as error:  # the others' turn comes all the same
                logger.warning("nobody says whether a visitor is back: %s", type(error).__name__)
                back = True
            with self._lock:
                left = [record for record in self._store if record.id in one.jobs]
                left = [record for record in left if record.ended is None]
                if not back:
                    for record in left:
                        self._stop(record)
                elif left:  # the next break in the network may go unnoticed
                    again = now + self.limits.orphan_seconds
                    self._orphans.append(replace(one, due=again))

    def _over_limit(self, record: Record) -> str:
        limit = self.limits.job_seconds
        if record.waits:
            return f"its worker did not begin the dream within {limit:g} s: try it again"
        return (
            f"the dream ran longer than the {limit:g} s it may: choose a smaller picture, fewer "
            "iterations or fewer octaves"
        )

    def _stop(self, record: Record) -> None:
        if record.state == "queued":
            self._queue.remove(record.owner, record.id)
            self.end(record, Outcome("cancelled", None, 0.0))
        elif record.state == "running" and record.stop_asked is None:
            record.stop_asked = time.monotonic()
            if record.waits and not record.losses and not record.items:
                # There is nothing to wait for; whoever gave it to a worker still stops it there.
                self.end(record, Outcome("cancelled", None, 0.0))

    def _close(self, record: Record, state: str) -> None:
        record.state = state
        record.ended = time.monotonic()
        if record.result is None:  # else that has it
            record.image = record.request.image
        record.request = None
        record.frames = record.items = ()
        record.checkpoint = None
        self._counts[state] += 1
        ran = _elapsed(record) or 0.0
        self._seconds += ran
        logger.info(
            "dream %s: %d octaves, %d steps each, waited %.1f s, ran %.1f s, %d kB",
            state,
            record.octaves,
            record.iterations,
            (record.began or record.ended) - record.submitted,
            ran,
            record.nbytes // 1000,
        )
        self._store.evict(record.ended)

    def _notice(self, record: Record) -> str | None:
        if record.ended is not None:
            return None
        return "; ".join(filter(None, [record.notice, self.notice])) or None

    def _seconds_left(self, record: Record) -> float | None:
        fraction = record.latest.fraction
        elapsed = _elapsed(record)
        if fraction > _TELLING:
            return elapsed * (1 - fraction) / fraction
        expected = self._expected(record)
        return None if expected is None else max(0.0, expected - elapsed)

    def _expected(self, record: Record) -> float | None:
        request = record.request
        return self.pace.seconds(request.model, request.precision, record.work)

    def _expected_wait(self, ahead: list[str]) -> float | None:
        waits = [self._expected(self._store.get(job)) for job in ahead]
        for record in self._store:
            if record.state == "running":
                known = record.began is not None
                waits.append(self._seconds_left(record) if known else self._expected(record))
        if any(wait is None for wait in waits):
            return None
        return sum(waits) / max(1, self.slots)


def _items(record: Record) -> tuple[Item, ...]:
    asked = record.request
    return asked.merged(record.items) if isinstance(asked, AnalysisRequest) else ()


def _elapsed(record: Record) -> float | None:
    if record.began is None:
        return None
    return (record.ended or time.monotonic()) - record.began
