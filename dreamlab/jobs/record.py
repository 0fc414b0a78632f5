"""What is known of one job, from the queue to its result."""

import logging
import time
from dataclasses import dataclass, field, replace

from dreamlab.analysis import Findings, Item
from dreamlab.config.provenance import Provenance
from dreamlab.images import load_image, to_pixels
from dreamlab.jobs.events import Checkpoint, Outcome, Progress, Seen
from dreamlab.jobs.protocol import AnalysisRequest, Request, Result, State, Status
from dreamlab.results.recording import Recording
from dreamlab.results.run_data import Frame, LossPoint

logger = logging.getLogger("dreamlab.jobs")

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
    request: Request | AnalysisRequest  # without its picture once the result has that
    octaves: int
    iterations: int
    work: float
    state: State = "queued"
    submitted: float = field(default_factory=time.monotonic)
    began: float | None = None
    clock: float = field(default_factory=time.monotonic)  # the time it may run counts from: `hear`
    ended: float | None = None
    takes: int = 0
    attempts: int = 0
    stop_asked: float | None = None
    over_limit: str | None = None  # why it was stopped, if not by its visitor
    latest: Progress = Progress()
    losses: tuple[LossPoint, ...] = ()
    frames: tuple[Frame, ...] = ()
    preview: bytes | None = None
    seen: Seen = Seen()
    checkpoint: Checkpoint | None = None
    provenance: Provenance | None = None
    items: tuple[Item, ...] = ()
    result: Result | Findings | None = None
    warnings: tuple[str, ...] = ()
    error: str | None = None
    notice: str | None = None

    def status(
        self,
        place: int,
        expected_wait: float | None,
        seconds_left: float | None,
        notice: str | None,
    ) -> Status:
        """Return where the job is, given its place in the queue and what is expected of it."""
        latest, request = self.latest, self.request
        return Status(
            id=self.id,
            state=self.state,
            place=place,
            octave=latest.octave,
            octaves=self.octaves,
            iteration=latest.iteration,
            iterations=self.iterations,
            height=latest.height,
            width=latest.width,
            fraction=1.0 if self.state == "done" else latest.fraction,
            losses=self.losses,
            preview=self.preview,
            seconds=self.elapsed,
            seconds_left=seconds_left,
            warnings=self.warnings,
            error=self.error,
            expected_wait=expected_wait,
            stopping=self.state == "running" and self.stop_asked is not None,
            notice=notice,
            doing=latest.doing,
            items=request.merged(self.items) if isinstance(request, AnalysisRequest) else (),
        )

    @property
    def elapsed(self) -> float | None:
        """Seconds it has run, or ran; None if it has not begun."""
        return None if self.began is None else (self.ended or time.monotonic()) - self.began

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
        self.notice = "its worker was lost; it is tried once more"
        if isinstance(self.request, AnalysisRequest):
            self.request = replace(self.request, found=self.request.merged(self.items))
        if self.checkpoint is None:
            self.seen = Seen()
            return
        octave = self.checkpoint.octave
        self.notice += f" from octave {octave + 1}"
        losses = tuple(point for point in self.losses if point.octave < octave)
        frames = tuple(frame for frame in self.frames if frame.octave < octave)
        self.checkpoint = replace(self.checkpoint, losses=losses, frames=frames)
        self.seen = Seen(losses=len(losses), octaves=octave, checkpoint=octave)

    def finish(self, outcome: Outcome) -> None:
        """Take in how the run ended, and let go of all that its result has."""
        now = time.monotonic()
        if isinstance(outcome.result, Result):
            self.losses = tuple(outcome.result.recording.losses)
        if self.began is None and outcome.seconds:  # over before anybody looked
            self.began = max(self.submitted, now - outcome.seconds)
        if outcome.last is not None:
            self.latest = outcome.last
            self.preview = outcome.last.preview or self.preview
        self.result = outcome.result or self.salvage()
        self.warnings = outcome.warnings
        self.state, self.error = outcome.state, outcome.error
        if self.state == "cancelled" and self.over_limit:
            self.state, self.error = "failed", self.over_limit
        self.ended = now
        if isinstance(self.request, AnalysisRequest):
            self.request = replace(self.request, found=())
        if self.result is not None:
            self.request = replace(self.request, image=b"")
        self.frames = self.items = ()
        self.checkpoint = None
        logger.info(
            "dream %s: %d octaves, %d steps each, waited %.1f s, ran %.1f s, %d kB",
            self.state,
            self.octaves,
            self.iterations,
            (self.began or now) - self.submitted,
            self.elapsed or 0.0,
            self.nbytes // 1000,
        )

    def salvage(self) -> Result | Findings | None:
        """Make a result of what was told before the worker died, or None if that is nothing."""
        if isinstance(self.request, AnalysisRequest):
            return self.request.partial(self.items, self.latest.seconds)
        if not self.frames or self.provenance is None:
            return None
        return Result.of(_recording(self, self.request, self.provenance))

    @property
    def original(self) -> bytes:
        """The picture it began from, as PNG."""
        return self.request.image if self.result is None else self.result.original

    def over_time(self, now: float, limit: float) -> bool:
        """Whether its time is over, which may be so many seconds; it then notes what to say."""
        if now - self.clock > limit:
            self.over_limit = (
                f"its worker did not begin the dream within {limit:g} s: try it again"
                if self.waits
                else f"the dream ran longer than the {limit:g} s it may: choose a smaller picture, "
                "fewer iterations or fewer octaves"
            )
        return self.over_limit is not None

    def over_patience(self, seconds: float) -> bool:
        """Whether it was told to stop more than so many seconds ago.

        It may have ended here already, while its worker is still busy with it.
        """
        return self.stop_asked is not None and time.monotonic() - self.stop_asked > seconds

    @property
    def nbytes(self) -> int:
        """About how many bytes it holds."""
        total = _RECORD_BYTES + _LOSS_BYTES * len(self.losses)
        total += len(self.preview or b"") + len(self.request.image)
        if self.result is not None:
            total += self.result.nbytes
        return total


def _recording(record: Record, request: Request, provenance: Provenance) -> Recording:
    """Return the recording of what a worker told of a run that it did not end."""
    recording = Recording(every=request.every)
    recording.provenance = provenance
    recording.original = to_pixels(load_image(request.image))
    recording.frames = list(record.frames)
    recording.losses = list(record.losses)
    recording.seconds = record.latest.seconds
    return recording
