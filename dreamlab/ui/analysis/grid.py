"""The panel of the grid, a cell of which becomes a variant."""

from dreamlab.ui.analysis import variants
from dreamlab.ui.analysis.base import Panel

PANEL = Panel(variant=variants.of_item)
