"""Analyses: what each layer of a network sees. This package's table imports no TensorFlow.

A further analysis is one module here with an ``ANALYSIS``, and a line in the table.
"""

from collections.abc import Mapping
from types import MappingProxyType

from dreamlab.analysis import atlas, attribution, channels, excitation, robustness
from dreamlab.analysis.base import Advance, Analysis, Findings, Item
from dreamlab.analysis.settings import Settings
from dreamlab.config.fields import shown
from dreamlab.errors import DreamError
from dreamlab.report.table import Table

__all__ = ["ANALYSES", "Advance", "Analysis", "Findings", "Item", "Settings", "Table", "named"]

#: All analyses, by name, in the order they are shown in.
ANALYSES: Mapping[str, Analysis] = MappingProxyType(
    {
        module.ANALYSIS.name: module.ANALYSIS
        for module in (atlas, channels, excitation, attribution, robustness)
    }
)


def named(name: str) -> Analysis:
    """Return an analysis by its name.

    Raises
    ------
    DreamError
        If there is no such analysis.
    """
    if name not in ANALYSES:
        raise DreamError(f"unknown analysis {shown(name)}; choose from {', '.join(ANALYSES)}")
    return ANALYSES[name]
