"""What a run in a worker process has done so far, and what of it its follower has not seen."""

import threading
import time
from typing import TYPE_CHECKING

import numpy as np

from dreamlab.analysis import AnalysisStep, Item
from dreamlab.images import jpeg, to_pixels
from dreamlab.jobs.events import Checkpoint, Progress, Seen
from dreamlab.results.recording import Recording

if TYPE_CHECKING:
    from dreamlab.dream import Step

#: Longest side of a preview, in pixels, and the least seconds between two within an octave.
PREVIEW_SIDE = 640
PREVIEW_SECONDS = 1.0


class RunState:
    """A run's state in this process: its task's thread writes, the event loop's thread reads.

    Parameters
    ----------
    recording : Recording
        Where the steps of a dream pass through; empty.
    checkpoint : Checkpoint or None
        How far the run came before, in a process that died.
    """

    def __init__(self, recording: Recording, checkpoint: Checkpoint | None) -> None:
        self.recording = recording
        self.stop = threading.Event()
        self.loading = True
        self.checkpoint = checkpoint
        self.items: list[Item] = []
        self._began = time.monotonic()
        if checkpoint is not None:
            recording.losses += checkpoint.losses
            recording.frames += checkpoint.frames
            recording.seconds = checkpoint.seconds
            self._began -= checkpoint.seconds
        self._lock = threading.Lock()
        self._place = (0, 0, 0, 0, 0.0)  # octave, iteration, height, width, fraction
        self._doing = ""
        self._preview: bytes | None = None
        self._previews = 0
        self._previewed = -PREVIEW_SECONDS

    @property
    def seconds(self) -> float:
        """How long it has run, in all processes."""
        return time.monotonic() - self._began

    def advance(self, advance: AnalysisStep) -> None:
        """Note a step of an analysis."""
        with self._lock:
            self._place = (0, 0, 0, 0, advance.fraction)
            self._doing = advance.doing
            if advance.item is not None:
                self.items.append(advance.item)

    def note(self, step: "Step") -> None:
        """Note a step of a dream, which the recording has already."""
        picture = None
        now = time.monotonic()
        if step.ends_octave or now - self._previewed >= PREVIEW_SECONDS:
            picture = jpeg(to_pixels(step.image), max_side=PREVIEW_SIDE)
            self._previewed = now
        checkpoint = self.checkpoint
        if step.ends_octave and step.octave + 1 < step.octaves:
            result = np.array(step.image, np.float32)  # a copy: the engine's own goes
            checkpoint = Checkpoint(step.octave + 1, result, now - self._began)
        with self._lock:
            self.checkpoint = checkpoint
            self._place = (step.octave, step.iteration, step.height, step.width, step.fraction)
            if picture is not None:
                self._preview = picture
                self._previews += 1

    def news(self, seen: Seen) -> Progress:
        """Return what a follower who has seen so much has not seen yet."""
        recording = self.recording
        with self._lock:
            place = self._place
            preview = self._preview if self._previews > seen.previews else None
            previews = self._previews
            checkpoint = self.checkpoint
            doing, items = self._doing, tuple(self.items[seen.items :])
        if checkpoint is not None and checkpoint.octave <= seen.checkpoint:
            checkpoint = None
        # Read after the checkpoint, so that all losses and results before it are among them.
        return Progress(
            *place,
            seconds=self.seconds,
            losses=tuple(recording.losses[seen.losses :]),
            frames=tuple(
                frame
                for frame in list(recording.frames)
                if frame.ends_octave and frame.octave >= seen.octaves
            ),
            preview=preview,
            previews=previews,
            provenance=None if recording.empty else recording.provenance,
            checkpoint=checkpoint,
            doing=doing,
            items=items,
            loading=self.loading,
        )
