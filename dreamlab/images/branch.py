"""Where a dream goes on that begins from a picture of another one."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from dreamlab.config.provenance import MaskedArea, Parent
from dreamlab.images.picture import Picture
from dreamlab.images.shape import Shape


@dataclass(frozen=True)
class BranchPoint:
    """A picture of a dream that another one goes on from.

    Parameters
    ----------
    parent : Parent
        The dream, and the picture's octave and last step in it.
    picture : Picture
        The picture.
    ends_octave : bool
        True for an octave's result; false for a picture between steps.
    area : MaskedArea or None
        The area outside of which the picture is the original; None where it may be another picture.
    exact : numpy.ndarray or None
        The picture as it was computed, float32 (H, W, 3), where it is kept; else the dream goes on
        from the picture's bytes, which are within half a grey level of it where it does not exceed
        [-1, 1].
    """

    parent: Parent
    picture: Picture
    ends_octave: bool
    area: MaskedArea | None = None
    exact: np.ndarray | None = field(default=None, repr=False, compare=False)

    @property
    def values(self) -> np.ndarray:
        """The picture, float32 (H, W, 3)."""
        return self.picture.as_float() if self.exact is None else self.exact

    @property
    def nbytes(self) -> int:
        """Bytes that it holds."""
        return self.picture.nbytes + (0 if self.exact is None else self.exact.nbytes)

    def place(self, shapes: Sequence[Shape], iterations: int) -> "NextPlace | None":
        """Return the place of a plan that follows the picture; see `next_place`."""
        octave, iteration = self.parent.octave, self.parent.iteration
        step = None if self.ends_octave else iteration
        return next_place(self.picture.shape, octave, step, shapes, iterations)


class NextPlace(NamedTuple):
    """The octave and the step that come next, both from 0."""

    octave: int
    iteration: int

    def share_before(self, shapes: Sequence[Shape], iterations: int) -> float:
        """Return the share of a whole run's pixels and steps that come before it, below 1."""
        areas = [shape.area for shape in shapes]
        begun = self.iteration / iterations if iterations else 0.0
        return (sum(areas[: self.octave]) + begun * areas[self.octave]) / sum(areas)


def next_place(
    shape: Shape, octave: int, step: int | None, shapes: Sequence[Shape], iterations: int
) -> NextPlace | None:
    """Return where a dream of a plan goes on from a picture of another dream.

    A picture between steps goes on in the octave of its size, with the next step. All others, and
    those whose octave has no further step, go on with the next larger octave.

    Parameters
    ----------
    shape : Shape
        Height and width of the picture, in pixels.
    octave : int
        Its octave in the dream that it is of, which tells octaves of one size apart.
    step : int or None
        The last step before it, from 0; None for an octave's result.
    shapes : sequence of Shape
        Height and width of each octave of the plan, in pixels, smallest first.
    iterations : int
        Steps in each octave of the plan.

    Returns
    -------
    NextPlace or None
        None if no octave follows: the dream then begins anew, on that picture.
    """
    same = [place for place, other in enumerate(shapes) if other == shape]
    if not same:
        following = next((place for place, other in enumerate(shapes) if _larger(other, shape)), -1)
        return None if following < 0 else NextPlace(following, 0)
    own = octave if octave in same else same[-1]
    if step is not None and step + 1 < iterations:
        return NextPlace(own, step + 1)
    return NextPlace(own + 1, 0) if own + 1 < len(shapes) else None


def _larger(shape: Shape, than: Shape) -> bool:
    """Return whether a shape is larger, and smaller on neither side."""
    return shape != than and shape.height >= than.height and shape.width >= than.width
