"""Additions of an analysis to the shared panel."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dreamlab.analysis import Findings, Item
from dreamlab.comparison.variant import Variant


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
    pictures : str
        Heading of the pictures, where the charts come first; else pictures do, without a heading.
    """

    show: Callable[[str], None] = lambda model: None
    values: Callable[[str], Mapping[str, Any]] = lambda model: {}
    has_effect: Callable[[str, Mapping[str, Any]], bool] = lambda name, values: True
    variant: Callable[[Item], Variant] | None = None
    below: Callable[[str, Findings], None] = lambda model, findings: None
    resumes: bool = True
    pictures: str = ""
