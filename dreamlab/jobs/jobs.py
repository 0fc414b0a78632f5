"""In-memory state of all jobs: queued, running, ended. Independent of Dask."""

import secrets
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress

from dreamlab.config.deployment import DeploymentSettings
from dreamlab.errors import DreamError
from dreamlab.jobs import estimates
from dreamlab.jobs.admission import admit
from dreamlab.jobs.fair_queue import Entry
from dreamlab.jobs.job import Job
from dreamlab.jobs.orphans import Orphans
from dreamlab.jobs.protocol import Status
from dreamlab.jobs.runs import SLICE_SECONDS, Runs
from dreamlab.tasks.events import Event
from dreamlab.tasks.task import Cost, Task


class Jobs(Runs):
    """State of all jobs, as the page needs it too; no method waits for a worker.

    Parameters
    ----------
    settings, notify
        As for `Runs`.
    """

    def __init__(self, settings: DeploymentSettings, notify: Callable[[], None]) -> None:
        super().__init__(settings, notify)
        self._orphans: list[Orphans] = []

    def submit(
        self, owner: str, task: Task, resume: Sequence[Event] = (), *, address: str = ""
    ) -> str:
        """See `Backend`."""
        cost = self._check(task)
        job = Job(
            id=secrets.token_urlsafe(16),
            owner=owner,
            task=task,
            work=cost.work,
            max_bytes=self.settings.recording_mb * 1e6,
            resume=tuple(resume),
        )
        with self._lock:
            entry = Entry(owner, estimates.seconds_waiting(job, self._throughput), address)
            admit(entry, self._queue.waiting, self._slots, self.settings)
            self._progress()
            self._queue.push(job.id, entry)
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
                wait = self._wait(known, ahead[: place - 1])
            elif known.state == "running" and known.began is not None:
                left = estimates.seconds_left(known, self._throughput)
            notices = [known.notice, self._notice] if known.ended is None else []
            notice = "; ".join(filter(None, notices)) or None
            return known.status(place, wait, left, notice, self._store.seconds_left(known))

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

    def _wait(self, job: Job, ahead: Sequence[str]) -> float | None:
        """Return the seconds until the workers are through with all that comes before a job."""
        seconds = [
            estimates.seconds_left(self._store.get(other), self._throughput) for other in ahead
        ]
        for running in self._store.running:
            left = estimates.seconds_left(running, self._throughput)
            if left is not None and self._queue.gives_way(running.id, job.id):
                left = min(left, running.clock.left_of(SLICE_SECONDS))
            seconds.append(left)
        known = [value for value in seconds if value is not None]
        return sum(known) / max(1, self._slots) if len(known) == len(seconds) else None

    def estimate(self, task: Task) -> float | None:
        """See `Backend`."""
        work = self._check(task).work
        with self._lock:
            return self._throughput.seconds(task.model, task.precision, work)

    def _check(self, task: Task) -> Cost:
        with self._lock:
            return estimates.check(task, self.settings, self._throughput)

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

    @property
    def idle(self) -> bool:
        """Whether nothing is due by the clock soon: no job is active, and no visitor has left."""
        with self._lock:
            return not (self._queue or self._assigned or self._store.running or self._orphans)

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
