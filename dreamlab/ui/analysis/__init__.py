"""Layer by layer: a panel for each analysis.

An analysis without a module here gets the shared panel.
"""

import streamlit as st

from dreamlab.analysis import ANALYSES
from dreamlab.images import Picture
from dreamlab.jobs import Backend
from dreamlab.ui import style
from dreamlab.ui.analysis import atlas, attribution, channels, choice, panel, report
from dreamlab.ui.analysis.base import Panel
from dreamlab.ui.analysis.look import Look
from dreamlab.ui.session.visitors import Visit
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
    with st.container(horizontal=True, vertical_alignment="bottom"):
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
        choice.show()
        st.space("stretch")
        report.button(backend, visit)
    style.note(ANALYSES[name].summary)
    models = choice.chosen()
    columns = st.columns(len(models), gap="medium")
    for index, (column, model) in enumerate(zip(columns, models, strict=True)):
        look = Look(name, model, _PANELS.get(name, Panel()), index, alone=len(models) == 1)
        with column:
            style.name(label(model), level=2)
            panel.show(backend, visit, picture, look)
