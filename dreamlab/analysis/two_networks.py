"""What the contrasts of two networks share: their names, and when figures are as good as equal."""

from dreamlab.analysis.base import AnalysisData
from dreamlab.zoo import label

#: Figures that differ by less, as a share, or that are shares themselves, are as good as equal.
EQUAL = 0.005


def labels(first: AnalysisData, second: AnalysisData) -> tuple[str, str]:
    """Return the names of the networks of two findings; those of one name are told apart."""
    one, other = label(first.model), label(second.model)
    return (f"{one} (first)", f"{other} (second)") if one == other else (one, other)
