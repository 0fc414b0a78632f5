"""All jobs that are remembered, bounded in bytes and age."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from dreamlab.analysis import Findings, Item
from dreamlab.config.provenance import Provenance
from dreamlab.errors import DreamError
from dreamlab.images import load_image, png, to_pixels
from dreamlab.jobs.events import Checkpoint, Progress, Seen
from dreamlab.jobs.protocol import AnalysisRequest, Request, Result, State
from dreamlab.results.recording import Frame, LossPoint, Recording

#: Rough bytes of a record without pictures, and of a row of its loss table.
_RECORD_BYTES = 2_000
_LOSS_BYTES = 500

#: Longest that a network may take to load, and be downloaded at a slow line's pace, in seconds.
LOAD_SECONDS = 1200.0


@dataclass(eq=False, kw_only=True)
class Record:
    """All that is known of one job; times are `time.monotonic` seconds."""

    id: str
    owner: str
    request: Request | AnalysisRequest | None  # None once it has ended: the result has the picture
    octaves: int
    iterations: int
    work: float
    state: State = "queued"
    submitted: float = field(default_factory=time.monotonic)
    began: float | None = None
    clock: float | None = None  # when the time that it may run began to count: see `hear`
    ended: float | None = None
    takes: int = 0
    attempts: int = 0
    stop_asked: float | None = None
    over_limit: str | None = None  # why it was stopped, if not by its visitor
    latest: Progress | None = None
    losses: tuple[LossPoint, ...] = ()
    frames: tuple[Frame, ...] = ()
    preview: bytes | None = None
    seen: Seen = Seen()
    checkpoint: Checkpoint | None = None
    provenance: Provenance | None = None
    items: tuple[Item, ...] = ()
    result: Result | Findings | None = None
    image: bytes = b""  # what it began from, once it has ended without a result
    warnings: tuple[str, ...] = ()
    error: str | None = None
    notice: str | None = None

    def hold(self) -> None:
        """Count no time up to now, neither of what it may run nor of what it may take to stop."""
        now = time.monotonic()
        self.clock = now - (self.checkpoint.seconds if self.checkpoint else 0.0)
        if self.stop_asked is not None:
            self.stop_asked = now

    def hear(self, news: Progress | None) -> None:
        """Note that its worker answered; None is told of a run that is not there.

        While it waits for others or for its network it does nothing itself, and could not stop.
        Silence is no such excuse: of a worker that does not answer all time counts.
        """
        if news is None:
            if self.began is None:
                self.hold()
        elif news.loading:
            before = self.checkpoint.seconds if self.checkpoint else 0.0
            if news.seconds - before < LOAD_SECONDS:
                self.hold()

    @property
    def waits(self) -> bool:
        """Whether it runs, but its worker has not told yet that it had its network."""
        return self.state == "running" and (self.began is None or self.latest.loading)

    def advance(self, news: Progress) -> None:
        """Take in what a worker tells of the run."""
        if self.began is None:
            self.began = time.monotonic() - news.seconds
        self.latest = news
        # In a second attempt what the first one left of octaves not ended is replaced.
        if news.losses:
            self.losses = self.losses[: self.seen.losses] + news.losses
        if news.items:
            self.items = self.items[: self.seen.items] + news.items
        octaves = self.seen.octaves
        if news.frames:
            kept = tuple(frame for frame in self.frames if frame.octave < octaves)
            self.frames = kept + news.frames
            octaves = news.frames[-1].octave + 1
        if news.preview is not None:
            self.preview = news.preview
        self.provenance = news.provenance or self.provenance
        self.checkpoint = news.checkpoint or self.checkpoint
        self.seen = Seen(
            self.seen.losses + len(news.losses),
            octaves,
            news.previews,
            self.checkpoint.octave if self.checkpoint else 0,
            self.seen.items + len(news.items),
        )

    def start_over(self) -> None:
        """Prepare for another attempt, which goes on after the last octave or item that ended."""
        self.state = "queued"
        self.began = None
        if isinstance(self.request, AnalysisRequest):
            self.request = replace(self.request, found=self.request.merged(self.items))
        if self.checkpoint is None:
            self.seen = Seen()
            return
        octave = self.checkpoint.octave
        losses = tuple(point for point in self.losses if point.octave < octave)
        frames = tuple(frame for frame in self.frames if frame.octave < octave)
        self.checkpoint = replace(self.checkpoint, losses=losses, frames=frames)
        self.seen = Seen(losses=len(losses), octaves=octave, checkpoint=octave)

    def salvage(self) -> Result | Findings | None:
        """Make a result of what was told before the worker died, or None if that is nothing."""
        if isinstance(self.request, AnalysisRequest):
            return self.request.partial(self.items, self.latest.seconds if self.latest else 0.0)
        if self.request is None or not self.frames:
            return None
        recording = Recording(every=self.request.every)
        recording.provenance = self.provenance
        recording.original = to_pixels(load_image(self.request.image))
        recording.frames = list(self.frames)
        recording.losses = list(self.losses)
        recording.seconds = self.latest.seconds if self.latest else 0.0
        pictures = tuple(png(frame.pixels) for frame in self.frames)
        return Result(recording, pictures, png(recording.original))

    def over_patience(self, seconds: float) -> bool:
        """Whether it was told to stop more than so many seconds ago.

        It may have ended here already, while its worker is still busy with it.
        """
        return self.stop_asked is not None and time.monotonic() - self.stop_asked > seconds

    @property
    def nbytes(self) -> int:
        """About how many bytes it holds."""
        total = _RECORD_BYTES + _LOSS_BYTES * len(self.losses)
        total += len(self.preview or b"") + len(self.image)
        if self.result is not None:
            total += self.result.nbytes
        return total


class Store:
    """Records by job id; those that have ended go, oldest first, when the bounds are passed.

    Parameters
    ----------
    max_bytes : float
        Most bytes of records that have ended.
    max_seconds : float
        Longest a record is kept after its end.
    """

    def __init__(self, *, max_bytes: float, max_seconds: float) -> None:
        self.max_bytes = max_bytes
        self.max_seconds = max_seconds
        self._records: dict[str, Record] = {}

    def __iter__(self) -> Iterator[Record]:
        return iter(list(self._records.values()))

    def add(self, record: Record) -> None:
        """Remember a record."""
        self._records[record.id] = record

    def get(self, job: str) -> Record:
        """Return a job's record; raises `DreamError` if it is not (or no longer) known."""
        try:
            return self._records[job]
        except KeyError:
            raise DreamError("this dream is no longer kept: start it again") from None

    def drop(self, job: str) -> None:
        """Forget a record, if it is known."""
        self._records.pop(job, None)

    def evict(self, now: float) -> None:
        """Forget what is too old, then the oldest until the bytes fit; never what still runs."""
        ended = sorted(
            (record for record in self if record.ended is not None), key=lambda one: one.ended
        )
        total = sum(record.nbytes for record in ended)
        for record in ended:
            if total <= self.max_bytes and now - record.ended <= self.max_seconds:
                break
            total -= record.nbytes
            self.drop(record.id)
