"""The panel of the layer atlas and of the excitation matrix, which use the same dreams."""

from collections.abc import Mapping
from typing import Any

from dreamlab.analysis import Item
from dreamlab.analysis.atlas import EFFORTS
from dreamlab.comparison.variant import Variant
from dreamlab.config import DreamConfig
from dreamlab.ui.analysis import variants
from dreamlab.ui.analysis.base import Panel


def _has_effect(name: str, values: Mapping[str, Any]) -> bool:
    if name in ("amount", "most_steps"):
        return values["effort"] == EFFORTS[0]
    if name in ("iterations", "step"):
        return values["effort"] != EFFORTS[0]
    return name != "seed" or values["jitter"] > 0


def _variant(item: Item) -> Variant:
    return variants.of(item.values["layer"], DreamConfig.from_dict(item.values["config"]))


PANEL = Panel(has_effect=_has_effect, variant=_variant)
