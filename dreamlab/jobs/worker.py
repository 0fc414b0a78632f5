"""What runs in a worker process: tasks, and their events for whoever polls meanwhile.

Importing this module does not import the engine, so that the page can name its functions when
it sends work; the engine, and TensorFlow with it, is imported where it first runs.
"""

import dataclasses
import logging
import threading
import time
import traceback
import warnings
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dreamlab.config.deployment import Limits
from dreamlab.errors import DreamError
from dreamlab.jobs.assignment import Assignment, Outcome
from dreamlab.jobs.protocol import Ended
from dreamlab.tasks.events import Checkpoint, Warned
from dreamlab.tasks.log import EventLog, Numbered
from dreamlab.tasks.task import Allowance

logger = logging.getLogger(__name__)


class _Run:
    """A run in this process: its task's thread writes, the event loop's thread reads."""

    def __init__(self, max_bytes: float) -> None:
        self.log = EventLog(max_bytes)
        self.stop = threading.Event()


_runs: dict[str, _Run] = {}

#: Jobs that were told to stop before they began.
_stopped: deque[str] = deque(maxlen=256)


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
    current = _runs[job] = _Run(allowance.max_bytes)
    if job in _stopped:
        current.stop.set()
    resumed = [event.seconds for event in assignment.resume if isinstance(event, Checkpoint)]
    began = time.monotonic() - sum(resumed)
    finished, error = False, None
    try:
        with _engine_warnings() as sentences:
            try:
                memory = Limits.from_environment().memory  # this machine's, not the page's
                allowance = dataclasses.replace(allowance, memory=memory)
                finished = task.run(
                    assignment.resume, current.log.append, current.stop.is_set, allowance
                )
            except Exception as problem:
                error = _sentence(problem, task.noun)
        for sentence in sentences:
            current.log.append(Warned(sentence))
    finally:
        del _runs[job]
    state: Ended = "failed" if error else "done" if finished else "cancelled"
    seconds, dropped = time.monotonic() - began, current.log.dropped
    return Outcome(state, seconds, error, current.log.since(0), dropped)


def poll(job: str, acknowledged: int, stop: bool) -> tuple[Numbered, ...] | None:
    """Return the events of a run from a number on, and stop it if asked to.

    Parameters
    ----------
    job : str
        Id of the job.
    acknowledged : int
        Number of the first event that is not known yet; those before it are forgotten.
    stop : bool
        Whether the run is to stop.

    Returns
    -------
    tuple of (int, Event), or None
        Each event with its number; None if the job does not run here.
    """
    current = _runs.get(job)
    if current is None:
        if stop:
            _stopped.append(job)
        return None
    if stop:
        current.stop.set()
    return current.log.since(acknowledged)


@contextmanager
def _engine_warnings() -> Iterator[list[str]]:
    """Collect the warnings of dreamlab itself; a library's warnings say nothing to a visitor."""
    sentences: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield sentences
    home = Path(__file__).parents[1]
    sentences.extend(
        str(warning.message) for warning in caught if home in Path(warning.filename).parents
    )


def _sentence(problem: Exception, noun: str) -> str:
    if isinstance(problem, DreamError):
        return str(problem)
    kind = type(problem).__name__
    # Only where it happened: a message may quote what the visitor typed.
    where = "".join(traceback.format_tb(problem.__traceback__))
    logger.error("%s failed: %s\n%s", noun, kind, where)
    if isinstance(problem, MemoryError):
        return f"the {noun} needs more memory than there is: choose a smaller picture"
    return (
        f"the {noun} failed in a way nobody foresaw ({kind}); the log has more: try other settings"
    )
