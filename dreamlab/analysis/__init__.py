"""Analyses of the layers of a network. Importing this package does not import TensorFlow.

Inside: the base types, a module per analysis, the catalogue of analyses, the run of an analysis,
and its findings as files and as a report. May be imported from it: the names below, its modules.
"""

from dreamlab.analysis.base import Analysis, AnalysisStep, Item
from dreamlab.analysis.catalogue import ANALYSES, named
from dreamlab.analysis.findings import Findings
from dreamlab.analysis.settings import Settings
from dreamlab.report.table import Table

__all__ = ["ANALYSES", "Analysis", "AnalysisStep", "Findings", "Item", "Settings", "Table", "named"]
