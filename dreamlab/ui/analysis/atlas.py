"""The panel of the layer atlas and of the excitation matrix, which use the same dreams."""

from collections.abc import Mapping
from typing import Any

from dreamlab.analysis import Item
from dreamlab.analysis.atlas import EFFORTS
from dreamlab.comparison.variant import COMMON, Variant
from dreamlab.config import DreamConfig
from dreamlab.ui.analysis.base import Panel
from dreamlab.ui.session import state


def _has_effect(name: str, values: Mapping[str, Any]) -> bool:
    if name in ("amount", "most_steps"):
        return values["effort"] == EFFORTS[0]
    if name in ("iterations", "step"):
        return values["effort"] != EFFORTS[0]
    return name != "seed" or values["jitter"] > 0


def _variant(item: Item) -> Variant:
    """Return a dream as a variant; it overrides only settings that differ from the common ones."""
    config, common = DreamConfig.from_dict(item.values["config"]), state.common()
    own = {name: getattr(config, name) for name in COMMON if getattr(config, name) != common[name]}
    return Variant(name=item.key, layers=config.layers, channels=config.channels, overrides=own)


PANEL = Panel(has_effect=_has_effect, variant=_variant)
