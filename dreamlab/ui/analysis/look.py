"""The look of each analysis: what it adds to the shared panel."""

from dreamlab.ui.analysis import (
    atlas,
    attribution,
    channels,
    examples,
    grid,
    separability,
    similarity,
)
from dreamlab.ui.analysis.base import Look, Panel

#: Additions of some analyses to the shared panel.
_PANELS = {
    "atlas": atlas.PANEL,
    "grid": grid.PANEL,
    "channels": channels.PANEL,
    "excitation": atlas.PANEL,
    "similarity": similarity.PANEL,
    "attribution": attribution.PANEL,
    "separability": separability.PANEL,
    "examples": examples.PANEL,
}


def look_of(analysis: str, model: str, *, column: int = 0, alone: bool = True) -> Look:
    """Return the look of an analysis of a network."""
    return Look(analysis, model, _PANELS.get(analysis, Panel()), column, alone)
