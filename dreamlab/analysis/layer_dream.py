"""One layer's dream at one size, for as many steps as it takes to move the picture so far."""

import dataclasses
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from dreamlab.analysis.effort import step_length
from dreamlab.config import DreamConfig
from dreamlab.config.provenance import Provenance
from dreamlab.images.distance import distance, line_search

if TYPE_CHECKING:
    from dreamlab.models import Network


@dataclass(frozen=True)
class LayerDream:
    """The dream of a layer.

    Parameters
    ----------
    picture : numpy.ndarray
        float32, shape (H, W, 3); may exceed [-1, 1] a little.
    moved : float or None
        Its `dreamlab.images.distance.distance`; None if nothing in the picture wakes the layer.
    falls_short : bool
        Whether it moved less than it should.
    last_step : float
        Part of the last step that was taken, 0 to 1.
    losses : tuple of float
        The loss before each step.
    provenance : Provenance
        Of the run; a dream with its config completes the last step.
    """

    picture: np.ndarray = field(repr=False)
    moved: float | None
    falls_short: bool
    last_step: float
    losses: tuple[float, ...]
    provenance: Provenance


def layer_dream(
    image: np.ndarray,
    network: "Network",
    config: DreamConfig,
    amount: float | None,
    memory: float | None,
) -> Iterator[tuple[float, LayerDream | None]]:
    """Dream, and yield the finished share after each step, and at the end the dream.

    Parameters
    ----------
    image : numpy.ndarray
        float32, shape (H, W, 3), in [-1, 1].
    network : Network
        The network.
    config : DreamConfig
        Settings of 1 octave.
    amount : float or None
        How far the picture is to move, in steps whose length is found; None takes all steps.
    memory : float or None
        As in `dreamlab.dream.dream`.
    """
    from dreamlab.dream.run import attempts

    before, losses, last_step, falls_short = image, [], 1.0, amount is not None
    answers = False
    search = None if amount is None else partial(step_length, image, amount)
    with closing(attempts([image], network, config, memory=memory, search=search)) as steps:
        for _, step in steps:
            picture = step.image
            answers |= step.moved
            losses.append(step.loss)
            share = step.fraction
            if amount is not None:
                moved = distance(picture, image)
                if moved >= amount:
                    last_step = line_search(image, before, picture, amount)
                    picture = before + np.float32(last_step) * (picture - before)
                    falls_short = False
                    break
                share = moved / amount
            yield min(1.0, share), None
            before = picture
    way = distance(picture, image) if answers else None
    config = dataclasses.replace(step.provenance.config, iterations=len(losses))
    provenance = dataclasses.replace(step.provenance, config=config)
    yield 1.0, LayerDream(picture, way, falls_short, last_step, tuple(losses), provenance)
