"""All jobs that are remembered, bounded in bytes and age."""

import time
from collections import Counter
from collections.abc import Iterator

from dreamlab.errors import DreamError
from dreamlab.jobs.job import Job
from dreamlab.results.recording import Recording

#: What is said of a job that is not known.
NO_LONGER_KEPT = "this dream is no longer kept: start it again"


class Store:
    """Jobs by id; those that have ended go, oldest first, when the bounds are passed.

    Parameters
    ----------
    max_bytes : float
        Most bytes of jobs that have ended.
    max_seconds : float
        Longest a job is kept after its end.
    """

    def __init__(self, *, max_bytes: float, max_seconds: float) -> None:
        self.max_bytes = max_bytes
        self.max_seconds = max_seconds
        self._jobs: dict[str, Job] = {}
        self._ended: Counter[str] = Counter(done=0, failed=0, cancelled=0)
        self._seconds = 0.0

    def __iter__(self) -> Iterator[Job]:
        return iter(list(self._jobs.values()))

    def __contains__(self, job: str) -> bool:
        return job in self._jobs

    def add(self, job: Job) -> None:
        """Keep a job."""
        self._jobs[job.id] = job

    def get(self, job: str) -> Job:
        """Return a job; raises `DreamError` if it is not, or no longer, known."""
        try:
            return self._jobs[job]
        except KeyError:
            raise DreamError(NO_LONGER_KEPT) from None

    @property
    def running(self) -> list[Job]:
        """All jobs that run."""
        return [job for job in self if job.state == "running"]

    def count(self, job: Job) -> None:
        """Count a job that has ended, and the time it ran."""
        self._ended[job.state] += 1
        self._seconds += job.elapsed or 0.0

    def counters(self) -> dict[str, float]:
        """Return how many jobs are running, how many have ended how, and their seconds."""
        return {"running": len(self.running), **self._ended, "seconds": self._seconds}

    def drop(self, job: str) -> None:
        """Forget a job, if it is known."""
        self._jobs.pop(job, None)

    def seconds_left(self, job: Job) -> float | None:
        """Return how much longer a job is kept at the most; None for one that has not ended."""
        if job.ended is None:
            return None
        return max(0.0, job.ended + self.max_seconds - time.monotonic())

    def evict(self, now: float) -> None:
        """Forget what is too old, then what does not fit; never what still runs.

        First the exact values of the oldest results go, which only dreams that go on from them
        need; then the oldest jobs.
        """
        ended = [(job.ended, job.id) for job in self if job.ended is not None]
        oldest = [self._jobs[name] for _, name in sorted(ended)]
        for job in list(oldest):
            if job.ended is not None and now - job.ended > self.max_seconds:
                oldest.remove(job)
                self.drop(job.id)
        total = sum(job.nbytes for job in oldest)
        for job in oldest:
            if total > self.max_bytes and isinstance(job.result, Recording):
                total -= job.result.round_off()
        for job in oldest:
            if total > self.max_bytes:
                total -= job.nbytes
                self.drop(job.id)
