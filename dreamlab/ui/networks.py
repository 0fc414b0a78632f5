"""Networks: which one, and which of its layers, is right for the visitor's pictures.

The analyses of a set of pictures, each with the panel that all analyses have.
"""

import streamlit as st

from dreamlab.analysis import Analysis
from dreamlab.analysis.catalogue import OF_SETS
from dreamlab.jobs import Backend
from dreamlab.ui import style
from dreamlab.ui.analysis import panel, report
from dreamlab.ui.analysis.look import look_of
from dreamlab.ui.inputs import compared, picture_set
from dreamlab.ui.session.visitors import Visit


def show(backend: Backend, visit: Visit) -> None:
    """Draw the pictures, the networks, and what is found of them."""
    with st.container(horizontal=True, vertical_alignment="center"):
        style.text("Which network, and which of its layers, is right for your pictures?")
        st.space("stretch")
        report.button(backend, visit)
    picture_set.show()
    compared.show()
    for analysis in OF_SETS.values():
        _panel(backend, visit, analysis)


def _panel(backend: Backend, visit: Visit, analysis: Analysis) -> None:
    st.space("small")
    style.name(analysis.question, level=2)
    style.note(analysis.summary)
    if analysis.beside:  # one run has all networks
        model = compared.chosen()[0]
    else:
        compared.show_one(analysis.name)
        model = compared.looked_into(analysis.name)
    panel.show(backend, visit, None, look_of(analysis.name, model))
