"""A visitor's jobs: what was sent off, and what the page shows of it."""

import dataclasses
import secrets
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import NamedTuple

from streamlit import runtime

from dreamlab.comparison.comparison import Comparison
from dreamlab.config import DreamConfig
from dreamlab.images import Picture
from dreamlab.tasks.analysis_task import AnalysisTask
from dreamlab.ui.session.start_place import StartPlace

#: Name of the cookie that identifies a browser: a random value.
COOKIE = "dreamlab_browser"

#: Most batches that a visit shows; the oldest are dropped first.
MAX_BATCHES = 5


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
    start : StartPlace or None
        What it goes on from; None for a dream of the page's picture.
    of : str
        Name of its picture, where the batch has several; else empty.
    """

    job: str
    name: str
    colour: int
    config: DreamConfig
    model: str
    start: StartPlace | None = None
    of: str = ""

    @property
    def told(self) -> str:
        """The variant's name, and that of its picture where the batch has several."""
        return f"{self.name} · {self.of}" if self.of else self.name


@dataclass(frozen=True)
class Batch:
    """Dreams that are shown side by side, such as those that one click on *Dream* started.

    Parameters
    ----------
    number : int
        Number of the batch in its visit, which begins with 1.
    runs : tuple of Run
        The runs, in the order of the page.
    alt : str
        Description of the original picture; empty if they have several.
    comparison : Comparison or None
        The comparison that they are of, if it is known.
    sent : float
        When they were sent off, as `time.time` has it.
    name : str
        Name of the batch, which it has in all visits.
    """

    number: int
    runs: tuple[Run, ...]
    alt: str
    comparison: Comparison | None = None
    sent: float = field(default_factory=time.time)
    name: str = field(default_factory=lambda: secrets.token_urlsafe(16))

    def without(self, jobs: Collection[str]) -> "Batch":
        """Return it without the runs of some jobs."""
        runs = tuple(run for run in self.runs if run.job not in jobs)
        return self if len(runs) == len(self.runs) else dataclasses.replace(self, runs=runs)

    def alt_of(self, run: Run, original: Picture | None) -> str:
        """Return the description of the original picture of a run, by itself if it is there."""
        described = self.alt if original is None else original.name
        # A picture without a name of its own is named by the start of what describes it.
        of = "" if described.startswith(run.of) else run.of
        return ", ".join(filter(None, (described, of)))


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


class Starts(NamedTuple):
    """What the variants of a comparison go on from, in their order; None is the page's picture."""

    comparison: Comparison
    places: tuple[StartPlace | None, ...]


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
        The latest comparisons, and those opened from the shelf.
    analyses : dict
        The latest run of each analysis of each network, by both names; by its own and "" of an
        analysis of all networks.
    sessions : set of str
        Streamlit's session names of the tabs that show the visit, or have shown it.
    frame : str
        Query that the visit's frame began with; empty if the visit did not begin in a frame.
    deleted : set of int
        Numbers of the batches whose dreams the visitor deleted.
    starts : list of Starts
        What the variants go on from that each tab showed last; see `kept_starts`.
    """

    browser: str = ""
    name: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    batches: list[Batch] = field(default_factory=list)
    analyses: dict[tuple[str, str], AnalysisRun] = field(default_factory=dict)
    sessions: set[str] = field(default_factory=set)
    frame: str = ""
    deleted: set[int] = field(default_factory=set)
    starts: list[Starts] = field(default_factory=list)

    @property
    def owner(self) -> str:
        """Name that shares the queue fairly: the browser, whatever the number of its tabs."""
        return self.browser or self.name

    @property
    def jobs(self) -> list[str]:
        """All jobs of the visit that the backend may still hold."""
        jobs = [run.job for batch in self.batches for run in batch.runs]
        return jobs + [run.job for run in self.analyses.values()]

    def keep(
        self, runs: tuple[Run, ...], alt: str, comparison: Comparison | None = None
    ) -> list[str]:
        """Add the runs of a click; return the jobs that the visit no longer shows for them."""
        return self._add(Batch(0, runs, alt, comparison))

    def open(self, batch: Batch) -> int:
        """Show a batch that another visit may have made; return its number in this one."""
        for known in self.batches:
            if known.name == batch.name:
                return known.number
        self._add(batch)
        return self.batches[-1].number

    def _add(self, batch: Batch) -> list[str]:
        number = 1 + max((known.number for known in self.batches), default=0)
        number = max(number, 1 + max(self.deleted, default=0))
        batches = [*self.batches, dataclasses.replace(batch, number=number)]
        self.batches = batches[-MAX_BATCHES:]
        return [run.job for old in batches[:-MAX_BATCHES] for run in old.runs]

    def remove(self, jobs: Collection[str]) -> None:
        """Show no more of some jobs, which were deleted."""
        left = [batch.without(jobs) for batch in self.batches]
        self.deleted |= {batch.number for batch in left if not batch.runs}
        self.batches = [batch for batch in left if batch.runs]

    def is_connected(self) -> bool:
        """Return whether a tab that shows the visit is connected."""
        return connected(self.sessions)


def connected(sessions: set[str]) -> bool:
    """Return whether a tab of some sessions is connected; the others are taken out of the set."""
    if runtime.exists():
        active = runtime.get_instance().is_active_session
        sessions -= {session for session in tuple(sessions) if not active(session)}
    return bool(sessions)
