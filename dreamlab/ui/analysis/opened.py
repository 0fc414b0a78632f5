"""An open analysis, of one network or of two beside each other."""

import streamlit as st

from dreamlab.analysis import named
from dreamlab.errors import listed
from dreamlab.images import Picture
from dreamlab.jobs import Backend
from dreamlab.ui import style
from dreamlab.ui.analysis import choice, drawing, panel, place, report
from dreamlab.ui.analysis.base import Look
from dreamlab.ui.analysis.look import looks_of
from dreamlab.ui.inputs import control
from dreamlab.ui.session import queries
from dreamlab.ui.session.visitors import Visit
from dreamlab.zoo import label


def show(backend: Backend, visit: Visit, picture: Picture | None, name: str) -> None:
    """Draw an analysis: its question, the choice of networks, and a panel for each."""
    analysis = named(name)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "All analyses",
            icon=":material/arrow_back:",
            key="back",
            type="tertiary",
            on_click=place.close,
        )
        style.name(analysis.title, analysis.question, level=2)
        st.space("stretch")
        report.button(backend, visit)
    style.note(analysis.summary)
    choice.show()
    looks = looks_of(name)
    if len(looks) == 2:
        _compared(backend, visit, looks)
    for column, look in zip(st.columns(len(looks), gap="medium"), looks, strict=True):
        with column:
            if not look.alone:
                style.name(label(look.model), level=2)
            panel.show(backend, visit, picture, look)


def _compared(backend: Backend, visit: Visit, looks: list[Look]) -> None:
    """Say what the findings of two networks say of each other, or what keeps them from it."""
    runs = [visit.analyses.get((look.analysis, look.model)) for look in looks]
    first, second = runs
    if first is None or second is None:
        return
    if names := first.differences(second):
        differences = listed(control.label(name).lower() for name in names)
        style.note(f"These two differ in {differences}: run one again to compare.", bad=True)
        return
    pair = queries.pair(backend, first, second)
    if pair is None or named(first.task.analysis).contrast is None:  # each sentence stands below
        return
    found = pair.contrast
    style.said(found.sentence)
    for table in found.tables:
        drawing.table(table, f"{first.task.analysis}.{table.name}", table.title)
