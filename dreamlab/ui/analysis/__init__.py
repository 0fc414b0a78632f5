"""Layer by layer: a panel for each analysis.

An analysis without a module here gets the shared panel.
"""

import streamlit as st

from dreamlab.analysis import ANALYSES
from dreamlab.images import Picture
from dreamlab.jobs import Backend
from dreamlab.ui.analysis import atlas, attribution, channels, panel, report
from dreamlab.ui.analysis.base import Panel
from dreamlab.ui.session.visitors import Visit

#: Additions of some analyses to the shared panel.
_PANELS = {
    "atlas": atlas.PANEL,
    "channels": channels.PANEL,
    "excitation": atlas.PANEL,
    "attribution": attribution.PANEL,
}


def show(backend: Backend, visit: Visit, picture: Picture | None) -> None:
    """Draw the choice of analysis, the report button and the chosen panel."""
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
    panel.show(backend, visit, picture, name, _PANELS.get(name, Panel()))
