"""The state of one job, from the queue to its result."""

import logging
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from dreamlab.analysis import Item
from dreamlab.jobs.assignment import Assignment, Outcome
from dreamlab.jobs.protocol import State, Status
from dreamlab.jobs.run_clock import RunClock
from dreamlab.tasks.events import (
    Checkpoint,
    Event,
    Loaded,
    Place,
    Preview,
    Warned,
    resumed_seconds,
)
from dreamlab.tasks.faults import sentence
from dreamlab.tasks.log import EventLog, Numbered
from dreamlab.tasks.task import Result, Task

logger = logging.getLogger("dreamlab.jobs")

#: Rough bytes of a job without pictures, and of an event.
_JOB_BYTES, _EVENT_BYTES = 2_000, 500


@dataclass(eq=False, kw_only=True)
class Job:
    """All that is known of one job; times are `time.monotonic` seconds.

    `Jobs` alone reads and changes it, with its lock held.
    """

    id: str
    owner: str
    task: Task
    work: float
    max_bytes: float
    resume: tuple[Event, ...] = ()
    state: State = "queued"
    submitted: float = field(default_factory=time.monotonic)
    began: float | None = None
    ended: float | None = None
    clock: RunClock = field(default_factory=RunClock)
    stop_asked: float | None = None
    over_limit: str | None = None  # why it was stopped, if not by its visitor
    taken: float = 0.0  # when a worker was given it
    dispatches: int = 0
    lost: int = 0  # how many of its workers were lost, and those of them that had begun it
    failures: int = 0
    acknowledged: int = 0  # number of the next event that its worker has to tell
    stale: bool = False  # whether the log is that of a run that was lost
    dropped: int = 0
    error: str | None = None
    notice: str | None = None
    result: Result | None = None

    def __post_init__(self) -> None:
        self.log = EventLog(self.max_bytes, self.resume)
        self._behind = resumed_seconds(self.resume)  # of earlier runs that are not done again
        self._lost = EventLog(0)  # the log of a run that was lost, once another has begun
        self._partial: tuple[int, Result | None] = (-1, None)
        self._event_count = 0

    def status(
        self,
        place: int,
        expected_wait: float | None,
        seconds_left: float | None,
        notice: str | None,
        kept_seconds: float | None,
    ) -> Status:
        """Return where the job is, given its place in the queue and what is expected of it."""
        preview = self.log.last(Preview)
        return Status(
            id=self.id,
            state=self.state,
            result=self.partial() if self.ended is None else self.result,
            picture=self.task.picture,
            preview=preview.jpeg if preview else None,
            place=place,
            fraction=1.0 if self.state == "done" else self.position.fraction,
            doing=self.position.doing,
            seconds=self.elapsed,
            seconds_left=seconds_left,
            expected_wait=expected_wait,
            stopping=self.state == "running" and self.stop_asked is not None,
            warnings=self._warnings(),
            error=self.error,
            notice=notice,
            kept_seconds=kept_seconds,
        )

    @property
    def position(self) -> Place:
        """Where its run is."""
        return self.log.last(Place) or Place(0.0, "")

    @property
    def elapsed(self) -> float | None:
        """Seconds it has run, or ran, but for runs that were lost; None if it has not begun."""
        if self.began is None:
            return self._behind or None
        return (self.ended or time.monotonic()) - self.began

    def partial(self) -> Result | None:
        """Return the result so far."""
        length = len(self.log)
        if self._partial[0] != length:
            self._partial = length, self._collect(self.elapsed or 0.0, False)
        return self._partial[1]

    def _collect(self, seconds: float, done: bool) -> Result | None:
        try:
            return self.task.collect(self.log.events, seconds, done)
        except Exception as problem:
            self.error = sentence(problem, self.task.noun)
            return None

    @property
    def loading(self) -> bool:
        """Whether it runs, but its worker has not told yet that it had its network."""
        return self.state == "running" and not self.clock.loaded

    def on_poll(self, events: Sequence[Numbered] | None) -> None:
        """Note that its worker answered; None stands for a run that is not there."""
        loaded = any(isinstance(event, Loaded) for _, event in events or ())
        if self.clock.answer(events is not None, loaded) and self.stop_asked is not None:
            self.stop_asked = time.monotonic()
        if events is not None and self.ended is None:
            if self.began is None:
                self.began = time.monotonic() - self._behind
            self.take_in(events)

    def take_in(self, events: Iterable[Numbered]) -> None:
        """Append the events that are new."""
        for number, event in events:
            if number < self.acknowledged:
                continue
            if self.stale:  # the first word of another run: the lost one's rest goes
                self._lost = self.log
                self.log, self.stale = EventLog(self.max_bytes, self.resume), False
                self._partial = -1, None
            self.log.append(event)
            self.acknowledged = number + 1

    def assign(self) -> Assignment:
        """Give the job to a worker."""
        self.state = "running"
        self.dispatches += 1
        self.taken = time.monotonic()
        self.notice = None
        self.acknowledged, self.clock = 0, RunClock(self._behind)
        if self.stop_asked is not None:
            self.stop_asked = time.monotonic()
        needed = (event for event in self.resume if isinstance(event, Checkpoint | Item))
        return Assignment(self.id, self.task, tuple(needed), self.dispatches, self._behind)

    def give_way(self, outcome: Outcome) -> None:
        """Prepare for another run, which goes on where this one broke off for others."""
        self.take_in(outcome.events)
        self.dropped += outcome.dropped + self.log.dropped
        self._behind = self.clock.seconds
        self._requeue("shorter ones of other visitors go first; then it goes on where it is")

    def requeue(self) -> None:
        """Prepare for another run, which resumes from the last checkpoint or item."""
        self._requeue("its worker was lost; it is tried once more")
        self._behind = max(self._behind, resumed_seconds(self.resume))
        for event in self.resume:
            if isinstance(event, Checkpoint):
                self.notice = f"{self.notice} from octave {event.octave + 1}"

    def _requeue(self, notice: str) -> None:
        self.state, self.began, self.stale, self.notice = "queued", None, True, notice
        events = self.log.events
        kept = self.task.kept(events)
        warned = dict.fromkeys(event for event in events if isinstance(event, Warned))
        self.resume = (*warned, *(event for event in kept if not isinstance(event, Warned)))

    def finish(self, outcome: Outcome) -> None:
        """Take in how the run ended, and let go of all that its result has."""
        now = time.monotonic()
        self.take_in(outcome.events)
        if self.began is None and outcome.seconds:  # it ended before the first poll
            self.began = max(self.submitted, now - outcome.seconds)
        self.state = "cancelled" if outcome.state == "gave way" else outcome.state
        self.error = outcome.error
        if self.state == "cancelled" and self.over_limit:
            self.state, self.error = "failed", self.over_limit
        self.ended = now
        before = self._lost.last(Place)
        if self.state != "done" and before and before.fraction > self.position.fraction:
            self.log = self._lost  # the run that was lost came further
        self.dropped += outcome.dropped + (0 if self.stale else self.log.dropped)
        self.result = self._collect(outcome.seconds or self.elapsed or 0.0, self.state == "done")
        if self.state == "done" and self.error:
            self.state = "failed"
        self.task = self.task.released(self.result)
        events = self.log.events
        remaining = [event for event in events if isinstance(event, Place | Preview | Warned)]
        self.log, self._lost, self.resume = EventLog(self.max_bytes, remaining), EventLog(0), ()
        self._partial, self._event_count = (-1, None), len(events)
        logger.info(
            "%s %s: %s, waited %.1f s, ran %.1f s, %d kB",
            self.task.noun,
            self.state,
            self.task.extent(self.result),
            (self.began or now) - self.submitted,
            self.elapsed or 0.0,
            self.nbytes // 1000,
        )

    def over_time(self, now: float, limit: float) -> bool:
        """Whether it has run longer than so many seconds; it then notes what to say."""
        if self.clock.over(now, limit):
            noun, remedy = self.task.noun, self.task.remedy()
            self.over_limit = (
                f"its worker did not begin the {noun} within {limit:g} s: try it again"
                if self.loading
                else f"the {noun} ran longer than the {limit:g} s it may: {remedy}"
            )
        return self.over_limit is not None

    def stop_overdue(self, seconds: float) -> bool:
        """Whether it was told to stop more than so many seconds ago.

        It may have ended here already, while its worker is still busy with it.
        """
        return self.stop_asked is not None and time.monotonic() - self.stop_asked > seconds

    @property
    def nbytes(self) -> int:
        """About how many bytes it holds."""
        preview = self.log.last(Preview)
        total = _JOB_BYTES + _EVENT_BYTES * (self._event_count or len(self.log.events))
        total += len(preview.jpeg) if preview else 0
        return total + (self.task if self.result is None else self.result).nbytes

    def _warnings(self) -> tuple[str, ...]:
        sentences = [event.sentence for event in self.log.events if isinstance(event, Warned)]
        if self.dropped:
            sentences.append(f"{self.dropped} frames did not fit in memory and were dropped")
        return tuple(dict.fromkeys(sentences))
