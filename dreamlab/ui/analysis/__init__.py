"""Layer by layer: a panel for each analysis.

An analysis without a module here gets the shared panel.
"""

from itertools import pairwise

import streamlit as st

from dreamlab.analysis import ANALYSES
from dreamlab.errors import listed
from dreamlab.images import Picture
from dreamlab.jobs import Backend
from dreamlab.ui import style
from dreamlab.ui.analysis import atlas, attribution, channels, choice, panel, report
from dreamlab.ui.analysis.base import Panel
from dreamlab.ui.analysis.look import Look
from dreamlab.ui.inputs import control
from dreamlab.ui.session.visitors import AnalysisRun, Visit
from dreamlab.zoo import label

#: Additions of some analyses to the shared panel.
_PANELS = {
    "atlas": atlas.PANEL,
    "channels": channels.PANEL,
    "excitation": atlas.PANEL,
    "attribution": attribution.PANEL,
}


def show(backend: Backend, visit: Visit, picture: Picture | None) -> None:
    """Draw the choice of analysis and networks, the report button, and a panel for each network."""
    with st.container(horizontal=True, vertical_alignment="center"):
        name = st.segmented_control(
            "Analysis",
            list(ANALYSES),
            format_func=lambda analysis: ANALYSES[analysis].title,
            default="atlas",
            required=True,
            key="analysis",
            label_visibility="collapsed",
            persist_state="session",
        )
        st.space("stretch")
        report.button(backend, visit)
    choice.show()
    style.note(ANALYSES[name].summary)
    models = choice.chosen()
    _compared([visit.analyses.get((name, model)) for model in models])
    columns = st.columns(len(models), gap="medium")
    for index, (column, model) in enumerate(zip(columns, models, strict=True)):
        look = Look(name, model, _PANELS.get(name, Panel()), index, alone=len(models) == 1)
        with column:
            if not look.alone:
                style.name(label(model), level=2)
            panel.show(backend, visit, picture, look)


def _compared(runs: list[AnalysisRun | None]) -> None:
    """Say what keeps the findings of two networks from being compared."""
    for first, second in pairwise(runs):
        if first is None or second is None:
            continue
        if names := first.differences(second):
            differences = listed(control.label(name).lower() for name in names)
            style.note(f"These two differ in {differences}: run one again to compare.", bad=True)
