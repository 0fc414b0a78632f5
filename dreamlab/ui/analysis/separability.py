"""The panel of separability, which has all networks in one run."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from dreamlab.analysis import Findings
from dreamlab.analysis.separability_figures import best, figures_of
from dreamlab.ui.analysis import place
from dreamlab.ui.analysis.base import Panel
from dreamlab.ui.inputs import compared
from dreamlab.zoo import label


def _values(model: str) -> Mapping[str, Any]:
    """Return the further networks, from the choice above the panel."""
    return {"beside": tuple(name for name in compared.chosen() if name != model)}


def _below(model: str, findings: Findings) -> None:
    figures = figures_of(findings.items, "original")
    if not figures:
        return
    top = best(figures)
    st.button(
        f"See what {top['layer']} of {label(top['network'])} finds",
        icon=":material/arrow_downward:",
        key="task.look_into",
        on_click=_look_into,
        args=(top["network"], top["layer"]),
    )


def _look_into(model: str, layer: str) -> None:
    place.open_("examples")
    compared.look_into("examples", model)
    st.session_state[f"examples.{model}.set.layer"] = layer


PANEL = Panel(
    values=_values,
    below=_below,
    all_networks=True,
    pictures="Pictures that the best layer tells wrong",
)
