"""The ascent: with `dreamlab.models` the only folder that imports TensorFlow.

Inside: `dream`, a generator of steps, `dreams` of several pictures at once, and their parts
(objective, tiles, memory, number format); activations and channel images, for the analyses. May be
imported from it: the names below.
"""

import dreamlab.models  # noqa: F401, I001  # first: it chooses Keras's backend

from dreamlab.dream.branching import Branch, branch
from dreamlab.dream.run import dream, dreams
from dreamlab.dream.step import (
    FallsShort,
    InexactTiles,
    NoAnswer,
    OctaveDropped,
    Resume,
    Silence,
    Start,
    Step,
)

__all__ = [
    "Branch",
    "FallsShort",
    "InexactTiles",
    "NoAnswer",
    "OctaveDropped",
    "Resume",
    "Silence",
    "Start",
    "Step",
    "branch",
    "dream",
    "dreams",
]
