"""The panel of similar layers, which has both networks in one run."""

from collections.abc import Mapping
from typing import Any

from dreamlab.ui.analysis import choice
from dreamlab.ui.analysis.base import Panel


def _values(model: str) -> Mapping[str, Any]:
    """Return the second network, from the choice above the panel."""
    others = [name for name in choice.chosen() if name != model]
    return {"beside": others[0] if others else ""}


PANEL = Panel(values=_values)
