"""The events of a dream: what its recording keeps, and what only the page needs."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from dreamlab.config.provenance import Provenance
from dreamlab.images import Picture, jpeg, to_pixels
from dreamlab.results.frame import Frame
from dreamlab.results.guide_map import GuideMap
from dreamlab.results.predictions import BEFORE, Prediction
from dreamlab.results.recording import Recording
from dreamlab.results.run_data import LossPoint
from dreamlab.tasks.events import Checkpoint, Event, Place, Preview

if TYPE_CHECKING:
    from dreamlab.dream import Step

#: Longest side of a preview, in pixels, and the least seconds between two within an octave.
PREVIEW_SIDE = 640
PREVIEW_SECONDS = 1.0


class Passing(Recording):
    """Passes on what a recording keeps, and keeps nothing itself."""

    def __init__(self, every: int | None, emit: Callable[[Event], None], *, resumed: bool) -> None:
        super().__init__(every=every, exact=True)
        self._emit = emit
        self._resumed = resumed
        self._last: Frame | None = None

    def add(self, part: Provenance | LossPoint | Prediction | GuideMap | Frame) -> None:
        if isinstance(part, Provenance):
            super().add(part)
            if self._resumed:  # it was told, with the settings as they were asked for
                return
        elif isinstance(part, Frame):
            self._last = part
        self._emit(part)

    def copied(self, step: "Step") -> np.ndarray:
        """Return a copy of a step's picture, float32: that of its frame where there is one."""
        if step.ends_octave and self._last is not None and self._last.exact is not None:
            return self._last.exact
        return np.array(step.image, np.float32)  # the engine reuses its own

    def _predict(self, picture: Picture, octave: int) -> None:
        if octave != BEFORE or not self._resumed:  # the run before it has passed that on
            super()._predict(picture, octave)


class Follower:
    """Makes the events of a dream's steps that no recording keeps.

    Parameters
    ----------
    emit : callable
        Takes each event.
    copied : callable
        Returns a copy of a step's picture, float32.
    iterations : int
        Steps in each octave.
    before : Checkpoint or None
        Where the run resumes.
    left_out : float
        Share of a whole run's work that the dream leaves out, as it goes on from another one.
    """

    def __init__(
        self,
        emit: Callable[[Event], None],
        copied: Callable[["Step"], np.ndarray],
        iterations: int,
        before: Checkpoint | None,
        left_out: float = 0.0,
    ) -> None:
        self._emit = emit
        self._copied = copied
        self._iterations = iterations
        self._left_out = left_out
        self._began = time.monotonic() - (before.seconds if before else 0.0)
        self._moved = before is not None and before.moved
        self._previewed = -PREVIEW_SECONDS
        self.pixel_steps = before.pixel_steps if before else 0  # in all processes

    @property
    def seconds(self) -> float:
        """How long the dream has run, in all processes."""
        return time.monotonic() - self._began

    def __call__(self, step: "Step") -> None:
        now = time.monotonic()
        self._moved |= step.moved
        if step.iteration >= 0:
            self.pixel_steps += step.height * step.width
        if step.ends_octave or now - self._previewed >= PREVIEW_SECONDS:
            self._emit(Preview(jpeg(to_pixels(step.image), max_side=PREVIEW_SIDE)))
            self._previewed = now
        if step.ends_octave and step.octave + 1 < step.octaves:
            self.keep(step.octave + 1, step)
        doing = f"Octave {step.octave + 1} of {step.octaves}"
        if step.iteration >= 0:
            doing += f" · step {step.iteration + 1} of {self._iterations}"
        done = (step.fraction - self._left_out) / (1 - self._left_out)
        self._emit(Place(done, doing))

    def keep(self, octave: int, step: "Step", iteration: int = 0) -> None:
        """Pass on what another run needs to go on with a step of an octave."""
        picture = self._copied(step)
        state = self.seconds, self._moved, iteration, self.pixel_steps
        made = step.provenance
        self._emit(Checkpoint(octave, picture, *state, made.precision, made.convolution))
