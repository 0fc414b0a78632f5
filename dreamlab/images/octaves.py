"""The sizes of a dream's octaves."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from dreamlab.config import DreamConfig
from dreamlab.errors import DreamError
from dreamlab.images.bounds import check_smallest
from dreamlab.images.resample import resize, restore_detail
from dreamlab.images.shape import Shape


@dataclass(frozen=True)
class OctavePlan:
    """The octaves of a run.

    Parameters
    ----------
    shapes : tuple of Shape
        Height and width of each octave, in pixels, smallest first; the last is the full size,
        unless steps are taken at one octave alone.
    dropped : tuple of Shape
        The shapes that are skipped, as they are too small for the network.
    smallest : int
        Smallest side that the network takes, in pixels.
    only : Shape or None
        The shape that the layers take, where they take a single one.
    larger : tuple of Shape
        The shapes through which the picture is enlarged behind the last octave.
    """

    shapes: tuple[Shape, ...]
    dropped: tuple[Shape, ...]
    smallest: int
    only: Shape | None = None
    larger: tuple[Shape, ...] = ()

    @property
    def warning(self) -> str | None:
        """A sentence about the skipped octaves, or None."""
        if not self.dropped:
            return None
        sizes = ", ".join(f"{width} x {height}" for height, width in self.dropped)
        plural = "s" if len(self.dropped) > 1 else ""
        if self.only is not None:
            return (
                f"left out {len(self.dropped)} octave{plural} ({sizes} px), as the layers take "
                f"only {self.only.width} x {self.only.height} px: choose 1 octave"
            )
        return (
            f"left out {len(self.dropped)} octave{plural} ({sizes} px), smaller than the "
            f"{self.smallest} px the network needs: choose fewer octaves, a smaller octave "
            "scale or a larger picture"
        )


def octave_shapes(
    height: int, width: int, octaves: int, octave_scale: float, multiple: int = 1
) -> list[Shape]:
    """Return the shape of each octave, smallest first: ``int(side / octave_scale ** i)``.

    Sides are rounded down to a multiple.
    """
    return [
        Shape(*(int(side / octave_scale**i) // multiple * multiple for side in (height, width)))
        for i in reversed(range(octaves))
    ]


def plan_octaves(
    height: int,
    width: int,
    config: DreamConfig,
    *,
    model: str,
    smallest: int,
    multiple: int = 1,
    only: Shape | None = None,
    full: Shape | None = None,
    most: int | None = None,
) -> OctavePlan:
    """Plan the octaves of a run, without those that are too small for the network.

    Parameters
    ----------
    height, width : int
        Size of the picture, in pixels.
    config : DreamConfig
        Settings; ``octaves``, ``octave_scale`` and ``only_octave`` are used.
    model : str
        Name of the network, for the message.
    smallest : int
        Smallest side that the network takes, in pixels.
    multiple : int
        What both sides of an octave must divide by.
    only : Shape, optional
        The shape that the layers take, where they take a single one: the picture's.
    full, most
        As `dreamlab.images.bounds.check_smallest` has them.

    Raises
    ------
    DreamError
        If the picture itself is too small, or the only octave is.
    """
    check_smallest(Shape(height, width), smallest, model, full=full, most=most)
    shapes = octave_shapes(height, width, config.octaves, config.octave_scale, multiple)
    takes = {shape: min(shape) >= smallest and only in (None, shape) for shape in shapes}
    if config.only_octave:
        alone, *larger = shapes[config.only_octave - 1 :]
        if not takes[alone]:
            first = next(number for number, shape in enumerate(shapes, 1) if takes[shape])
            raise DreamError(
                f"only_octave is {config.only_octave}, of {alone.width} x {alone.height} px, which "
                f"{model} does not take with these layers; choose 0, or {first} to {config.octaves}"
            )
        return OctavePlan((alone,), (), smallest, only, tuple(larger))
    usable = tuple(shape for shape in shapes if takes[shape])
    dropped = tuple(shape for shape in shapes if not takes[shape])
    return OctavePlan(usable, dropped, smallest, only)


def enlarged(
    picture: np.ndarray, original: np.ndarray, shape: Shape, larger: Sequence[Shape]
) -> np.ndarray:
    """Enlarge an octave's picture octave by octave, each with the lost detail put back.

    Parameters
    ----------
    picture : numpy.ndarray
        float32, of the shape of the octave.
    original : numpy.ndarray
        The original at its own size, float32 (H, W, 3) or uint8 pixels.
    shape : Shape
        Height and width of the octave, in pixels.
    larger : sequence of Shape
        The shapes of the octaves behind it, smallest first.

    Returns
    -------
    numpy.ndarray
        float32, of the last of these shapes; without any, the picture as it is.
    """
    for before, after in pairwise([shape, *larger]):
        shrunk = resize(original, before)
        picture = restore_detail(resize(picture, after), resize(original, after), shrunk)
    return picture
