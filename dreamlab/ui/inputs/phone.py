"""The picture in short, above the variants: a phone's sidebar is closed."""

import streamlit as st

from dreamlab.comparison.comparison import Comparison
from dreamlab.config.base import specs
from dreamlab.images import Picture
from dreamlab.ui import style
from dreamlab.ui.inputs import picture
from dreamlab.ui.inputs.control import control

#: The choice here, which is that of the sidebar under another key.
_SOURCE = "phone.source"

#: Width of the picture, in pixels of the page.
_WIDTH = 88

_HTML = '<button type="button">Picture and settings</button>'

_CSS = """
button { font: inherit; font-size: .9rem; padding: .3rem 0; min-height: 2rem; cursor: pointer;
  color: var(--st-link-color); background: none; border: 0; }
button:focus-visible { outline: 3px solid var(--st-primary-color); outline-offset: 2px; }
"""

_JS = """
export default function ({ parentElement }) {
  parentElement.querySelector("button").onclick = () =>
    document.querySelector('[data-testid="stExpandSidebarButton"]')?.click();
}
"""

_opener = st.components.v2.component("dreamlab_open_sidebar", html=_HTML, css=_CSS, js=_JS)


def show(original: Picture | None) -> None:
    """Draw the picture, its choice and a button that opens the sidebar; a phone alone shows it.

    Parameters
    ----------
    original : Picture or None
        The chosen picture; None if it cannot be read.
    """
    now = st.session_state
    now[_SOURCE] = now["source"]
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key="phone-picture"
    ):
        if original is not None:
            # Streamlit would scale a picture of a given width anew in each run.
            with st.container(width=_WIDTH):
                st.image(original.jpeg, width="stretch", alt=original.name)
        with st.container(gap=None):
            control(
                "source",
                specs(Comparison)["source"],
                _SOURCE,
                widget=st.segmented_control,
                format_func=picture.NAMES.__getitem__,
                help=None,
                required=True,
                label_visibility="collapsed",
                width="stretch",
                on_change=_choose,
            )
            if original is None:
                style.note("There is no picture yet: open it below.", bad=True)
            _opener(key="phone-open")


def _choose() -> None:
    chosen = st.session_state[_SOURCE]
    if chosen is not None:
        st.session_state["source"] = chosen
