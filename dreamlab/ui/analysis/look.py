"""A look into a network: an analysis in its place on the page."""

from dataclasses import dataclass

from dreamlab.ui.analysis import atlas, attribution, channels, grid, separability, similarity
from dreamlab.ui.analysis.base import Panel
from dreamlab.zoo import label

#: Additions of some analyses to the shared panel.
_PANELS = {
    "atlas": atlas.PANEL,
    "grid": grid.PANEL,
    "channels": channels.PANEL,
    "excitation": atlas.PANEL,
    "similarity": similarity.PANEL,
    "attribution": attribution.PANEL,
    "separability": separability.PANEL,
}


@dataclass(frozen=True)
class Look:
    """An analysis of a network, in its column of the page.

    Parameters
    ----------
    analysis : str
        Name of the analysis.
    model : str
        Name of the network.
    panel : Panel
        What the analysis adds to the shared panel.
    column : int
        Number of the column, from 0.
    alone : bool
        Whether it is the only column.
    shown : str
        Name of the network of the findings that it shows, where that is another.
    """

    analysis: str
    model: str
    panel: Panel
    column: int = 0
    alone: bool = True
    shown: str = ""

    @property
    def key(self) -> str:
        """Start of the keys of its widgets."""
        return f"{self.analysis}.{self.model}"

    def titled(self, text: str) -> str:
        """Return a title or description, with the network's name unless the column is alone."""
        return text if self.alone else f"{text} · {label(self.shown or self.model)}"


def look_of(analysis: str, model: str, *, column: int = 0, alone: bool = True) -> Look:
    """Return the look of an analysis of a network."""
    return Look(analysis, model, _PANELS.get(analysis, Panel()), column, alone)
