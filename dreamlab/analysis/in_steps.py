"""Work that tells its share and returns something, as steps of an analysis."""

from collections.abc import Generator
from typing import TypeVar

from dreamlab.analysis.base import AnalysisStep

_T = TypeVar("_T")


def in_steps(
    working: Generator[float, None, _T], begin: float, whole: float, doing: str
) -> Generator[AnalysisStep, None, _T]:
    """Yield a step for each share of a work, and return what it returns.

    Parameters
    ----------
    working : generator of float
        The work; it yields its finished share, 0 to 1.
    begin, whole : float
        The share of the analysis that is finished before the work, and that the work is.
    doing : str
        Present activity, in a few words.
    """
    while True:
        try:
            share = next(working)
        except StopIteration as end:
            result: _T = end.value
            return result
        yield AnalysisStep(begin + whole * share, doing)
