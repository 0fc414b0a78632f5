"""The look of each analysis: what it adds to the shared panel."""

from dreamlab.analysis import named
from dreamlab.ui.analysis import (
    atlas,
    attribution,
    channels,
    choice,
    examples,
    grid,
    separability,
    similarity,
)
from dreamlab.ui.analysis.base import Look, Panel
from dreamlab.ui.inputs import compared

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


def looks_of(analysis: str) -> list[Look]:
    """Return the looks of an analysis on the page: one of each network that has a run."""
    about = named(analysis)
    if about.of_set:
        model = compared.chosen()[0] if about.beside else compared.looked_into(analysis)
        return [look_of(analysis, model)]
    models = choice.chosen()[:1] if about.beside else choice.chosen()
    return [
        look_of(analysis, model, column=column, alone=len(models) == 1)
        for column, model in enumerate(models)
    ]
