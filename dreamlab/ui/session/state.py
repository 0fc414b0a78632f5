"""State of a session: the values of its widgets, by key; pictures are not part of it."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import streamlit as st

from dreamlab.comparison.comparison import MAX_VARIANTS, Comparison
from dreamlab.comparison.variant import COMMON, MAX_NAME, Variant
from dreamlab.config import DreamConfig
from dreamlab.config.layers import parse_channel
from dreamlab.errors import DreamError
from dreamlab.ui.session import keys
from dreamlab.ui.session.keys import VariantKeys
from dreamlab.ui.session.starts import Start


@dataclass(frozen=True)
class Draft:
    """A variant as its widgets describe it, valid or not.

    Parameters
    ----------
    id : int
        Number of the variant in this session.
    colour : int
        Index of the colour.
    name : str
        Name as typed.
    model : str
        Name of the network: its own, or that of the page.
    variant : Variant or None
        The checked variant; None if it is invalid.
    config : DreamConfig or None
        The variant's settings over the common settings; None if it is invalid.
    problem : str
        Why it is invalid, in one sentence; else empty.
    start : Start or None
        The picture of a dream that it goes on from; None for a dream of the page's picture.
    """

    id: int
    colour: int
    name: str
    model: str
    variant: Variant | None = None
    config: DreamConfig | None = None
    problem: str = ""
    start: Start | None = None

    @property
    def keys(self) -> VariantKeys:
        """Keys of the variant's widgets."""
        return VariantKeys(self.id)


def load(comparison: Comparison, starts: Sequence[Start | None] = ()) -> None:
    """Set every widget to its value in a comparison; call it before the widgets are drawn.

    Parameters
    ----------
    comparison : Comparison
        The comparison.
    starts : sequence of Start or None
        What its variants go on from, in their order; by default they begin with the picture.
    """
    state = st.session_state
    for name in keys.PAGE:
        state[name] = getattr(comparison, name)
    for name, value in comparison.common.items():
        state[keys.common(name)] = value
    before = tuple(state.setdefault("variants", []))
    for identity in before:
        remove(identity)
    for variant, start in zip_longest(comparison.variants, starts):
        add(variant, start=start)
    # An open editor stays open, with the variant that is now in that place.
    followed = dict(zip(before, state["variants"], strict=False))
    state[keys.EDITED] = followed.get(state.get(keys.EDITED))


def room() -> bool:
    """Return whether the page has room for another variant."""
    return len(st.session_state["variants"]) < MAX_VARIANTS


def add(variant: Variant, *, after: int | None = None, start: Start | None = None) -> int:
    """Add a variant to the page, at the end or after another, and return its number.

    If another variant has the same name, the new variant gets a number after its name.
    """
    state = st.session_state
    colours = {state[VariantKeys(other).colour] for other in state["variants"]}
    new = state["last_variant"] = state.get("last_variant", 0) + 1
    own = VariantKeys(new)
    state[own.colour] = min(set(range(MAX_VARIANTS)) - colours)
    state[own.name] = _unlike(variant.name)
    state[own.model] = variant.model or ""
    if start is not None:
        state[own.start] = start
    set_layers(own, variant.layers, variant.channels, variant.unguided)
    state[own.overrides] = list(variant.overrides)
    for name, value in variant.overrides.items():
        state[own.own(name)] = value
    order = state["variants"]
    order.insert(len(order) if after is None else order.index(after) + 1, new)
    return new


def set_layers(
    own: VariantKeys,
    layers: Mapping[str, float],
    channels: Mapping[str, tuple],
    unguided: Collection[str] = (),
) -> None:
    """Set the layers of a variant, with their weights and channels, and which have no guide."""
    state = st.session_state
    state[own.layers] = list(layers)
    for layer, weight in layers.items():
        state[own.weight(layer)] = weight
        state[own.channels(layer)] = ", ".join(map(str, channels.get(layer, ())))
        state[own.guided(layer)] = layer not in unguided


