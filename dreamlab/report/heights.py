"""The height of a line chart: its ends, its round values, and how far up a figure is."""

import math
from dataclasses import dataclass
from typing import Self

from dreamlab.report.table import Table

#: How many times as large as the lower end the upper one may be on a logarithmic axis, about.
_WIDEST = 1000.0

#: Most round values along a logarithmic axis; where there would be more, only powers of 10 are.
_MOST = 7


@dataclass(frozen=True)
class Heights:
    """The axis of a line chart's figures.

    Parameters
    ----------
    low, high : float
        Its ends.
    log : bool
        Whether it is logarithmic; what is below the lower end, such as 0, is drawn there.
    """

    low: float
    high: float
    log: bool = False

    @classmethod
    def of(cls, table: Table) -> Self:
        """Return the axis that a table's figures fit; a linear one if none of them is above 0."""
        figures = [figure for _, *row in table.rows for figure in row if figure is not None]
        least = min((figure for figure in figures if figure > 0), default=None)
        if table.log and least is not None:
            most = max(figures)
            least = max(least, most / _WIDEST)
            around = _round_logarithms(least, most)
            # Below the least figure, so that a 0 is seen to be less.
            low = max(value for value in around if value < least)
            return cls(low, min(value for value in around if value >= most), log=True)
        low, high = min([0.0, *figures]), max([0.0, *figures])
        return cls(low, high if high > low else low + 1.0)

    def share(self, figure: float) -> float:
        """Return how far up a figure is, from 0 at the lower end to 1 at the upper one."""
        if self.log:
            return math.log(max(figure, self.low) / self.low) / math.log(self.high / self.low)
        return (figure - self.low) / (self.high - self.low)

    @property
    def ticks(self) -> list[float]:
        """Round values from the lower to the upper end, lowest first."""
        if not self.log:
            return round_values(self.low, self.high)
        for factors in ((1, 2, 5), (1,)):
            values = [
                value
                for value in _round_logarithms(self.low, self.high, factors)
                if self.low <= value <= self.high
            ]
            if len(values) <= _MOST:
                break
        return values


def round_values(low: float, high: float, least: float = 0.0) -> list[float]:
    """Return up to six round values from `low` to `high`, at least `least` apart."""
    if low == high:
        return [low]
    rough = max((high - low) / 5, least)
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(unit * times for times in (1, 2, 5, 10) if unit * times >= rough)
    # The tolerance keeps the tick at an end in spite of rounding errors.
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [count * step for count in range(first, last + 1)]


def _round_logarithms(low: float, high: float, factors: tuple[int, ...] = (1, 2, 5)) -> list[float]:
    """Return powers of 10 times some factors, from one below `low` to one from `high` on."""
    first, last = math.floor(math.log10(low)) - 1, math.ceil(math.log10(high))
    # From their digits, as a product may miss the nearest number.
    return [float(f"{factor}e{power}") for power in range(first, last + 1) for factor in factors]
