"""What the page needs of whoever runs the jobs."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from dreamlab.config.deployment import DeploymentSettings
from dreamlab.images import Picture
from dreamlab.tasks.events import Event
from dreamlab.tasks.task import Result, Task

Ended = Literal["done", "cancelled", "failed"]
State = Literal["queued", "running"] | Ended


@dataclass(frozen=True)
class Status:
    """Where a job is, and its result so far.

    Parameters
    ----------
    id : str
        Unguessable name of the job.
    state : str
        ``queued``, ``running``, ``done``, ``cancelled`` or ``failed``.
    result : Recording, Findings or None
        The result as far as it came: all of it when done. None if there is nothing.
    picture : Picture or None
        The picture the job began from; None for a job that has none.
    preview : bytes or None
        The latest picture, as JPEG.
    place : int
        Place in the queue while queued, from 1 (next); 0 otherwise.
    fraction : float
        Share of the work that is done, 0 to 1.
    doing : str
        What it does, in a few words.
    seconds, seconds_left : float or None
        How long it has run, and is expected to run yet.
    expected_wait : float or None
        Seconds until it is expected to start while queued; None where nothing was measured yet.
    stopping : bool
        True from the moment it was told to stop until it has.
    warnings : tuple of str
        Warnings of the engine, a sentence each.
    error : str or None
        Why it failed, in one sentence.
    notice : str or None
        What keeps it from running at the moment, in one sentence, such as a lost worker.
    kept_seconds : float or None
        How much longer it is kept, at the most: it goes sooner where others need the memory. None
        while it is still to change.
    """

    id: str
    state: State
    result: Result | None = field(default=None, repr=False)
    picture: Picture | None = field(default=None, repr=False)
    preview: bytes | None = field(default=None, repr=False)
    place: int = 0
    fraction: float = 0.0
    doing: str = ""
    seconds: float | None = None
    seconds_left: float | None = None
    expected_wait: float | None = None
    stopping: bool = False
    warnings: tuple[str, ...] = ()
    error: str | None = None
    notice: str | None = None
    kept_seconds: float | None = None

    @property
    def active(self) -> bool:
        """Whether it is still to change: queued or running."""
        return self.state in ("queued", "running")


class Backend(Protocol):
    """What the page needs of whoever runs the jobs."""

    @property
    def settings(self) -> DeploymentSettings:
        """What the deployment allows."""

    @property
    def workers(self) -> frozenset[str]:
        """Addresses of the workers that are there."""

    @property
    def problem(self) -> str | None:
        """What keeps all jobs from running, in one sentence, or None."""

    def submit(
        self, owner: str, task: Task, resume: Sequence[Event] = (), *, address: str = ""
    ) -> str:
        """Queue a task for a visitor and return the job's id; raises `DreamError` if it cannot run.

        Parameters
        ----------
        owner : str
            The visitor.
        task : Task
            What to run.
        resume : sequence of Event
            Events of an earlier run that ended early, from which it resumes.
        address : str
            Where the visitor comes from; those of one address share a bound. Empty if not known.
        """

    def status(self, job: str) -> Status:
        """Return where a job is; raises `DreamError` for an unknown id."""

    def cancel(self, job: str) -> None:
        """Stop a job and keep what is done; one that has ended stays as it is."""

    def forget(self, job: str) -> None:
        """Cancel a job if need be, and drop all of it."""

    def estimate(self, task: Task) -> float | None:
        """Return the seconds a task is expected to run, or None if nothing was measured yet.

        Raises
        ------
        DreamError
            If it cannot run, or takes more than is allowed.
        """

    def ready(self) -> bool:
        """Whether a worker waits for jobs, its network loaded."""

    def orphan(self, jobs: Collection[str], back: Callable[[], bool]) -> None:
        """Note that a visitor left: some time later the jobs are cancelled unless ``back()``."""

    def counters(self) -> dict[str, float]:
        """Return how many jobs are queued and running, how many ended how, and their seconds."""

    def close(self) -> None:
        """End the workers that were started here; running jobs are lost."""
