"""The panel of the layer atlas and of the excitation matrix, which use the same dreams."""

from collections.abc import Mapping
from typing import Any

from dreamlab.analysis.atlas import EFFORTS
from dreamlab.ui.analysis import variants
from dreamlab.ui.analysis.base import Panel


def _has_effect(name: str, values: Mapping[str, Any]) -> bool:
    if name in ("amount", "most_steps"):
        return values["effort"] == EFFORTS[0]
    if name in ("iterations", "step"):
        return values["effort"] != EFFORTS[0]
    return name != "seed" or values["jitter"] > 0


PANEL = Panel(has_effect=_has_effect, variant=variants.of_item)
