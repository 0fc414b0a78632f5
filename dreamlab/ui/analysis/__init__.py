"""Layer by layer: a wall of analyses, and a panel for the open one.

An analysis without a module here gets the shared panel.
"""

import streamlit as st

from dreamlab.images import Picture
from dreamlab.jobs import Backend
from dreamlab.ui import style
from dreamlab.ui.analysis import opened, place, report, wall
from dreamlab.ui.session.visitors import Visit


def show(backend: Backend, visit: Visit, picture: Picture | None) -> None:
    """Draw all analyses as cards, or the open one."""
    name = place.opened()
    if name is not None:
        opened.show(backend, visit, picture, name)
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        style.text("What does each layer see, what does it keep, and what does it rely on?")
        st.space("stretch")
        report.button(backend, visit)
    wall.show(backend, visit, picture)
