"""What a session remembers: the values of its widgets, by key, and nothing heavy."""

from dataclasses import dataclass
from typing import Any

import streamlit as st

from dreamlab.comparison.comparison import MAX_VARIANTS, Setup
from dreamlab.comparison.variant import COMMON, MAX_NAME, Variant
from dreamlab.errors import DreamError, shown


@dataclass(frozen=True)
class Draft:
    """A variant as it stands on the page, fit to run or not.

    Parameters
    ----------
    id : int
        Its number in this session.
    colour : int
        Index of its colour.
    name : str
        Its name as typed.
    variant : Variant or None
        What it comes to, or None if it cannot be.
    problem : str
        Why it cannot be, in one sentence.
    """

    id: int
    colour: int
    name: str
    variant: Variant | None
    problem: str = ""


def load(setup: Setup) -> None:
    """Give every widget the value it has in a set-up; call it before the widgets are drawn."""
    state = st.session_state
    state["model"], state["source"] = setup.model, setup.source
    state["max_side"], state["every"] = setup.max_side, setup.every
    for name, value in setup.common.items():
        state[f"common.{name}"] = value
    state["variants"] = []
    for variant in setup.variants:
        add(variant)


def room() -> bool:
    """Say whether the page has room for a further variant."""
    return len(st.session_state["variants"]) < MAX_VARIANTS


def add(variant: Variant, *, after: int | None = None) -> int:
    """Put a variant on the page, last or behind another, and return its number.

    One that has the name of another gets a name of its own.
    """
    state = st.session_state
    taken = {state[f"v{other}.colour"] for other in state["variants"]}
    new = state["last_variant"] = state.get("last_variant", 0) + 1
    state[f"v{new}.colour"] = min(set(range(MAX_VARIANTS)) - taken)
    state[f"v{new}.name"] = _unlike(variant.name)
    state[f"v{new}.layers"] = list(variant.layers)
    for layer, weight in variant.layers.items():
        state[f"v{new}.weight.{layer}"] = weight
    for layer, indices in variant.channels.items():
        state[f"v{new}.channels.{layer}"] = ", ".join(str(index) for index in indices)
    state[f"v{new}.overrides"] = list(variant.overrides)
    for name, value in variant.overrides.items():
        state[f"v{new}.own.{name}"] = value
    order = state["variants"]
    order.insert(len(order) if after is None else order.index(after) + 1, new)
    return new


def remove(variant: int) -> None:
    """Take a variant off the page."""
    st.session_state["variants"].remove(variant)
    for key in [key for key in st.session_state if str(key).startswith(f"v{variant}.")]:
        del st.session_state[key]


def move(variant: int, by: int) -> None:
    """Move a variant to the left (-1) or the right (+1)."""
    order = st.session_state["variants"]
    index = order.index(variant)
    order.insert(max(0, index + by), order.pop(index))


def common() -> dict[str, Any]:
    """Return the settings that all variants share."""
    return {name: st.session_state[f"common.{name}"] for name in COMMON}


def draft(variant: int) -> Draft:
    """Read a variant from its widgets."""
    state = st.session_state
    name, colour = state[f"v{variant}.name"], state[f"v{variant}.colour"]
    try:
        made = Variant(
            name=name,
            layers={layer: _own(variant, "weight", layer, 1.0) for layer in _layers(variant)},
            channels=_channels(variant),
            overrides={
                field: _own(variant, "own", field, state[f"common.{field}"])
                for field in state[f"v{variant}.overrides"]
            },
        )
        made.config(common())
    except DreamError as error:
        return Draft(variant, colour, name, None, str(error))
    return Draft(variant, colour, name, made)


def drafts() -> list[Draft]:
    """Read all variants, in their order on the page."""
    return [draft(variant) for variant in st.session_state["variants"]]


def setup(made: list[Draft]) -> Setup | None:
    """Return the whole set-up, or None while a variant cannot run."""
    variants = tuple(one.variant for one in made if one.variant is not None)
    if len(variants) < len(made):
        return None
    state = st.session_state
    return Setup(
        variants=variants,
        common=common(),
        model=state["model"],
        source=state["source"],
        max_side=state["max_side"],
        every=state["every"],
    )


def notify(text: str) -> None:
    """Leave a sentence for the visitor, shown once by `notices`."""
    st.session_state.setdefault("notices", []).append(text)


def told() -> bool:
    """Say whether a sentence waits to be shown, which only a run of the whole page does."""
    return bool(st.session_state.get("notices"))


def notices() -> None:
    """Show the sentences left since the last run."""
    for text in st.session_state.pop("notices", []):
        with st.container(border=True):
            st.text(text)


def _unlike(name: str) -> str:
    """Return the name with a number behind it if another variant on the page has it already."""
    names = {st.session_state[f"v{other}.name"] for other in st.session_state["variants"]}
    own, number = name, 1
    while own in names:
        number += 1
        own = f"{name[: MAX_NAME - 2]} {number}"
    return own


def _layers(variant: int) -> list[str]:
    return st.session_state[f"v{variant}.layers"]


def _own(variant: int, kind: str, name: str, default: Any) -> Any:
    return st.session_state.setdefault(f"v{variant}.{kind}.{name}", default)


def _channels(variant: int) -> dict[str, tuple[int, ...]]:
    texts = {name: _own(variant, "channels", name, "").strip() for name in _layers(variant)}
    chosen: dict[str, tuple[int, ...]] = {}
    for layer, text in texts.items():
        try:
            indices = tuple(int(part) for part in text.replace(",", " ").split())
        except ValueError as error:
            raise DreamError(
                f"channels of {layer} are {shown(text)}; write numbers with commas between"
            ) from error
        if indices:
            chosen[layer] = indices
    return chosen
