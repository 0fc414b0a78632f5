"""Running an analysis, the same for all of them."""

import time
from collections.abc import Callable, Iterable
from contextlib import closing
from typing import TYPE_CHECKING

import numpy as np

from dreamlab.analysis.base import Advance, Analysis, Item
from dreamlab.analysis.findings import Findings
from dreamlab.analysis.settings import Settings
from dreamlab.errors import DreamError
from dreamlab.images import png, to_pixels

if TYPE_CHECKING:
    from dreamlab.models import Network


def analyse(
    analysis: Analysis,
    image: np.ndarray | None,
    network: "Network",
    settings: Settings,
    *,
    found: Iterable[Item] = (),
    follow: Callable[[Advance], bool] = lambda advance: True,
) -> Findings:
    """Run an analysis to its end, or as far as it is wanted.

    An interrupt (Ctrl-C) ends it and keeps what was found, as `follow` does.

    Parameters
    ----------
    analysis : Analysis
        Which one.
    image : numpy.ndarray or None
        float32, shape (H, W, 3), in [-1, 1].
    network : Network
        The network.
    settings : Settings
        The analysis's own.
    found : iterable of Item
        What an earlier run with the same settings found; it is not looked for again.
    follow : callable
        Called with each `Advance`; false ends the run, keeping what was found.

    Raises
    ------
    DreamError
        If it cannot run.
    """
    if image is None and analysis.needs_picture:
        raise DreamError(f"{analysis.name} needs a picture; give one")
    shape = (settings.max_side,) * 2 if image is None else image.shape[:2]
    if image is not None and min(shape) < network.smallest:
        raise DreamError(
            f"picture is {shape[1]} x {shape[0]} px; {network.name} needs at least "
            f"{network.smallest} x {network.smallest}: choose a larger one"
        )
    analysis.plan(shape, settings, network.name, network.layers)
    began, items, complete = time.perf_counter(), {}, True
    known = {item.key: item for item in found}
    with closing(analysis.run(image, network, settings, known)) as advances:
        try:
            for advance in advances:
                if advance.item is not None:
                    items[advance.item.key] = advance.item
                if not follow(advance):
                    complete = False
                    break
        except KeyboardInterrupt:
            complete = False
    if not complete:  # what was not passed on yet is not lost
        items = known | items
    return Findings(
        analysis=analysis.name,
        settings=settings.to_dict(),
        model=network.name,
        weights=network.weights,
        items=tuple(items.values()),
        complete=complete,
        seconds=time.perf_counter() - began,
        original=b"" if image is None else png(to_pixels(image)),
    )
