"""The catalogue of analyses; a new analysis needs a module in this folder and a line here."""

from collections.abc import Mapping
from types import MappingProxyType

from dreamlab.analysis import (
    atlas,
    attribution,
    caricature,
    channels,
    examples,
    excitation,
    grid,
    inversion,
    profile,
    robustness,
    separability,
    similarity,
    where,
)
from dreamlab.analysis.base import Analysis, AnalysisData
from dreamlab.errors import DreamError, listed, shown
from dreamlab.zoo import label

#: What layers see, what they keep, what they rely on, and how they depend on each other; then what
#: is asked of networks, with pictures of one's own.
_ORDER = (
    atlas,
    channels,
    grid,
    where,
    inversion,
    caricature,
    profile,
    robustness,
    excitation,
    similarity,
    attribution,
    separability,
    examples,
)

#: All analyses by name, in the order of the page.
ANALYSES: Mapping[str, Analysis] = MappingProxyType(
    {module.ANALYSIS.name: module.ANALYSIS for module in _ORDER}
)

#: Those that look into the layers of a network, by name.
OF_LAYERS: Mapping[str, Analysis] = MappingProxyType(
    {name: analysis for name, analysis in ANALYSES.items() if not analysis.of_set}
)

#: Those that are given a set of pictures, by name.
OF_SETS: Mapping[str, Analysis] = MappingProxyType(
    {name: analysis for name, analysis in ANALYSES.items() if analysis.of_set}
)


def named(name: str) -> Analysis:
    """Return the analysis of a name.

    Raises
    ------
    DreamError
        If there is no such analysis.
    """
    if name not in ANALYSES:
        raise DreamError(f"unknown analysis {shown(name)}; choose from {', '.join(ANALYSES)}")
    return ANALYSES[name]


def sentence(findings: AnalysisData) -> str:
    """Return what was found in a sentence or two; empty if nothing was found yet."""
    return named(findings.analysis).sentence(findings) if findings.items else ""


def columns(findings: AnalysisData) -> int:
    """Return the number of pictures in a row, at least 1."""
    wanted = named(findings.analysis).columns
    return wanted if isinstance(wanted, int) else max(1, wanted(findings))


def heading(findings: AnalysisData) -> str:
    """Return the analysis and the networks of findings in words, as "Layer atlas of VGG16"."""
    return f"{named(findings.analysis).title} of {listed(map(label, networks(findings)))}"


def networks(findings: AnalysisData) -> list[str]:
    """Return the names of the networks of findings: of a comparison, those that had their turn."""
    seen = [item.values["network"] for item in findings.items if "network" in item.values]
    return list(dict.fromkeys([findings.model, *seen]))
