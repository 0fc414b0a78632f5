"""The panel of mix attribution, which analyses a variant and balances its weights."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from dreamlab.analysis import Findings, named
from dreamlab.config import PRESETS, DreamConfig
from dreamlab.config.presets import mixed_preset
from dreamlab.errors import DreamError, listed, shown
from dreamlab.ui import style
from dreamlab.ui.analysis import variants
from dreamlab.ui.analysis.base import Panel
from dreamlab.ui.session import state
from dreamlab.ui.session.keys import VariantKeys
from dreamlab.ui.session.state import Draft
from dreamlab.zoo import label


def _key(model: str) -> str:
    """Return the key of the widget that chooses a variant of a network."""
    return f"attribution.{model}.variant"


def _show(model: str) -> None:
    """Draw the choice of a variant of the network."""
    drafts = _drafts(model)
    st.selectbox(
        f"Variant of {label(model)}",
        list(drafts),
        index=list(drafts).index(_start(drafts)),
        format_func=lambda variant: drafts[variant].name,
        key=_key(model),
        persist_state="session",
        width=330,
        help="It is looked into with all its settings, on a picture of the size given here.",
    )
    layers = st.session_state[VariantKeys(_chosen(model, drafts)).layers]
    if len(layers) == 1:
        _offer_mix(model, layers[0])
    others = [draft.name for draft in state.drafts() if draft.id not in drafts]
    if others:
        style.note(f"Not of this network: {listed(others)}.")


def _offer_mix(model: str, layer: str) -> None:
    """Say that there is nothing to share out in a single layer, and offer the network's mix."""
    with st.container(horizontal=True, vertical_alignment="center"):
        style.note(f"{layer} is alone in this variant, so all of its dream is its own.")
        preset = mixed_preset(model)
        if preset is not None:
            st.button(
                "Mixed",
                icon=":material/add:",
                key=f"attribution.{model}.mixed",
                on_click=_add_mix,
                args=(model, preset),
                help="Adds the network's mix of layers as a variant, and chooses it here.",
            )


def _add_mix(model: str, preset: str) -> None:
    config = DreamConfig(**PRESETS[preset])
    number = variants.add(variants.of("Mixed", config), model)
    if number is not None:
        st.session_state[_key(model)] = number


def restore(model: str, text: str) -> None:
    """Choose the variant that an address names by its place on the page, from 1.

    Raises
    ------
    DreamError
        If there is none, or it is of another network.
    """
    places = {str(place): draft for place, draft in enumerate(state.drafts(), 1)}
    mine = [place for place, draft in places.items() if draft.model == model]
    if text not in mine:
        raise DreamError(f"variant is {shown(text)}; choose from {listed(mine, 6)}")
    st.session_state[_key(model)] = places[text].id


def address(model: str) -> dict[str, str]:
    """Return the parameter of a link to the chosen variant; none for the one it starts with."""
    drafts = {draft.id: draft for draft in state.drafts() if draft.model == model}
    if not drafts or (chosen := _chosen(model, drafts)) == _start(drafts):
        return {}
    order = [draft.id for draft in state.drafts()]
    return {"variant": str(order.index(chosen) + 1)}


def _chosen(model: str, drafts: Mapping[int, Draft]) -> int:
    """Return the number of the chosen variant, or of the first with the most layers."""
    choice = st.session_state.get(_key(model))
    return choice if isinstance(choice, int) and choice in drafts else _start(drafts)


def _drafts(model: str) -> dict[int, Draft]:
    """Return the variants of a network by number; raises `DreamError` if there are none."""
    drafts = {draft.id: draft for draft in state.drafts() if draft.model == model}
    if not drafts:
        raise DreamError(
            f"no variant is of {label(model)}; choose a network that one has, or give one this "
            "network under Compare"
        )
    return drafts


def _start(drafts: Mapping[int, Draft]) -> int:
    """Return the default of the choice: the first variant with the most layers."""
    return max(drafts, key=lambda variant: len(st.session_state[VariantKeys(variant).layers]))


def _values(model: str) -> dict[str, Any]:
    """Return the settings of the chosen variant."""
    drafts = _drafts(model)
    draft = drafts[_chosen(model, drafts)]
    if draft.variant is None:
        raise DreamError(f"{draft.name} cannot run: {draft.problem}")
    return draft.variant.config(state.common()).to_dict()


def _below(model: str, findings: Findings) -> None:
    tables = named("attribution").tables(findings)
    rows = next((table.rows for table in tables if table.name == "balance"), ())
    balanced = {name: weight for name, _, weight in rows if weight is not None}
    if not balanced:
        return
    like = _like(model, findings.settings)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Balance",
            icon=":material/balance:",
            key=f"attribution.{model}.balance",
            disabled=like is None,
            on_click=_balance,
            args=(like, balanced),
            help="Sets weights with which all layers would have pulled equally hard. The dream is "
            "another one then: run it again, and balance again if it is still uneven.",
        )
        weights = ", ".join(f"{name} {weight:.3g}" for name, weight in balanced.items())
        style.note(
            "No variant has the layers that were looked into: run it again to balance."
            if like is None
            else f"Balanced weights: {weights}"
        )


def _like(model: str, settings: Mapping[str, Any]) -> int | None:
    """Return a variant with the same network, weights and channels, the chosen one if it has them.

    None if no variant has them.
    """
    configs = [
        (draft.id, draft.variant.config({}).to_dict())
        for draft in state.drafts()
        if draft.variant is not None and draft.model == model
    ]
    own = ("layers", "channels")
    variants = [
        variant
        for variant, config in configs
        if all(config[field] == settings[field] for field in own)
    ]
    choice = st.session_state.get(_key(model))
    return choice if choice in variants else next(iter(variants), None)


def _balance(variant: int, weights: Mapping[str, float]) -> None:
    for name, weight in weights.items():
        st.session_state[VariantKeys(variant).weight(name)] = weight
    state.notify(f"{state.draft(variant).name} has balanced weights now.")


PANEL = Panel(show=_show, values=_values, below=_below, resumes=False)
