"""Pictures of dreams that variants go on from: they belong to the session, as an upload does."""

from dataclasses import dataclass, field, replace

from dreamlab.images import Picture
from dreamlab.images.branch import BranchPoint
from dreamlab.jobs import Backend
from dreamlab.results.frame import Frame
from dreamlab.results.recording import Recording
from dreamlab.ui.session import queries


@dataclass(frozen=True)
class Start:
    """A picture of a dream that a variant goes on from.

    Parameters
    ----------
    job : str
        Name of the dream's job.
    words : str
        The dream and the picture's place in it.
    point : BranchPoint
        The picture, without its exact values, which the backend keeps as long as it can.
    original : Picture
        The original of the dream.
    thumbnail : bytes
        The picture as a small JPEG.
    """

    job: str
    words: str
    point: BranchPoint
    original: Picture = field(repr=False)
    thumbnail: bytes = field(repr=False)

    def found(self, backend: Backend) -> BranchPoint:
        """Return the picture, with its exact values if the backend still has them."""
        result = queries.status(backend, self.job).result
        frames = result.frames if isinstance(result, Recording) else []
        frame = next((frame for frame in frames if self._is_of(frame)), None)
        return self.point if frame is None else replace(self.point, exact=frame.exact)

    def _is_of(self, frame: Frame) -> bool:
        parent = self.point.parent
        here = frame.octave, frame.iteration, frame.ends_octave
        return here == (parent.octave, parent.iteration, self.point.ends_octave)


def place_in_words(frame: Frame) -> str:
    """Return the place of a frame, counted from 1, as on the scrubber."""
    octave = f"octave {frame.octave + 1}"
    return octave if frame.ends_octave else f"{octave}, step {frame.iteration + 1}"
