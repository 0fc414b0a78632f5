"""What an analysis found, taken over as a variant under Compare."""

from collections.abc import Callable

import streamlit as st

from dreamlab.analysis import Item
from dreamlab.comparison.variant import COMMON, Variant
from dreamlab.config import DreamConfig
from dreamlab.errors import DreamError
from dreamlab.ui.session import state


def of(name: str, config: DreamConfig) -> Variant:
    """Return a dream as a variant; it overrides only settings that differ from the common ones."""
    common = state.common()
    own = {field: getattr(config, field) for field in COMMON}
    differing = {field: value for field, value in own.items() if value != common[field]}
    return Variant(name=name, layers=config.layers, channels=config.channels, overrides=differing)


def of_item(item: Item) -> Variant:
    """Return the dream of an item, whose values have its settings, as a variant of its name."""
    return of(item.key, DreamConfig.from_dict(item.values["config"]))


def add(variant: Variant, model: str) -> int | None:
    """Add a variant of a network to the compare page, with a notice; a callback of buttons.

    Returns
    -------
    int or None
        Its number; None if there is no room.
    """
    if model != st.session_state["model"]:
        variant = variant.replace(model=model)
    if not state.room():
        state.notify("The page has no room for a further variant: remove one under Compare.")
        return None
    number = state.add(variant)
    state.notify(f"{state.draft(number).name} is a variant now, under Compare.")
    return number


def take(model: str, variant: Callable[[Item], Variant], item: Item) -> None:
    """Add the variant of an item, or say why there is none; a callback of buttons."""
    try:
        add(variant(item), model)
    except DreamError as error:
        state.notify(f"It did not become a variant: {error}.")
