"""A look into a network: an analysis in its place on the page, and what it adds to the panel."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dreamlab.analysis import Findings, Item
from dreamlab.comparison.variant import Variant
from dreamlab.zoo import label


@dataclass(frozen=True)
class Panel:
    """Additions of an analysis to the shared panel; each has a default that adds nothing.

    Parameters
    ----------
    show : callable
        ``show(model)`` draws further controls, for the name of a network; raises the same as
        `values`.
    values : callable
        ``values(model)`` returns the settings of these controls from the session; raises
        `DreamError` if they are invalid.
    has_effect : callable
        ``has_effect(name, values)`` tells whether a setting has an effect, from the values of the
        settings before it.
    variant : callable or None
        ``variant(item)`` returns the variant that a click on a picture adds to the compare page,
        without its network; raises `DreamError` if there is none.
    below : callable
        ``below(model, findings)`` draws further results below the pictures, once the run has
        ended.
    resumes : bool
        Whether an incomplete run can resume where it stopped.
    all_networks : bool
        Whether one run has all networks, so that there is one whichever are chosen.
    gallery : callable or None
        ``gallery(findings, job, look)`` draws the pictures in place of the shared gallery.
    pictures : str
        Heading of the pictures, where the charts come first; else pictures do, without a heading.
    """

    show: Callable[[str], None] = lambda model: None
    values: Callable[[str], Mapping[str, Any]] = lambda model: {}
    has_effect: Callable[[str, Mapping[str, Any]], bool] = lambda name, values: True
    variant: Callable[[Item], Variant] | None = None
    below: Callable[[str, Findings], None] = lambda model, findings: None
    resumes: bool = True
    all_networks: bool = False
    gallery: Callable[[Findings, str, "Look"], None] | None = None
    pictures: str = ""


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
    def place(self) -> tuple[str, str]:
        """Names of the analysis and of the network that its run is kept by."""
        return self.analysis, "" if self.panel.all_networks else self.model

    @property
    def key(self) -> str:
        """Start of the keys of its widgets."""
        return ".".join(filter(None, self.place))

    def titled(self, text: str) -> str:
        """Return a title or description, with the network's name unless the column is alone."""
        return text if self.alone else f"{text} · {label(self.shown or self.model)}"
