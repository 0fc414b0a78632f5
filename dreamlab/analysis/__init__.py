"""Analyses: what each layer of a network sees. Nothing here imports TensorFlow by itself.

Inside: what an analysis is, a module for each, their table, running one, and its findings as
files and as a report. May be imported from it: the names below, and its modules.
"""

from dreamlab.analysis.base import Analysis, AnalysisStep, Item
from dreamlab.analysis.catalogue import ANALYSES, named
from dreamlab.analysis.findings import Findings
from dreamlab.analysis.settings import Settings
from dreamlab.report.table import Table

__all__ = ["ANALYSES", "Analysis", "AnalysisStep", "Findings", "Item", "Settings", "Table", "named"]
