"""The panel of mix attribution, which analyses a variant and balances its weights."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from dreamlab.analysis import Findings, named
from dreamlab.errors import DreamError
from dreamlab.ui import style
from dreamlab.ui.analysis.base import Panel
from dreamlab.ui.session import state
from dreamlab.ui.session.keys import VariantKeys

_VARIANT = "attribution.variant"  # key of the widget that chooses a variant


def _show() -> None:
    """Draw the choice of a variant."""
    drafts = {draft.id: draft for draft in state.drafts()}
    st.selectbox(
        "Variant",
        list(drafts),
        index=list(drafts).index(_start()),
        format_func=lambda variant: drafts[variant].name,
        key=_VARIANT,
        persist_state="session",
        width=330,
        help="It is looked into with all its settings, on a picture of the size given here.",
    )


def _start() -> int:
    """Return the default of the choice: the first variant with the most layers."""
    now = st.session_state
    return max(now["variants"], key=lambda variant: len(now[VariantKeys(variant).layers]))


def _values() -> dict[str, Any]:
    """Return the settings of the chosen variant."""
    now = st.session_state
    draft = state.draft(now[_VARIANT] if now.get(_VARIANT) in now["variants"] else _start())
    if draft.variant is None:
        raise DreamError(f"{draft.name} cannot run: {draft.problem}")
    return draft.variant.config(state.common()).to_dict()


def _below(findings: Findings) -> None:
    tables = named("attribution").tables(findings)
    rows = next((table.rows for table in tables if table.name == "balance"), ())
    balanced = {name: weight for name, _, weight in rows if weight is not None}
    if not balanced:
        return
    like = _like(findings.settings)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Balance",
            icon=":material/balance:",
            key="attribution.balance",
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


def _like(settings: Mapping[str, Any]) -> int | None:
    """Return a variant with the same weights and channels: the chosen variant, else the first.

    None if no variant has them.
    """
    configs = [
        (draft.id, draft.variant.config({}).to_dict())
        for draft in state.drafts()
        if draft.variant is not None
    ]
    own = ("layers", "channels")
    variants = [
        variant
        for variant, config in configs
        if all(config[field] == settings[field] for field in own)
    ]
    choice = st.session_state[_VARIANT]
    return choice if choice in variants else next(iter(variants), None)


def _balance(variant: int, weights: Mapping[str, float]) -> None:
    for name, weight in weights.items():
        st.session_state[VariantKeys(variant).weight(name)] = weight
    state.notify(f"{state.draft(variant).name} has balanced weights now.")


PANEL = Panel(show=_show, values=_values, below=_below, resumes=False)
