"""Jobs as workers run them: which is next, what a worker is asked, how a run ended."""

import threading
import time
from collections.abc import Callable, Sequence

from dreamlab.config.deployment import DeploymentSettings
from dreamlab.jobs import estimates
from dreamlab.jobs.assignment import Assignment, Outcome
from dreamlab.jobs.fair_queue import FairQueue
from dreamlab.jobs.job import Job
from dreamlab.jobs.store import Store
from dreamlab.tasks.events import Timed
from dreamlab.tasks.log import Numbered
from dreamlab.tasks.throughput import Throughput

#: Seconds that a run has before it gives way to one that is to end before it.
SLICE_SECONDS = 10.0

#: Most times a worker may die under a job, and that a job's worker may be lost at all.
MAX_FAILURES, MAX_LOST = 2, 4


class Runs:
    """State of all jobs, as far as the dispatcher needs it; safe to use from any thread.

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
        self._queue = FairQueue()
        self._store = Store(max_bytes=settings.store_mb * 1e6, max_seconds=settings.store_seconds)
        self._assigned: dict[str, Job] = {}  # with a worker; its visitor may have dropped it

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

    def poll(self, job: str) -> tuple[int, int, bool, bool]:
        """Return what to ask a worker: which run, its next event's number, and what it is to do.

        That is, whether to stop, and whether to give way to others.
        """
        with self._lock:
            known = self._assigned[job]
            stop = known.stop_asked is not None
            used_up = not known.clock.left_of(SLICE_SECONDS)
            give_way = not stop and used_up and self._queue.gives_way(job)
            return known.dispatches, known.acknowledged, stop, give_way

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
                    if known.dispatches == 1 and not known.resume:
                        self._throughput.observe_whole(
                            known.task.model,
                            known.task.precision,
                            event.work,
                            time.monotonic() - known.taken,
                        )
            if outcome.state == "gave way" and known.stop_asked is None and known.ended is None:
                known.give_way(outcome)
                self._put_back(known, first=False)
                return
            self._queue.done(job)
            self._finish(known, outcome)

    def lost(self, job: str) -> None:
        """Note that a job's worker died: it is tried once more, from its last checkpoint."""
        with self._lock:
            known = self._assigned.pop(job, None)
            if known is None:
                return
            if known.ended is not None:
                self._queue.done(job)
                return
            known.lost += 1
            if known.began is not None:  # else the worker may have been gone already
                known.failures += 1
            if known.stop_asked is not None:
                self._queue.done(job)
                self._finish(known, Outcome("cancelled"))
            elif known.failures >= MAX_FAILURES or known.lost >= MAX_LOST:
                error = (
                    f"its worker died {MAX_FAILURES} times while dreaming, most likely for want "
                    "of memory: choose a smaller picture"
                )
                self._queue.done(job)
                self._finish(known, Outcome("failed", error=error))
            else:
                known.requeue()
                self._put_back(known, first=True)

    def _progress(self) -> None:
        """Note how far all jobs are: whoever comes begins with what others have had by then."""
        for job in self._assigned.values():
            left = estimates.seconds_to_give(job, self._throughput)
            if left is not None:
                self._queue.progress(job.id, left)

    def _put_back(self, job: Job, *, first: bool) -> None:
        """Put a job that goes on from what is kept into the queue."""
        seconds = estimates.seconds_waiting(job, self._throughput)
        self._queue.put_back(job.owner, job.id, seconds, first=first)
        self._notify()

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
