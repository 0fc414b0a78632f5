"""In-memory state of all jobs: queued, running, ended. Independent of Dask."""

import secrets
import threading
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress

from dreamlab.config.deployment import DeploymentSettings
from dreamlab.errors import DreamError
from dreamlab.jobs import estimates
from dreamlab.jobs.assignment import Assignment, Outcome
from dreamlab.jobs.fair_queue import FairQueue
from dreamlab.jobs.job import Job
from dreamlab.jobs.orphans import Orphans
from dreamlab.jobs.protocol import Status
from dreamlab.jobs.store import Store
from dreamlab.tasks.events import Event, Timed
from dreamlab.tasks.log import Numbered
from dreamlab.tasks.task import Task
from dreamlab.tasks.throughput import Throughput

#: Most times a worker may die under a job, and that a job is given to a worker at all.
MAX_FAILURES, MAX_DISPATCHES = 2, 4


class Jobs:
    """State of all jobs, safe to use from any thread; no method waits for a worker.

    No live `Job` leaves it: workers get an `Assignment`, and refer to their job by its id.

    Parameters
    ----------
    settings : DeploymentSettings
        What is allowed.
    notify : callable
        Called without arguments when there may be something to do: a job queued or stopped.
    """

    def __init__(self, settings: DeploymentSettings, notify: Callable[[], None]) -> None:
        self.settings = settings
        self._notify = notify
        self._lock = threading.RLock()
        self._throughput = Throughput()
        self._notice: str | None = None
        self._slots = 1
        self._queue = FairQueue(per_owner=settings.waiting_per_visitor, total=settings.waiting)
        self._store = Store(max_bytes=settings.store_mb * 1e6, max_seconds=settings.store_seconds)
        self._assigned: dict[str, Job] = {}  # with a worker; its visitor may have dropped it
        self._orphans: list[Orphans] = []

    # For the page.

    def submit(self, owner: str, task: Task, resume: Sequence[Event] = ()) -> str:
        """See `Backend`."""
        cost = estimates.check(task, self.settings)
        job = Job(
            id=secrets.token_urlsafe(16),
            owner=owner,
            task=task,
            work=cost.work,
            max_bytes=self.settings.recording_mb * 1e6,
            resume=tuple(resume),
        )
        with self._lock:
            self._queue.push(owner, job.id)
            self._store.add(job)
        self._notify()
        return job.id

    def status(self, job: str) -> Status:
        """See `Backend`."""
        with self._lock:
            known, wait, left = self._store.get(job), None, None
            ahead = list(self._queue) if known.state == "queued" else []
            place = ahead.index(job) + 1 if ahead else 0
            if place and self._slots:  # without a worker nobody knows
                before = [self._store.get(other) for other in ahead[: place - 1]]
                running = self._store.running
                wait = estimates.wait(before + running, self._throughput, self._slots)
            elif known.state == "running" and known.began is not None:
                left = estimates.seconds_left(known, self._throughput)
            notices = [known.notice, self._notice] if known.ended is None else []
            return known.status(place, wait, left, "; ".join(filter(None, notices)) or None)

    def cancel(self, job: str) -> None:
        """See `Backend`."""
        with self._lock:
            self._stop(self._store.get(job))
        self._notify()

    def forget(self, job: str) -> None:
        """See `Backend`."""
        with self._lock:
            self._stop(self._store.get(job))
            self._store.drop(job)
        self._notify()

    def estimate(self, task: Task) -> float | None:
        """See `Backend`."""
        work = task.cost().work
        with self._lock:
            return self._throughput.seconds(task.model, task.precision, work)

    def orphan(self, jobs: Collection[str], back: Callable[[], bool]) -> None:
        """See `Backend`; ``orphan_seconds`` of the settings is the time left."""
        with self._lock:
            due = time.monotonic() + self.settings.orphan_seconds
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

    # For the dispatcher.

    @property
    def idle(self) -> bool:
        """Whether nothing is due by the clock soon: no job is active, and no visitor has left."""
        with self._lock:
            return not (self._queue or self._assigned or self._store.running or self._orphans)

    def set_notice(self, notice: str | None) -> None:
        """Note what keeps all jobs from running, in one sentence, or None."""
        with self._lock:
            self._notice = notice

    def set_slots(self, slots: int) -> None:
        """Note how many jobs can run at a time."""
        with self._lock:
            self._slots = slots

    def observe(self, model: str, precision: str, timed: Timed) -> None:
        """Note how fast a network ran, at the precision that was asked for."""
        with self._lock:
            for known in {precision, timed.precision}:
                self._throughput.observe(model, known, timed.work, timed.seconds)

    def take(self) -> Assignment | None:
        """Take the next job to run, or None."""
        with self._lock:
            job = self._queue.pop()
            if job is None:
                return None
            self._assigned[job] = self._store.get(job)
            return self._assigned[job].assign()

    def poll(self, job: str) -> tuple[int, int, bool]:
        """Return what to ask a worker: which run, its next event's number, whether to stop it."""
        with self._lock:
            known = self._assigned[job]
            return known.dispatches, known.acknowledged, known.stop_asked is not None

    def on_poll(self, job: str, events: Sequence[Numbered] | None, stop: bool = False) -> bool:
        """Take in a worker's answer, None for no run; say if `stop` keeps it from beginning."""
        with self._lock:
            known = self._assigned[job]
            known.on_poll(events)
            if events is None and stop and known.began is None:
                self.end(job, Outcome("cancelled"))
                return True
            return False

    def stop_overdue(self, job: str) -> bool:
        """Say whether a run was told to stop longer ago than the settings allow."""
        with self._lock:
            return self._assigned[job].stop_overdue(self.settings.stop_seconds)

    def end(self, job: str, outcome: Outcome) -> None:
        """Take in how a run ended; its worker is done with it."""
        with self._lock:
            known = self._assigned.pop(job)
            for _, event in outcome.events:
                if isinstance(event, Timed) and known.ended is None:
                    self.observe(known.task.model, known.task.precision, event)
            self._finish(known, outcome)

    def lost(self, job: str) -> None:
        """Note that a job's worker died: it is tried once more, from its last checkpoint."""
        with self._lock:
            known = self._assigned.pop(job, None)
            if known is None or known.ended is not None:
                return
            if known.began is not None:  # else the worker may have been gone already
                known.failures += 1
            if known.stop_asked is not None:
                self._finish(known, Outcome("cancelled"))
            elif known.failures >= MAX_FAILURES or known.dispatches >= MAX_DISPATCHES:
                error = (
                    f"its worker died {MAX_FAILURES} times while dreaming, most likely for want "
                    "of memory: choose a smaller picture"
                )
                self._finish(known, Outcome("failed", error=error))
            else:
                known.requeue()
                self._queue.put_back(known.owner, known.id)
                self._notify()

    def tick(self) -> None:
        """Do what is due by the clock: time limits, visitors who left, old results."""
        now = time.monotonic()
        with self._lock:
            for job in self._store.running:
                if job.stop_asked is None and job.over_time(now, self.settings.job_seconds):
                    self._stop(job)
            self._store.evict(now)
        self._cancel_orphans(now)

    def _cancel_orphans(self, now: float) -> None:
        with self._lock:
            due = [orphans for orphans in self._orphans if now >= orphans.due]
            self._orphans = [orphans for orphans in self._orphans if now < orphans.due]
        for orphans in due:
            wanted = orphans.wanted()  # not waited for with the lock held
            left = [job for job in orphans.jobs if self._is_active(job)]
            if not wanted:
                for job in left:
                    self.cancel(job)
            elif left:  # the next break in the network may go unnoticed
                self.orphan(orphans.jobs, orphans.back)

    def _is_active(self, job: str) -> bool:
        with suppress(DreamError):
            return self.status(job).active
        return False

    def _stop(self, job: Job) -> None:
        if job.state == "queued":
            self._queue.remove(job.id)
            self._finish(job, Outcome("cancelled"))
        elif job.state == "running" and job.stop_asked is None:
            job.stop_asked = time.monotonic()
            if job.loading:
                # There is nothing to wait for; its worker is still told to stop.
                self._finish(job, Outcome("cancelled"))

    def _finish(self, job: Job, outcome: Outcome) -> None:
        if job.ended is not None:
            return
        job.finish(outcome)
        self._store.count(job)
        self._store.evict(time.monotonic())
