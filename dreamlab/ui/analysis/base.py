"""What an analysis adds to the panel that all analyses share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dreamlab.analysis import Findings, Item
from dreamlab.comparison.variant import Variant


@dataclass(frozen=True)
class Panel:
    """What an analysis has beyond the shared panel; all of it may be left out.

    Parameters
    ----------
    show : callable
        Draws controls of its own.
    values : callable
        Returns the settings that these controls hold in the session; raises `DreamError` if they
        cannot run.
    has_effect : callable
        ``has_effect(name, values)`` tells whether a setting has an effect, from the values of the
        settings before it.
    variant : callable or None
        ``variant(item)`` is what a click on a picture puts on the compare page; raises `DreamError`
        if it cannot.
    below : callable
        Draws what stands below the pictures of findings that are complete or were broken off.
    resumes : bool
        Whether a run that was broken off can go on where it stopped.
    """

    show: Callable[[], None] = lambda: None
    values: Callable[[], Mapping[str, Any]] = dict
    has_effect: Callable[[str, Mapping[str, Any]], bool] = lambda name, values: True
    variant: Callable[[Item], Variant] | None = None
    below: Callable[[Findings], None] = lambda findings: None
    resumes: bool = True
