"""The panel of mix attribution: it looks into a variant, and balances its weights."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import streamlit as st

from dreamlab.analysis import Findings, named
from dreamlab.analysis.attribution import AttributionSettings
from dreamlab.errors import DreamError
from dreamlab.ui import state, style
from dreamlab.ui.analysis.panel import Panel


def _values() -> dict[str, Any]:
    """Draw the choice of a variant and return its settings."""
    drafts = {draft.id: draft for draft in state.drafts()}
    mixes = [len(st.session_state[f"v{one}.layers"]) for one in drafts]
    chosen = st.selectbox(
        "Variant",
        list(drafts),
        index=mixes.index(max(mixes)),
        format_func=lambda one: drafts[one].name,
        key="attribution.variant",
        persist_state="session",
        width=330,
        help="It is looked into with all its settings, but for channels: all of them count.",
    )
    draft = drafts[chosen]
    if draft.variant is None:
        raise DreamError(f"{draft.name} cannot run: {draft.problem}")
    config = draft.variant.config(state.common())
    names = {spec.name for spec in dataclasses.fields(config)}
    own = (spec.name for spec in dataclasses.fields(AttributionSettings) if spec.name in names)
    return {name: getattr(config, name) for name in own}


def _below(findings: Findings) -> None:
    tables = named("attribution").tables(findings)
    rows = next((table.rows for table in tables if table.name == "balance"), ())
    if not rows:
        return
    like = _like(findings.settings["layers"])
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Balance",
            icon=":material/balance:",
            key="attribution.balance",
            disabled=like is None,
            on_click=_balance,
            args=(like, {name: balanced for name, _, balanced in rows}),
            help="Sets weights with which all layers pull equally hard.",
        )
        weights = ", ".join(f"{name} {balanced:.3g}" for name, _, balanced in rows)
        style.note(
            "No variant has the weights that were looked into: run it again to balance."
            if like is None
            else f"Balanced weights: {weights}"
        )


def _like(weights: Mapping[str, float]) -> int | None:
    """Return the variant with these weights: the chosen one if it has them, else the first."""
    drafts = [draft for draft in state.drafts() if draft.variant is not None]
    found = [draft.id for draft in drafts if dict(draft.variant.layers) == dict(weights)]
    chosen = st.session_state["attribution.variant"]
    return chosen if chosen in found else next(iter(found), None)


def _balance(variant: int, weights: Mapping[str, float]) -> None:
    for name, weight in weights.items():
        st.session_state[f"v{variant}.weight.{name}"] = weight
    state.notify(f"{state.draft(variant).name} has balanced weights now.")


PANEL = Panel(values=_values, below=_below, resumes=False)
