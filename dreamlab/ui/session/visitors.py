"""Which dreams belong to which visitor: names of jobs, kept while the server runs.

A visit has an unguessable name that stands in the address, so that a page that is loaded again
finds its dreams, running or finished; in the same browser only, so that an address that was
passed on shows nobody's pictures. Pictures are not here: they stay with the backend.
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

#: The cookie that tells one browser from another: random, and gone when the browser is closed.
COOKIE = "dreamlab_browser"

#: Comparisons kept for a visitor, and visitors kept; the oldest go first.
MAX_BATCHES = 5
MAX_VISITS = 500


@dataclass(frozen=True)
class Run:
    """One variant that was sent off.

    Parameters
    ----------
    job : str
        Name of its job.
    name : str
        Name of the variant.
    colour : int
        Index of its colour.
    config : DreamConfig
        Its settings.
    """

    job: str
    name: str
    colour: int
    config: DreamConfig


@dataclass(frozen=True)
class Batch:
    """The variants that one press of *Dream* sent off.

    Parameters
    ----------
    number : int
        1 for the visitor's first.
    runs : tuple of Run
        In the order of the page.
    alt : str
        What the picture they began from shows.
    """

    number: int
    runs: tuple[Run, ...]
    alt: str


@dataclass(frozen=True)
class AnalysisRun:
    """One analysis that was sent off.

    Parameters
    ----------
    job : str
        Name of its job.
    task : AnalysisTask
        The task, without its picture.
    digest : str
        SHA-256 of the picture, in hexadecimal; nothing where there is none.
    """

    job: str
    task: AnalysisTask
    digest: str

    @classmethod
    def of(cls, job: str, task: AnalysisTask) -> "AnalysisRun":
        """Note that a task was sent off as a job."""
        return cls(job, *_stripped(task))

    def is_same(self, task: AnalysisTask) -> bool:
        """Say whether this is the same task, on the same picture."""
        return (self.task, self.digest) == _stripped(task)


def _stripped(task: AnalysisTask) -> tuple[AnalysisTask, str]:
    digest = "" if task.picture is None else task.picture.digest
    return dataclasses.replace(task, picture=None), digest


@dataclass
class Visit:
    """What one visitor has sent off, oldest first.

    Parameters
    ----------
    browser : str
        The visitor's browser, by its cookie; nothing where it takes no cookies.
    name : str
        Unguessable name of the visit.
    batches : list of Batch
        The latest comparisons.
    analyses : dict
        The latest run of each analysis, by the analysis's name.
    sessions : set of str
        Streamlit's names of the tabs that show the visit, or have shown it.
    """

    browser: str = ""
    name: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    batches: list[Batch] = field(default_factory=list)
    analyses: dict[str, AnalysisRun] = field(default_factory=dict)
    sessions: set[str] = field(default_factory=set)

    @property
    def owner(self) -> str:
        """Who takes turns with other visitors: the browser, however many tabs it has open."""
        return self.browser or self.name

    @property
    def jobs(self) -> list[str]:
        """All its jobs that may still be kept."""
        jobs = [run.job for batch in self.batches for run in batch.runs]
        return jobs + [run.job for run in self.analyses.values()]

    def keep(self, runs: tuple[Run, ...], alt: str) -> list[str]:
        """Add a batch and return the jobs of those that had to go for it."""
        number = self.batches[-1].number + 1 if self.batches else 1
        self.batches.append(Batch(number, runs, alt))
        oldest = self.batches[:-MAX_BATCHES]
        del self.batches[:-MAX_BATCHES]
        return [run.job for batch in oldest for run in batch.runs]

    def is_connected(self) -> bool:
        """Say whether a tab that shows it is connected."""
        if runtime.exists():
            active = runtime.get_instance().is_active_session
            self.sessions -= {session for session in tuple(self.sessions) if not active(session)}
        return bool(self.sessions)


class Visits:
    """The visits of this server that have sent something off, to be found again.

    Parameters
    ----------
    max_seconds : float
        Longest a visit is remembered after it was last seen.
    """

    def __init__(self, max_seconds: float) -> None:
        self._max_seconds = max_seconds
        self._visits: OrderedDict[str, tuple[Visit, float]] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, name: str, browser: str) -> Visit | None:
        """Return the visit of that name, if it is that browser's; none is of a nameless one."""
        with self._lock:
            visit, _ = self._visits.get(name, (None, 0.0))
        return visit if visit is not None and browser and visit.browser == browser else None

    def touch(self, visit: Visit) -> None:
        """Note that a visitor is here."""
        with self._lock:
            if visit.name in self._visits:
                self._visits[visit.name] = visit, time.monotonic()
                self._visits.move_to_end(visit.name)

    def add(self, visit: Visit, busy: Callable[[Visit], bool]) -> None:
        """Remember a visit; the oldest go, but for those that are busy."""
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
