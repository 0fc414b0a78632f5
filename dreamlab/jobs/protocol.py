"""What a job is, and what the page needs of whoever runs it."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from dreamlab.analysis import Findings, Item, Settings
from dreamlab.config import DreamConfig
from dreamlab.config.deployment import Limits
from dreamlab.images import png
from dreamlab.results.recording import Recording
from dreamlab.results.run_data import LossPoint

Ended = Literal["done", "cancelled", "failed"]
State = Literal["queued", "running"] | Ended


@dataclass(frozen=True)
class Request:
    """One dream to be dreamt.

    Parameters
    ----------
    image : bytes
        The picture, as PNG.
    config : DreamConfig
        The settings.
    model : str
        Name of the network in the zoo, or path of the user's own.
    every : int or None
        Keep a frame after every so many steps too.
    """

    image: bytes
    config: DreamConfig
    model: str = "vgg16"
    every: int | None = None

    @property
    def precision(self) -> str:
        """The number format that is asked for."""
        return self.config.precision


@dataclass(frozen=True)
class AnalysisRequest:
    """One analysis to be run.

    Parameters
    ----------
    image : bytes
        The picture, as PNG; nothing for an analysis that goes without.
    analysis : str
        Its name in `dreamlab.analysis.ANALYSES`.
    settings : Settings
        The analysis's own.
    model : str
        Name of the network in the zoo, or path of the user's own.
    found : tuple of Item
        What an earlier run with the same settings found; it is not looked for again.
    """

    image: bytes = field(repr=False)
    analysis: str
    settings: Settings
    model: str = "vgg16"
    found: tuple[Item, ...] = field(default=(), repr=False)

    @property
    def precision(self) -> str:
        """The number format that is asked for."""
        return self.settings.precision

    def merged(self, items: Iterable[Item]) -> tuple[Item, ...]:
        """Return these items and what an earlier run had found besides."""
        return tuple({item.key: item for item in (*self.found, *items)}.values())

    def partial(self, items: Iterable[Item], seconds: float) -> Findings | None:
        """Return what was found by a run that broke off and before it, or None if nothing was."""
        items, settings = self.merged(items), self.settings.to_dict()
        if not items:
            return None
        return Findings(self.analysis, settings, self.model, "", items, False, seconds, self.image)


@dataclass(frozen=True)
class Status:
    """Where a job is.

    Parameters
    ----------
    id : str
        Unguessable name of the job.
    state : str
        ``queued``, ``running``, ``done``, ``cancelled`` or ``failed``.
    place : int
        Place in the queue while queued, from 1 (next); 0 otherwise.
    octave, iteration : int
        The step it is at, counted from 0.
    octaves, iterations : int
        How many there are.
    height, width : int
        Size of the octave it is at, in pixels.
    fraction : float
        Share of the work that is done, 0 to 1.
    losses : tuple of LossPoint
        All losses so far.
    preview : bytes or None
        The latest picture, as JPEG.
    seconds, seconds_left : float or None
        How long it has run, and is expected to run yet.
    warnings : tuple of str
        What the engine warned of, a sentence each.
    error : str or None
        Why it failed, in one sentence.
    expected_wait : float or None
        Seconds until it is expected to start while queued; None where nothing was measured yet.
    stopping : bool
        True from the moment it was told to stop until it has.
    notice : str or None
        What keeps it from going on at the moment, in one sentence, such as a worker that is gone.
    doing : str
        What an analysis is at, in a few words; octaves, steps, losses and preview are a dream's.
    items : tuple of Item
        What an analysis has found so far; once it has ended, its result has them.
    """

    id: str
    state: State
    place: int = 0
    octave: int = 0
    octaves: int = 0
    iteration: int = 0
    iterations: int = 0
    height: int = 0
    width: int = 0
    fraction: float = 0.0
    losses: tuple[LossPoint, ...] = ()
    preview: bytes | None = None
    seconds: float | None = None
    seconds_left: float | None = None
    warnings: tuple[str, ...] = ()
    error: str | None = None
    expected_wait: float | None = None
    stopping: bool = False
    notice: str | None = None
    doing: str = ""
    items: tuple[Item, ...] = field(default=(), repr=False)

    @property
    def active(self) -> bool:
        """Whether it is still to change: queued or running."""
        return self.state in ("queued", "running")


@dataclass(frozen=True)
class Result:
    """What a dream leaves: all of it when done, the part done when cancelled or failed.

    Parameters
    ----------
    recording : Recording
        Losses and frames.
    pictures : tuple of bytes
        The recording's frames as PNG, one for one.
    original : bytes
        The picture the run began from, as PNG.
    """

    recording: Recording
    pictures: tuple[bytes, ...] = field(repr=False)
    original: bytes = field(repr=False)

    @classmethod
    def of(cls, recording: Recording) -> "Result":
        """Make the PNGs of a recording; raises `DreamError` if it is empty."""
        pictures = tuple(png(frame.pixels) for frame in recording.frames)
        return cls(recording, pictures, png(recording.original))

    @property
    def nbytes(self) -> int:
        """Bytes of all its pictures."""
        return len(self.original) + sum(map(len, self.pictures)) + self.recording.nbytes


class Backend(Protocol):
    """What the page needs of whoever runs the jobs."""

    @property
    def limits(self) -> Limits:
        """What the deployment allows."""

    @property
    def workers(self) -> frozenset[str]:
        """Addresses of the workers that are there."""

    @property
    def problem(self) -> str | None:
        """What keeps all dreams from going on, in one sentence, or None."""

    def submit(self, owner: str, request: Request | AnalysisRequest) -> str:
        """Queue a job for a visitor and return its id; raises `DreamError` if it cannot run."""

    def status(self, job: str) -> Status:
        """Return where a job is; raises `DreamError` for an id it does not know."""

    def cancel(self, job: str) -> None:
        """Stop a job, keeping what is done; one that has ended stays as it is."""

    def result(self, job: str) -> Result | Findings | None:
        """Return what a job that has ended leaves, or None if it left nothing."""

    def forget(self, job: str) -> None:
        """Cancel a job if need be and drop all that is kept of it."""

    def estimate(self, request: Request | AnalysisRequest) -> float | None:
        """Return the seconds a job is expected to run, or None if nothing was measured yet."""

    def ready(self) -> bool:
        """Whether a worker stands by with the network loaded."""

    def original(self, job: str) -> bytes:
        """Return the picture a job began from, as PNG; nothing for a job that has none."""

    def orphan(self, jobs: Collection[str], back: Callable[[], bool]) -> None:
        """Note that a visitor left: some time later the jobs are cancelled unless ``back()``."""

    def counters(self) -> dict[str, float]:
        """Return how many jobs are queued and running, how many ended how, and their seconds."""

    def close(self) -> None:
        """End the workers that were started here; what runs is lost."""
