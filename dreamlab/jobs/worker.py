"""What runs in a worker process: tasks, and their events for whoever polls meanwhile.

Importing this module does not import the engine, so that the page can name its functions when
it sends work; the engine, and TensorFlow with it, is imported where it first runs.
"""

import dataclasses
import threading
import time
from collections import deque
from contextlib import suppress

from dreamlab.analysis import Item
from dreamlab.config.deployment import DeploymentSettings
from dreamlab.errors import DreamError
from dreamlab.jobs import preload
from dreamlab.jobs.assignment import Assignment, Outcome, State
from dreamlab.jobs.notifier import Bell, wait_any
from dreamlab.results.frame import Frame
from dreamlab.tasks.events import Checkpoint, Event, Warned
from dreamlab.tasks.faults import own_warnings, sentence
from dreamlab.tasks.log import EventLog, Numbered
from dreamlab.tasks.task import Allowance

#: Bytes after which the answer to a poll ends; the rest comes with the next.
_POLL_BYTES = 4e6


class _Run:
    """A run in this process: its task's thread writes, the event loop's thread reads."""

    def __init__(self, dispatch: int, max_bytes: float) -> None:
        self.dispatch = dispatch
        self.log = EventLog(max_bytes)
        self.stop, self.give_way = threading.Event(), threading.Event()

    def append(self, event: Event) -> None:
        """Add an event, and wake who waits if it is kept for good."""
        self.log.append(event)
        if _is_kept(event):
            _news.ring()


_runs: dict[str, _Run] = {}

#: Rings when a run begins or ends, or has something that is kept for good.
_news = Bell()

#: Runs that were told to stop, each by its job and dispatch.
_stopped: deque[tuple[str, int]] = deque(maxlen=256)


def run(assignment: Assignment, allowance: Allowance) -> Outcome:
    """Run a task to its end, or until `poll` is told to stop it.

    Parameters
    ----------
    assignment : Assignment
        The task, and the id of its job, by which `poll` finds it.
    allowance : Allowance
        What it may take.

    Returns
    -------
    Outcome
        Whatever goes wrong is told in it; nothing is raised.
    """
    task, job = assignment.task, assignment.job
    current = _runs[job] = _Run(assignment.dispatch, allowance.max_bytes)
    if (job, assignment.dispatch) in _stopped:
        current.stop.set()
    _news.ring()
    began = time.monotonic() - assignment.behind
    finished, error = False, None
    try:
        with own_warnings() as sentences:
            try:
                here = DeploymentSettings.from_environment()  # this machine's, not the page's
                allowance = dataclasses.replace(
                    allowance,
                    memory=here.memory,
                    models=here.models,
                    input_range=here.input_range,
                )
                finished = task.run(
                    assignment.resume,
                    current.append,
                    current.stop.is_set,
                    allowance,
                    current.give_way.is_set,
                )
            except Exception as problem:
                error = sentence(problem, task.noun)
                if not isinstance(problem, DreamError):
                    # What nobody foresaw here may be known already.
                    error = preload.readiness().problem or error
        for warning in sentences:
            current.log.append(Warned(warning))
    finally:
        if _runs.get(job) is current:
            del _runs[job]
        with suppress(ValueError):
            _stopped.remove((job, assignment.dispatch))
        _news.ring()
    seconds, dropped = time.monotonic() - began, current.log.dropped
    return Outcome(_state(current, finished, error), seconds, error, current.log.since(0), dropped)


def _state(current: _Run, finished: bool, error: str | None) -> State:
    if error or finished:
        return "failed" if error else "done"
    return "cancelled" if current.stop.is_set() else "gave way"


def poll(
    job: str, dispatch: int, acknowledged: int, stop: bool, give_way: bool = False
) -> tuple[Numbered, ...] | None:
    """Return the events of a run from a number on, and stop it if asked to.

    Parameters
    ----------
    job : str
        Id of the job.
    dispatch : int
        Which of its runs; an earlier one is stopped.
    acknowledged : int
        Number of the first event that is not known yet; those before it are forgotten.
    stop : bool
        Whether the run is to stop.
    give_way : bool
        Whether it is to break off where it can go on later, as shorter jobs wait.

    Returns
    -------
    tuple of (int, Event), or None
        Each event with its number; None if the job does not run here.
    """
    if stop and (job, dispatch) not in _stopped:
        _stopped.append((job, dispatch))  # first: the run may begin just now
    current = _runs.get(job)
    if current is None:
        return None
    if stop or current.dispatch != dispatch:
        current.stop.set()
    if current.dispatch != dispatch:
        return None
    if give_way:
        current.give_way.set()
    return current.log.since(acknowledged, _POLL_BYTES)


async def follow(
    job: str, dispatch: int, acknowledged: int, stop: bool, give_way: bool, seconds: float
) -> tuple[Numbered, ...] | None:
    """Do as `poll` does, but first wait until there is something that is not to be lost.

    It waits on the worker's event loop for a run to begin, for the end of an octave, a checkpoint
    or an item of an analysis, or for the run's end.

    Parameters
    ----------
    job, dispatch, acknowledged, stop, give_way
        See `poll`; the run is told to stop at once.
    seconds : float
        Most seconds to wait.
    """
    with _news.heard() as news:
        events = poll(job, dispatch, acknowledged, stop, give_way)
        if stop and events is None or events and any(_is_kept(event) for _, event in events):
            return events
        await wait_any(news, seconds)
    return poll(job, dispatch, acknowledged, False)  # a run that has ended is not told again


def _is_kept(event: Event) -> bool:
    """Whether it would be a loss if a process that dies took it along."""
    return isinstance(event, Checkpoint | Item) or isinstance(event, Frame) and event.ends_octave
