"""Pictures of dreams that variants go on from: they belong to the session, as an upload does."""

from dataclasses import dataclass, field, replace

from dreamlab.images import Picture, jpeg
from dreamlab.images.branch import BranchPoint
from dreamlab.jobs import Backend
from dreamlab.results.frame import Frame
from dreamlab.results.recording import Recording
from dreamlab.ui.session import queries
from dreamlab.ui.session.start_place import StartPlace

_THUMBNAIL_SIDE = 160


@dataclass(frozen=True)
class Start:
    """A picture of a dream that a variant goes on from.

    Parameters
    ----------
    place : StartPlace
        Its place in the dream.
    point : BranchPoint
        The picture, without its exact values, which the backend keeps as long as it can.
    original : Picture
        The original of the dream.
    thumbnail : bytes
        The picture as a small JPEG.
    """

    place: StartPlace
    point: BranchPoint
    original: Picture = field(repr=False)
    thumbnail: bytes = field(repr=False)

    @classmethod
    def of(cls, place: StartPlace, recording: Recording, frame: Frame) -> "Start":
        """Return a frame of a dream as what a variant goes on from."""
        small = jpeg(frame.pixels, max_side=_THUMBNAIL_SIDE)
        picture = frame.picture.named(place.words)
        point = replace(recording.point(frame), picture=picture, exact=None)
        return cls(place, point, recording.original, small)

    def found(self, backend: Backend) -> BranchPoint:
        """Return the picture, with its exact values if the backend still has them."""
        _, frame = _kept(backend, self.place)
        return self.point if frame is None else replace(self.point, exact=frame.exact)


def restored(backend: Backend, place: StartPlace) -> Start | None:
    """Return what a variant went on from; None if the dream is no longer kept."""
    recording, frame = _kept(backend, place)
    return None if recording is None or frame is None else Start.of(place, recording, frame)


def _kept(backend: Backend, place: StartPlace) -> tuple[Recording | None, Frame | None]:
    result = queries.status(backend, place.job).result
    if not isinstance(result, Recording):
        return None, None
    return result, place.among(result.frames)
