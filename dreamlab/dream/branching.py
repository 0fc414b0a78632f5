"""Begins a dream from a picture of another one."""

from typing import NamedTuple

import numpy as np

from dreamlab.config import DreamConfig
from dreamlab.dream.original import grey
from dreamlab.dream.step import Begun, Resume
from dreamlab.images import Picture
from dreamlab.images.branch import BranchPoint
from dreamlab.images.octaves import OctavePlan, plan_octaves
from dreamlab.images.shape import Shape
from dreamlab.models import Network


class Branch(NamedTuple):
    """How `dreamlab.dream.dream` begins from a picture of another dream.

    Parameters
    ----------
    image : numpy.ndarray or Picture
        The picture that it is of.
    resume : Resume or None
        Where it goes on; None for a dream from the first octave on.
    before : float
        Share of a whole run's work that it leaves out, 0 to below 1.
    """

    image: np.ndarray | Picture
    resume: Resume | None
    before: float = 0.0


def branch(
    point: BranchPoint, original: np.ndarray | Picture, model: Network, config: DreamConfig
) -> Branch:
    """Return how a dream begins from a picture of another one.

    It goes on with the octave or step that follows the picture in its own plan (see
    `dreamlab.images.branch.next_place`), and puts the detail of the original back. Outside of a
    mask that the dream before did not have it keeps the picture. Where nothing follows it is a
    dream of the picture itself.

    Parameters
    ----------
    point : BranchPoint
        The picture.
    original : numpy.ndarray or Picture
        The original of the dream that the picture is of.
    model : Network
        The network.
    config : DreamConfig
        The settings.

    Raises
    ------
    DreamError
        If a picture is too small for the network.
    """
    config = model.settled(config)
    shape = model.fitted(Shape(*original.shape[:2]), list(config.layers))
    shapes = octaves_of(shape, model, config).shapes
    place = point.place(shapes, config.iterations)
    if place is None:
        return Branch(point.picture, None)
    values = grey(point.values) if model.feeding.grey else point.values
    own = place.octave if place.iteration else place.octave - 1
    lacks = not point.ends_octave and own >= 0 and shapes[own] == point.picture.shape
    begun = Begun(values, own if lacks else None, point.area)
    resume = Resume(place.octave, values, moved=False, iteration=place.iteration, begun=begun)
    return Branch(original, resume, place.share_before(shapes, config.iterations))


def octaves_of(shape: Shape, model: Network, config: DreamConfig) -> OctavePlan:
    """Return the octaves of a dream on a picture of a shape that fits the network."""
    return plan_octaves(
        *shape,
        config=config,
        model=model.name,
        smallest=model.smallest,
        multiple=model.multiple(config.layers),
        only=model.only(config.layers),
    )
