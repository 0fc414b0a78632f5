"""What an analysis found, taken over as a variant under Compare."""

from collections.abc import Callable

import streamlit as st

from dreamlab.analysis import Item
from dreamlab.comparison.variant import Variant
from dreamlab.errors import DreamError
from dreamlab.ui.session import state


def add(variant: Variant, model: str) -> None:
    """Add a variant of a network to the compare page, with a notice; a callback of buttons."""
    if model != st.session_state["model"]:
        variant = variant.replace(model=model)
    if not state.room():
        state.notify("The page has no room for a further variant: remove one under Compare.")
        return
    number = state.add(variant)
    state.notify(f"{state.draft(number).name} is a variant now, under Compare.")


def take(model: str, variant: Callable[[Item], Variant], item: Item) -> None:
    """Add the variant of an item, or say why there is none; a callback of buttons."""
    try:
        add(variant(item), model)
    except DreamError as error:
        state.notify(f"It did not become a variant: {error}.")
