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
    """

    shapes: tuple[Shape, ...]
    dropped: tuple[Shape, ...]
    smallest: int

    @property
    def warning(self) -> str | None:
        """A sentence about the skipped octaves, or None."""
        if not self.dropped:
            return None
        sizes = ", ".join(f"{width} x {height}" for height, width in self.dropped)
        plural = "s" if len(self.dropped) > 1 else ""
        return (
            f"left out {len(self.dropped)} octave{plural} ({sizes} px), smaller than the "
            f"{self.smallest} px the network needs: choose fewer octaves, a smaller octave "
            "scale or a larger picture"
        )


def octave_shapes(height: int, width: int, octaves: int, octave_scale: float) -> list[Shape]:
    """Return the shape of each octave, smallest first: ``int(side / octave_scale ** i)``."""
    return [
        Shape(int(height / octave_scale**i), int(width / octave_scale**i))
        for i in reversed(range(octaves))
    ]


def plan_octaves(
    height: int,
    width: int,
    config: DreamConfig,
    *,
    model: str,
    smallest: int,
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
    full, most
        As `dreamlab.images.bounds.check_smallest` has them.

    Raises
    ------
    DreamError
        If the picture itself is too small.
    """
    check_smallest(Shape(height, width), smallest, model, full=full, most=most)
    shapes = octave_shapes(height, width, config.octaves, config.octave_scale)
    usable = tuple(shape for shape in shapes if min(shape) >= smallest)
    dropped = tuple(shape for shape in shapes if min(shape) < smallest)
    return OctavePlan(usable, dropped, smallest)
