"""Results of a run: its frames, its losses and its provenance."""

from collections.abc import Sequence
from dataclasses import dataclass

from dreamlab.config.provenance import Parent, Provenance
from dreamlab.errors import DreamError
from dreamlab.images import Picture, from_pixels
from dreamlab.images.branch import BranchPoint
from dreamlab.images.distance import distance
from dreamlab.images.resample import resize
from dreamlab.layers import deepest_operations
from dreamlab.results.frame import Frame
from dreamlab.results.guide_map import GuideMap
from dreamlab.results.predictions import BEFORE, CENTRE, Prediction

_EMPTY = "the recording is empty; record a run before exporting it"


@dataclass(frozen=True)
class LossPoint:
    """The loss at one step: a row of the loss table.

    Parameters
    ----------
    octave, height, width, iteration : int
        Place in the run; octave and iteration count from 0.
    loss : float
        Total loss, before the step changed the picture.
    losses : dict of str to float
        Each layer's part of the loss; the parts add up to `loss`.
    """

    octave: int
    height: int
    width: int
    iteration: int
    loss: float
    losses: dict[str, float]


def relative_losses(points: Sequence[LossPoint]) -> list[float]:
    """Return losses relative to the first, which is 1; nothing if there is none or it is 0.

    They are multiples of a first loss above 0. Below 0 they rise as the loss does: by 1 for a
    change as large as the first loss.
    """
    first = points[0].loss if points else 0.0
    return [1 + (point.loss - first) / abs(first) for point in points] if first else []


class RunData:
    """Losses and frames of a run.

    Attributes
    ----------
    frames : list of Frame
        Frames, in order. The last frame is the run's result, or its last state.
    losses : list of LossPoint
        A row per step.
    predictions : list of Prediction
        What the network calls the original, then the result of each octave: by its centre and by
        five crops. Empty for a network without a head.
    begun_from : Picture or None
        The picture of another dream that the run went on from in the middle; else None.
    guide : GuideMap or None
        Which part of its guide the run's result used where; None for a run without one.
    seconds : float
        Duration of the run, in seconds.
    finished : bool
        Whether the run reached its end.
    """

    def __init__(self) -> None:
        self._provenance: Provenance | None = None
        self._original: Picture | None = None
        self.frames: list[Frame] = []
        self.losses: list[LossPoint] = []
        self.predictions: list[Prediction] = []
        self.begun_from: Picture | None = None
        self.guide: GuideMap | None = None
        self.seconds = 0.0
        self.finished = False

    @property
    def empty(self) -> bool:
        """Whether the recording has no step yet."""
        return self._provenance is None

    @property
    def provenance(self) -> Provenance:
        """Provenance of the run: settings, network, weights and versions.

        Raises
        ------
        DreamError
            If the recording is empty.
        """
        if self._provenance is None:
            raise DreamError(_EMPTY)
        return self._provenance

    @provenance.setter
    def provenance(self, provenance: Provenance) -> None:
        self._provenance = provenance

    @property
    def original(self) -> Picture:
        """The original picture.

        Raises
        ------
        DreamError
            If the recording is empty.
        """
        if self._original is None:
            raise DreamError(_EMPTY)
        return self._original

    @original.setter
    def original(self, picture: Picture) -> None:
        self._original = picture

    @property
    def octave_frames(self) -> list[Frame]:
        """A frame per octave, in order; the last may belong to an unfinished octave."""
        return [frame for frame in self.frames if frame.ends_octave or frame is self.frames[-1]]

    @property
    def final(self) -> Frame:
        """The last frame: the run's result, or its last state.

        Raises
        ------
        DreamError
            If the recording is empty.
        """
        if not self.frames:
            raise DreamError(_EMPTY)
        return self.frames[-1]

    def point(self, frame: Frame) -> BranchPoint:
        """Return a frame as that which another dream goes on from.

        Raises
        ------
        DreamError
            If the recording is empty.
        """
        parent = Parent(self.provenance.id, frame.octave, frame.iteration)
        # A run that went on in the middle has kept outside of its mask what it went on from.
        area = self.provenance.area if self.begun_from is None else None
        return BranchPoint(parent, frame.picture, frame.ends_octave, area, frame.exact)

    def called(self, frame: Frame | None, crop: str = CENTRE) -> Prediction | None:
        """Return what the network calls a frame: the last that is known at its place.

        Parameters
        ----------
        frame : Frame or None
            One of the frames; None for the original.
        crop : str
            One of those of `Prediction`.

        Returns
        -------
        Prediction or None
            None for a network without a head.
        """
        octave = BEFORE
        if frame is not None:
            octave = frame.octave - (not frame.ends_octave and frame is not self.frames[-1])
        known = [each for each in self.predictions if each.crop == crop and each.octave <= octave]
        return known[-1] if known else None

    def called_in_words(self, frame: Frame | None) -> str:
        """Return the likeliest class of the original and of a frame, by their centres.

        Parameters
        ----------
        frame : Frame or None
            As for `called`.

        Returns
        -------
        str
            As in ``tiger cat 39 % → goldfish 97 %``; empty for a network without a head.
        """
        found = dict.fromkeys(filter(None, (self.called(None), self.called(frame))))
        return " → ".join(prediction.likeliest.words for prediction in found)

    @property
    def moved(self) -> float:
        """Root mean square by which the last frame is away from the original at its size.

        Both are taken as pixels, which span -1 to 1.

        Raises
        ------
        DreamError
            If the recording is empty.
        """
        last = self.final
        return distance(from_pixels(last.pixels), resize(self.original.pixels, last.picture.shape))

    @property
    def multiplications(self) -> float | None:
        """Multiplications that the steps took in the network, on the way to its loss.

        None for a network whose layers are not known without it.
        """
        provenance = self.provenance
        try:
            operations = deepest_operations(provenance.model, provenance.config.layers)
        except DreamError:  # it shares the name of a network of the zoo, not its layers
            return None
        pixels = sum(point.height * point.width for point in self.losses)
        return None if operations is None else pixels * operations

    @property
    def nbytes(self) -> int:
        """Size of all pictures in bytes: the original, the guide and `Frame.exact` included."""
        beside = (self._original, self.begun_from, self.guide)
        return sum(part.nbytes for part in (*beside, *self.frames) if part is not None)

    def round_off(self) -> int:
        """Give up `Frame.exact` of all frames, and return how many bytes that frees."""
        freed = sum(frame.exact_nbytes for frame in self.frames)
        self.frames = [frame.rounded() for frame in self.frames]
        return freed
