"""What a dream will do, before its network is loaded: its picture, its octaves, its first step."""

from typing import NamedTuple

from dreamlab.config import DreamConfig
from dreamlab.images import Picture, Shape
from dreamlab.images.branch import BranchPoint, NextPlace
from dreamlab.images.octaves import plan_octaves
from dreamlab.zoo import smallest_side


class DreamPlan(NamedTuple):
    """What a dream will do.

    Parameters
    ----------
    image : Picture
        The picture that it is of.
    shapes : tuple of Shape
        The shape of each octave that will run, smallest first.
    begins : NextPlace
        Octave and step that it begins with, among all octaves of the settings.
    """

    image: Picture
    shapes: tuple[Shape, ...]
    begins: NextPlace

    def pixel_steps(self, iterations: int) -> int:
        """Return pixels times steps, at most, with so many steps an octave."""
        areas = sum(shape.area for shape in self.shapes)
        return iterations * areas - self.begins.iteration * self.shapes[0].area


def dream_plan(
    picture: Picture, start: BranchPoint | None, config: DreamConfig, model: str
) -> DreamPlan:
    """Return what a dream will do.

    Parameters
    ----------
    picture : Picture
        The original.
    start : BranchPoint or None
        What it goes on from; where no octave follows that, the dream is of that picture.
    config : DreamConfig
        The settings.
    model : str
        Name of the network.

    Raises
    ------
    DreamError
        If the picture is too small for the network.
    """
    shapes = _octaves(picture, config, model)
    if start is None:
        return DreamPlan(picture, shapes, NextPlace(0, 0))
    begins = start.place(shapes, config.iterations)
    if begins is None:
        return dream_plan(start.picture, None, config, model)
    return DreamPlan(picture, shapes[begins.octave :], begins)


def _octaves(picture: Picture, config: DreamConfig, model: str) -> tuple[Shape, ...]:
    smallest = smallest_side(model)
    return plan_octaves(*picture.shape, config, model=model, smallest=smallest).shapes
