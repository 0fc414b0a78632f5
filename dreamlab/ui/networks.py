"""Networks: which one, and which of its layers, is right for the visitor's pictures.

The two analyses of a set of pictures, each with the panel that all analyses have.
"""

import streamlit as st

from dreamlab.analysis import named
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
    _panel(backend, visit, "separability", compared.chosen()[0])
    _panel(backend, visit, "examples", compared.looked_into())


def _panel(backend: Backend, visit: Visit, name: str, model: str) -> None:
    analysis = named(name)
    st.space("small")
    style.name(analysis.question, level=2)
    style.note(analysis.summary)
    if name == "examples":
        compared.show_one()
    panel.show(backend, visit, None, look_of(name, model))
