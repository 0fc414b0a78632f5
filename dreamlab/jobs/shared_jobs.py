"""The same task runs once, whoever sends it off; each visitor has a job of it."""

import dataclasses
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dreamlab.config.deployment import DeploymentSettings
from dreamlab.errors import DreamError
from dreamlab.jobs.jobs import Jobs
from dreamlab.jobs.protocol import Status
from dreamlab.jobs.store import NO_LONGER_KEPT
from dreamlab.results.recording import Recording
from dreamlab.tasks.events import Event
from dreamlab.tasks.task import Task

#: Share of the time that results are kept after which they are worked out anew for others.
_FRESH = 0.5


@dataclass
class _Follower:
    """A visitor's job.

    Parameters
    ----------
    run : str
        Name of the job that runs, which no visitor knows.
    owner : str
        The visitor.
    left : Status or None
        Where it was when its visitor cancelled it while others went on.
    """

    run: str
    owner: str
    left: Status | None = None


class SharedJobs(Jobs):
    """Jobs of visitors, which follow those that run.

    A task with a key (see `Task.key`) follows the same one if that waits, runs, or has ended well a
    short while ago. It counts nothing against limits; a cancel ends the run only when nobody
    follows it any more; nobody's name is good for another's job.
    """

    # The dispatcher knows runs alone: its part of `Jobs` stays as it is.

    def __init__(self, settings: DeploymentSettings, notify: Callable[[], None]) -> None:
        super().__init__(settings, notify)
        self._followers: dict[str, _Follower] = {}
        self._runs: dict[str, str] = {}  # by the keys of their tasks

    def submit(
        self, owner: str, task: Task, resume: Sequence[Event] = (), *, address: str = ""
    ) -> str:
        """See `Backend`."""
        key = None if resume else task.key
        with self._lock:
            run = self._joinable(key)
            if run is None:
                run = super().submit(owner, task, resume, address=address)
                if key is not None:
                    self._runs[key] = run
            elif self._store.get(run).state == "queued":
                self._progress()
                self._queue.join(owner, run)
            job = secrets.token_urlsafe(16)
            self._followers[job] = _Follower(run, owner)
        return job

    def status(self, job: str) -> Status:
        """See `Backend`."""
        with self._lock:
            follower = self._follower(job)
            status = super().status(follower.run)
            if follower.left is not None:
                return dataclasses.replace(follower.left, kept_seconds=status.kept_seconds)
            return dataclasses.replace(status, id=job)

    def cancel(self, job: str) -> None:
        """See `Backend`."""
        with self._lock:
            follower = self._follower(job)
            if follower.left is not None or not self._is_active(job):
                return
            if not self._others(job):
                super().cancel(follower.run)
                return
            status = self.status(job)
            self._leave(job)
            if isinstance(status.result, Recording):
                status.result.round_off()  # the store does not count what he keeps
            follower.left = dataclasses.replace(
                status, state="cancelled", place=0, seconds_left=None, expected_wait=None
            )

    def forget(self, job: str) -> None:
        """See `Backend`."""
        with self._lock:
            follower = self._follower(job)
            self.cancel(job)
            del self._followers[job]
            # Those who cancelled have what there was by then for as long as the run is kept.
            if all(other.run != follower.run for other in self._followers.values()):
                super().forget(follower.run)

    def tick(self) -> None:
        """Do what is due by the clock, and let go of jobs whose run is no longer kept."""
        super().tick()
        with self._lock:
            self._followers = {
                job: follower
                for job, follower in self._followers.items()
                if follower.run in self._store
            }
            self._runs = {key: run for key, run in self._runs.items() if run in self._store}

    def _follower(self, job: str) -> _Follower:
        """Return a job; raises `DreamError` as the store does if it is not kept."""
        if job not in self._followers:
            raise DreamError(NO_LONGER_KEPT)
        return self._followers[job]

    def _joinable(self, key: str | None) -> str | None:
        """Return the run of a key that can be followed, if there is one."""
        run = None if key is None else self._runs.get(key) or self._turned_out(key)
        if run is None or run not in self._store:
            return None
        known, now = self._store.get(run), time.monotonic()
        if known.state == "done" and known.ended is not None:
            return run if now - known.ended <= _FRESH * self.settings.store_seconds else None
        return run if known.ended is None and known.stop_asked is None else None

    def _turned_out(self, key: str) -> str | None:
        """Return a run whose task left something open that turned out as in the task of a key."""
        for run in self._runs.values():
            known = self._store.get(run) if run in self._store else None
            if (
                known is not None
                and known.state == "done"
                and known.task.key_of(known.result) == key
            ):
                return run
        return None

    def _others(self, job: str) -> list[_Follower]:
        """Return the other jobs that follow the same run and were not cancelled."""
        run = self._followers[job].run
        return [
            follower
            for other, follower in self._followers.items()
            if follower.run == run and other != job and follower.left is None
        ]

    def _leave(self, job: str) -> None:
        """Take a run out of the line of a visitor who has no other job of it; others follow it."""
        leaving, owners = self._followers[job], [other.owner for other in self._others(job)]
        known = self._store.get(leaving.run)
        if leaving.owner in owners:
            return
        if known.owner == leaving.owner:
            known.owner = owners[0]
        if known.state == "queued":
            self._queue.leave(leaving.owner, leaving.run, known.owner)
