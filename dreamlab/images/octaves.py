"""The sizes of a dream's octaves."""

from dataclasses import dataclass

from dreamlab.config import DreamConfig
from dreamlab.images.bounds import check_smallest
from dreamlab.images.shape import Shape


@dataclass(frozen=True)
class OctavePlan:
    """The octaves of a run.

    Parameters
    ----------
    shapes : tuple of Shape
        Height and width of each octave, in pixels, smallest first; the last is the full size.
    dropped : tuple of Shape
        The shapes that are skipped, as they are too small for the network.
    smallest : int
        Smallest side that the network takes, in pixels.
    only : Shape or None
        The shape that the layers take, where they take a single one.
    """

    shapes: tuple[Shape, ...]
    dropped: tuple[Shape, ...]
    smallest: int
    only: Shape | None = None

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
        Settings; ``octaves`` and ``octave_scale`` are used.
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
        If the picture itself is too small.
    """
    check_smallest(Shape(height, width), smallest, model, full=full, most=most)
    shapes = octave_shapes(height, width, config.octaves, config.octave_scale, multiple)
    takes = {shape: min(shape) >= smallest and only in (None, shape) for shape in shapes}
    usable = tuple(shape for shape in shapes if takes[shape])
    dropped = tuple(shape for shape in shapes if not takes[shape])
    return OctavePlan(usable, dropped, smallest, only)
