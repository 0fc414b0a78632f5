"""Findings made by hand."""

import numpy as np

from dreamlab.analysis import Findings, named
from dreamlab.images import Picture


def grey(level=128, shape=(32, 48)):
    """A picture of one grey."""
    return Picture(np.full((*shape, 3), level, np.uint8))


def found(analysis, items, **values):
    """Findings of an analysis, with its default settings."""
    settings = named(analysis).settings().to_dict()
    return Findings(
        **{
            "analysis": analysis,
            "settings": settings,
            "model": "vgg16",
            "weights": "0" * 64,
            "items": tuple(items),
            "complete": True,
            "seconds": 1.0,
            "original": grey(),
            "input_range": "-1,1",
        }
        | values
    )
