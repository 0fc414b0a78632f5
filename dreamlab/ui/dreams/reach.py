"""The ends of the axes of a chart whose data come later."""

import math
from collections.abc import Sequence
from typing import NamedTuple, Self

#: Steps to which a chart grows at once while a dream is running.
_AT_ONCE = 10


class Reach(NamedTuple):
    """The ends of the axes of a chart, in round numbers, which seldom change in a dream.

    A browser that has to look for them before the data are there says in its console that it found
    none.

    Parameters
    ----------
    steps : int
        The last step, at least 2.
    low, high : float
        The ends of the other axis.
    """

    steps: int
    low: float
    high: float

    @classmethod
    def of(cls, steps: int, figures: Sequence[float], *, live: bool = False) -> Self:
        """Return the ends for figures up to a step; `live` leaves room for further steps."""
        last = max(2, math.ceil(steps / _AT_ONCE) * _AT_ONCE if live else steps)
        if not figures:
            return cls(last, 0.0, 1.0)
        low, high = min(figures), max(figures)
        span = high - low
        unit = 10.0 ** math.floor(math.log10(span)) if span > 0 else abs(high) or 1.0
        floor = math.floor(low / unit) * unit
        top = max(math.ceil(high / unit) * unit, floor + unit)
        # On a log scale there is no 0.
        return cls(last, low if floor <= 0 < low else floor, top)
