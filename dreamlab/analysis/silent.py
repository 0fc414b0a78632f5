"""What an analysis found no answer of, in a sentence."""

from dreamlab.analysis.base import AnalysisData
from dreamlab.analysis.catalogue import named


def sentence(findings: AnalysisData) -> str:
    """Return which layers or channels do not answer to the picture; empty if all do."""
    names = dict.fromkeys(
        name if isinstance(name, str) else f"{table.columns[0]} {name}"
        for table in named(findings.analysis).tables(findings)
        for name in table.silent
    )
    return f"No answer to this picture: {', '.join(names)}." if names else ""
