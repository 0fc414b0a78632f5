"""One step of a dream, and the state from which a dream resumes."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dreamlab.config import DreamConfig
from dreamlab.config.provenance import MaskedArea, Provenance
from dreamlab.dream.turn import STILL, Turn
from dreamlab.errors import DreamError
from dreamlab.images import Picture, png, to_pixels
from dreamlab.images.octaves import OctavePlan

if TYPE_CHECKING:
    from dreamlab.dream.guide import Guide


class OctaveDropped(UserWarning):
    """Some octaves were skipped, as they are too small for the network."""


class InexactTiles(UserWarning):
    """The gradients of the picture's tiles only approximate the whole picture's gradient."""


class Silence(UserWarning):
    """A layer has no part in a dream, or some octaves or all left the picture as it was."""


class FallsShort(UserWarning):
    """A dream ended before its picture had moved by the effort asked for."""


class NoAnswer(DreamError):
    """No step of a dream could change the picture, as none of its layers answers to it."""


def floats(image: np.ndarray | Picture) -> np.ndarray:
    """Return an image as float32, shape (H, W, 3)."""
    return image.as_float() if isinstance(image, Picture) else image


@dataclass(frozen=True)
class Start:
    """The state at the start of a step.

    Parameters
    ----------
    picture : numpy.ndarray
        float32, shape (height, width, 3), at which the loss and the gradient were computed.
    memory_budget : float
        Bytes that the gradient might take when the tiles are ``"auto"``.
    shift : (int, int)
        Rows and columns by which the picture was rolled for the gradient.
    turn : Turn
        How the picture was transformed before that.
    mask : numpy.ndarray or None
        How far each pixel might change: float32, shape (height, width, 1), 0 to 1.
    """

    picture: np.ndarray = field(repr=False)
    memory_budget: float
    shift: tuple[int, int]
    turn: Turn = STILL
    mask: np.ndarray | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Step:
    """One step of a dream.

    Parameters
    ----------
    octave : int
        Octave of the step, from 0, the smallest.
    octaves : int
        Number of octaves of the run.
    height, width : int
        Size of the octave, in pixels.
    iteration : int
        Step within the octave, from 0. An octave without steps (no iterations, a first loss above
        ``max_loss``, or a picture that had moved by its share of ``effort`` before) gives one
        `Step` with -1 here, NaN as its loss and no `losses`.
    fraction : float
        Share of the run's work that is done, in (0, 1].
    loss : float
        The loss before the step.
    losses : dict of str to float
        Each layer's share of the loss; they add up to it.
    ends_octave : bool
        Whether the step is its octave's last; its picture then has the lost detail restored.
    moved : bool
        Whether the step changed the picture; it does not where its gradient is 0.
    reached : bool
        Whether the octave ended as its picture had moved by its share of ``effort``. Of the step
        that passes it only a part is then taken.
    provenance : Provenance
        Settings, network and number format of the run.
    guide : Guide or None
        The guide as the network sees it, of a run that has one.
    """

    octave: int
    octaves: int
    height: int
    width: int
    iteration: int
    fraction: float
    loss: float
    losses: dict[str, float]
    ends_octave: bool
    moved: bool
    reached: bool
    provenance: Provenance = field(repr=False)
    _held: list = field(repr=False)
    _original: np.ndarray | Picture = field(repr=False)
    guide: "Guide | None" = field(default=None, repr=False)

    @property
    def ends_dream(self) -> bool:
        """Whether the step is the dream's last."""
        return self.ends_octave and self.octave == self.octaves - 1

    @property
    def image(self) -> np.ndarray:
        """The picture after the step, float32 (height, width, 3); may exceed [-1, 1] a little.

        The last of a dream at a single octave (``only_octave``) is enlarged to the original's size.

        It is available until the next step is asked for, so that a list of steps does not keep
        all the pictures of a run in memory.

        Raises
        ------
        DreamError
            If the run has gone on.
        """
        if not self._held:
            raise DreamError("this step's picture is gone: take it before the next step")
        return np.asarray(self._held[0])

    @property
    def original(self) -> np.ndarray:
        """The picture at the start of the run, float32 (H, W, 3) in [-1, 1]."""
        return floats(self._original)

    @property
    def original_picture(self) -> Picture:
        """The picture at the start of the run, in bytes."""
        original = self._original
        return original if isinstance(original, Picture) else Picture.of(original)

    def _repr_png_(self) -> bytes | None:
        return png(to_pixels(np.asarray(self._held[0]))) if self._held else None

    @property
    def start(self) -> Start:
        """The state at the start of the step, available as long as `image`.

        Raises
        ------
        DreamError
            If the run has gone on, keeps no starts, or no step was taken.
        """
        if len(self._held) < 2:
            raise DreamError("what this step began from is not kept: have the dream keep starts")
        return self._held[1]


class Begun(NamedTuple):
    """A picture that a run goes on from in the middle of another dream.

    Parameters
    ----------
    picture : numpy.ndarray
        The picture, float32 (H, W, 3).
    octave : int or None
        The octave whose lost detail it does not have yet; None for an octave's result.
    area : MaskedArea or None
        The area outside of which it is the original; None where it may be another picture.
    """

    picture: np.ndarray
    octave: int | None
    area: MaskedArea | None


@dataclass(frozen=True)
class Resume:
    """The state from which a run resumes.

    Parameters
    ----------
    octave : int
        The next octave, from 0, or that which the run left in the middle.
    picture : numpy.ndarray
        The image of the last step, float32 (H, W, 3): the result of the octave before, or where
        the octave was left.
    moved : bool
        Whether a `Step.moved` of the octaves before it is true. If not, and no later step moves the
        picture either, the run ends with `NoAnswer`.
    iteration : int
        The next step of the octave, from 0.
    begun : Begun or None
        What a run went on from that began in the middle of another dream.
    """

    octave: int
    picture: np.ndarray
    moved: bool = True
    iteration: int = 0
    begun: Begun | None = None

    def check(self, plan: OctavePlan, config: DreamConfig) -> None:
        """Raise `DreamError` if a plan has no such octave or step, or another size there."""
        count = len(plan.shapes)
        if not 0 <= self.octave < count:
            raise DreamError(f"octave {self.octave} to go on with; choose 0 to {count - 1}")
        most = max(0, config.iterations - 1)
        if not 0 <= self.iteration <= most:
            raise DreamError(f"step {self.iteration} to go on with; choose 0 to {most}")
        height, width = np.shape(self.picture)[:2]
        needed = plan.shapes[self.octave]
        if self.iteration and (height, width) != needed:
            raise DreamError(
                f"the picture to go on with is {width} x {height} px; octave {self.octave} has "
                f"{needed.width} x {needed.height}"
            )
