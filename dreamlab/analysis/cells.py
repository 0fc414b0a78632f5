"""What belongs together: the items of an analysis by their cells."""

from dreamlab.analysis.base import AnalysisData, Item


def cells(findings: AnalysisData) -> list[list[Item]]:
    """Return the items that have a picture, those of the same cell together, in order."""
    found: dict[str, list[Item]] = {}
    for item in findings.items:
        if item.picture is not None:
            found.setdefault(item.cell or item.key, []).append(item)
    return list(found.values())
