"""What an analysis found no answer of."""

from dreamlab.analysis.base import AnalysisData
from dreamlab.analysis.catalogue import named
from dreamlab.errors import listed

#: Most names in the list.
_MOST = 6


def silent(findings: AnalysisData) -> str:
    """Return the layers or channels that do not answer to the picture, as a list in words."""
    names = dict.fromkeys(
        name if isinstance(name, str) else f"{table.columns[0]} {name}"
        for table in named(findings.analysis).tables(findings)
        for name in table.silent
    )
    return listed(names, _MOST)
