"""The place of a picture in a dream, which is all that is kept of what a variant goes on from."""

from collections.abc import Iterable
from dataclasses import dataclass

from dreamlab.results.frame import Frame


@dataclass(frozen=True)
class StartPlace:
    """The place of a picture in a dream of this server.

    Parameters
    ----------
    job : str
        Name of the dream's job.
    dream : str
        Name of the dream on the page.
    octave, iteration : int
        Octave and last step of the picture, both from 0.
    ends_octave : bool
        True for an octave's result; false for a picture between steps.
    """

    job: str
    dream: str
    octave: int
    iteration: int
    ends_octave: bool

    @classmethod
    def of(cls, job: str, dream: str, frame: Frame) -> "StartPlace":
        """Return the place of a frame of a dream."""
        return cls(job, dream, frame.octave, frame.iteration, frame.ends_octave)

    @property
    def in_dream(self) -> str:
        """The place, counted from 1, as on the scrubber."""
        octave = f"octave {self.octave + 1}"
        return octave if self.ends_octave else f"{octave}, step {self.iteration + 1}"

    @property
    def words(self) -> str:
        """The dream and the place."""
        return f"{self.dream}, {self.in_dream}"

    def among(self, frames: Iterable[Frame]) -> Frame | None:
        """Return the frame of this place; None if it is not among those of its dream."""
        places = ((frame, StartPlace.of(self.job, self.dream, frame)) for frame in frames)
        return next((frame for frame, place in places if place == self), None)
