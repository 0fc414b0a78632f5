"""The visits of this server: each visitor's jobs, by name; pictures stay with the backend.

A visit has an unguessable name, which is part of the address: a reloaded page finds its dreams by
that name. Only the same browser finds them, so a shared address shows nobody's pictures.
"""

import dataclasses
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from streamlit import runtime

from dreamlab.config import DreamConfig
from dreamlab.tasks.analysis_task import AnalysisTask

#: Name of the cookie that identifies a browser: a random value, deleted when the browser closes.
COOKIE = "dreamlab_browser"

#: Most batches of a visit, and most visits; the oldest are dropped first.
MAX_BATCHES = 5
MAX_VISITS = 500


#: Settings of analyses in which two networks cannot but differ.
_OF_NETWORK = ("layers", "layer", "channels")


@dataclass(frozen=True)
class Run:
    """The job of a variant.

    Parameters
    ----------
    job : str
        Name of the job.
    name : str
        Name of the variant.
    colour : int
        Index of the variant's colour.
    config : DreamConfig
        Settings of the dream.
    model : str
        Name of its network.
    of : str
        Name of its picture, where the batch has several; else empty.
    """

    job: str
    name: str
    colour: int
    config: DreamConfig
    model: str
    of: str = ""

    @property
    def told(self) -> str:
        """The variant's name, and that of its picture where the batch has several."""
        return f"{self.name} · {self.of}" if self.of else self.name


@dataclass(frozen=True)
class Batch:
    """The runs that one click on *Dream* started.

    Parameters
    ----------
    number : int
        Number of the batch; the visitor's first is 1.
    runs : tuple of Run
        The runs, in the order of the page.
    alt : str
        Description of the original picture.
    """

    number: int
    runs: tuple[Run, ...]
    alt: str

    def alt_of(self, run: Run) -> str:
        """Return the description of the original picture of a run."""
        return f"{self.alt}, {run.of}" if run.of else self.alt


@dataclass(frozen=True)
class AnalysisRun:
    """The job of an analysis.

    Parameters
    ----------
    job : str
        Name of the job.
    task : AnalysisTask
        The task, without its picture or pictures.
    digest : str
        SHA-256 of the picture or pictures, in hexadecimal; empty if there is none.
    """

    job: str
    task: AnalysisTask
    digest: str

    @classmethod
    def of(cls, job: str, task: AnalysisTask) -> "AnalysisRun":
        """Return the run of a task as a job."""
        return cls(job, *_stripped(task))

    def is_same(self, task: AnalysisTask) -> bool:
        """Return whether a task is the same, with the same picture."""
        return (self.task, self.digest) == _stripped(task)

    def differences(self, other: "AnalysisRun") -> list[str]:
        """Return in what it differs from the run of another network, which has its own layers."""
        mine, others = self.task.settings.to_dict(), other.task.settings.to_dict()
        picture = ["picture"] if self.digest != other.digest else []
        return picture + [
            name for name in mine if name not in _OF_NETWORK and mine[name] != others[name]
        ]


def _stripped(task: AnalysisTask) -> tuple[AnalysisTask, str]:
    given = task.picture or task.pictures
    digest = "" if given is None else given.digest
    return dataclasses.replace(task, picture=None, pictures=None), digest


@dataclass
class Visit:
    """The jobs of one visitor, oldest first.

    Parameters
    ----------
    browser : str
        Cookie of the visitor's browser; empty if it takes no cookies.
    name : str
        Unguessable name of the visit.
    batches : list of Batch
        The latest comparisons.
    analyses : dict
        The latest run of each analysis of each network, by both names; by its own and "" of an
        analysis of all networks.
    sessions : set of str
        Streamlit's session names of the tabs that show the visit, or have shown it.
    frame : str
        Query that the visit's frame began with; empty if the visit did not begin in a frame.
    """

    browser: str = ""
    name: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    batches: list[Batch] = field(default_factory=list)
    analyses: dict[tuple[str, str], AnalysisRun] = field(default_factory=dict)
    sessions: set[str] = field(default_factory=set)
    frame: str = ""

    @property
    def owner(self) -> str:
        """Name that shares the queue fairly: the browser, whatever the number of its tabs."""
        return self.browser or self.name

    @property
    def jobs(self) -> list[str]:
        """All jobs of the visit that the backend may still hold."""
        jobs = [run.job for batch in self.batches for run in batch.runs]
        return jobs + [run.job for run in self.analyses.values()]

    def keep(self, runs: tuple[Run, ...], alt: str) -> list[str]:
        """Add a batch; return the jobs of the batches dropped for it."""
        number = self.batches[-1].number + 1 if self.batches else 1
        self.batches.append(Batch(number, runs, alt))
        oldest = self.batches[:-MAX_BATCHES]
        del self.batches[:-MAX_BATCHES]
        return [run.job for batch in oldest for run in batch.runs]

    def is_connected(self) -> bool:
        """Return whether a tab that shows the visit is connected."""
        if runtime.exists():
            active = runtime.get_instance().is_active_session
            self.sessions -= {session for session in tuple(self.sessions) if not active(session)}
        return bool(self.sessions)


class Visits:
    """The visits of this server that have jobs.

    Parameters
    ----------
    max_seconds : float
        Longest time that a visit stays after its last `touch`, in seconds.
    """

    def __init__(self, max_seconds: float) -> None:
        self._max_seconds = max_seconds
        self._visits: OrderedDict[str, tuple[Visit, float]] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, name: str, browser: str) -> Visit | None:
        """Return the visit of that name and browser; None for a browser without the cookie."""
        with self._lock:
            visit, _ = self._visits.get(name, (None, 0.0))
        return visit if visit is not None and browser and visit.browser == browser else None

    def in_frame(self, frame: str, browser: str) -> Visit | None:
        """Return the browser's latest visit that began in a frame with that query, or None."""
        with self._lock:
            visits = [visit for visit, _ in self._visits.values() if frame and browser]
        found = (
            visit for visit in reversed(visits) if (visit.frame, visit.browser) == (frame, browser)
        )
        return next(found, None)

    def touch(self, visit: Visit) -> None:
        """Renew the time of a visit."""
        with self._lock:
            if visit.name in self._visits:
                self._visits[visit.name] = visit, time.monotonic()
                self._visits.move_to_end(visit.name)

    def add(self, visit: Visit, busy: Callable[[Visit], bool]) -> None:
        """Store a visit; drop the oldest visits, except busy ones."""
        with self._lock:
            now = time.monotonic()
            self._visits[visit.name] = visit, now
            self._visits.move_to_end(visit.name)
            over = len(self._visits) - MAX_VISITS
            for name, (old, last) in list(self._visits.items()):
                if over <= 0 and now - last <= self._max_seconds:
                    break
                if old is not visit and not busy(old):
                    del self._visits[name]
                    over -= 1