def remove(variant: int) -> None:
    """Remove a variant from the page."""
    st.session_state["variants"].remove(variant)
    prefix = VariantKeys(variant).prefix
    for key in [key for key in st.session_state if str(key).startswith(prefix)]:
        del st.session_state[key]


def move(variant: int, by: int) -> None:
    """Move a variant to the left (-1) or to the right (+1)."""
    order = st.session_state["variants"]
    index = order.index(variant)
    order.insert(max(0, index + by), order.pop(index))


def common() -> dict[str, Any]:
    """Return the settings that all variants share."""
    return {name: st.session_state[keys.common(name)] for name in COMMON}


def draft(number: int) -> Draft:
    """Read a variant from its widgets."""
    state, own = st.session_state, VariantKeys(number)
    name, colour = state[own.name], state[own.colour]
    model, start = state[own.model] or state["model"], state.get(own.start)
    try:
        variant = Variant(
            name=name,
            model=state[own.model] or None,
            layers={layer: state.setdefault(own.weight(layer), 1.0) for layer in state[own.layers]},
            channels=channels(own),
            unguided=unguided(own),
            overrides={
                field: state.setdefault(own.own(field), state[keys.common(field)])
                for field in state[own.overrides]
            },
        )
        config = variant.config(common())
        return Draft(number, colour, name, model, variant, config, start=start)
    except DreamError as error:
        return Draft(number, colour, name, model, problem=str(error), start=start)


def drafts() -> list[Draft]:
    """Read all variants, in their order on the page."""
    return [draft(variant) for variant in st.session_state["variants"]]


def page() -> dict[str, Any]:
    """Return the settings of the comparison besides variants and common settings."""
    return {name: st.session_state[name] for name in keys.PAGE}


def comparison(drafts: list[Draft]) -> Comparison | None:
    """Return the whole comparison, or None if a variant is invalid."""
    variants = tuple(draft.variant for draft in drafts if draft.variant is not None)
    if len(variants) < len(drafts):
        return None
    return Comparison(variants=variants, common=common(), **page())


def notify(text: str) -> None:
    """Store a sentence for the visitor; `notices` shows it once."""
    st.session_state.setdefault("notices", []).append(text)


def has_notices() -> bool:
    """Return whether a notice waits; only a run of the whole page shows it."""
    return bool(st.session_state.get("notices"))


def notices() -> None:
    """Show the notices stored since the last run."""
    for text in st.session_state.pop("notices", []):
        with st.container(border=True):
            st.text(text)


def _unlike(name: str) -> str:
    """Return the name, followed by a number if another variant has the same name."""
    state = st.session_state
    names = {state[VariantKeys(other).name] for other in state["variants"]}
    free, number = name, 1
    while free in names:
        number += 1
        free = f"{name[: MAX_NAME - 2]} {number}"
    return free


def guide(own: VariantKeys) -> str:
    """Return the guide of a variant: its own, or that of the page."""
    state = st.session_state
    if "guide" in state[own.overrides] and own.own("guide") in state:
        return state[own.own("guide")]
    return state[keys.common("guide")]


def unguided(own: VariantKeys) -> tuple[str, ...]:
    """Return the layers of a variant that its guide leaves alone; none where it has no guide."""
    state = st.session_state
    if guide(own) == "none":
        return ()
    return tuple(name for name in state[own.layers] if not state.setdefault(own.guided(name), True))


def channels(own: VariantKeys) -> dict[str, tuple[int | str, ...]]:
    """Return the channels of each layer of a variant, as typed: numbers, or names of classes."""
    state = st.session_state
    texts = {
        layer: state.setdefault(own.channels(layer), "").strip() for layer in state[own.layers]
    }
    found = {layer: _parsed(text) for layer, text in texts.items()}
    return {layer: chosen for layer, chosen in found.items() if chosen}


def _parsed(text: str) -> tuple[int | str, ...]:
    with suppress(ValueError):  # the names of classes have spaces within
        return tuple(int(part) for part in text.replace(",", " ").split())
    return tuple(parse_channel(part) for part in text.split(",") if part.strip())
