"""What a worker is given, and how it says that it is done."""

from dataclasses import dataclass
from typing import Literal

from dreamlab.jobs.protocol import Ended
from dreamlab.tasks.events import Event
from dreamlab.tasks.log import Numbered
from dreamlab.tasks.task import Task

#: How a run ended in its worker.
State = Ended | Literal["gave way"]


@dataclass(frozen=True)
class Outcome:
    """How a run ended in its worker.

    Parameters
    ----------
    state : str
        ``done``, ``cancelled``, ``failed`` or ``gave way``.
    seconds : float
        How long it ran.
    error : str or None
        Why it failed, in one sentence.
    events : tuple of (int, Event)
        Its events that were not acknowledged yet, each with its number.
    dropped : int
        Frames that the worker had no room for.
    """

    state: State
    seconds: float = 0.0
    error: str | None = None
    events: tuple[Numbered, ...] = ()
    dropped: int = 0


@dataclass(frozen=True)
class Assignment:
    """What a worker is given: a snapshot of a job, which does not change.

    Parameters
    ----------
    job : str
        Id of the job.
    task : Task
        What to run.
    resume : tuple of Event
        Events of an earlier run to resume from.
    dispatch : int
        How often the job was given to a worker, with this time: a run that was given up may
        still be under way.
    behind : float
        Seconds of earlier runs that this one does not do again.
    """

    job: str
    task: Task
    resume: tuple[Event, ...] = ()
    dispatch: int = 1
    behind: float = 0.0
