"""The analysis that is open, as the page's address says."""

import streamlit as st

from dreamlab.analysis import ANALYSES, named
from dreamlab.errors import DreamError
from dreamlab.ui.session import state

#: The tabs of the page; an analysis in the address opens the second.
COMPARE, LAYERS = "Compare", "Layer by layer"

_PARAMETER = "analysis"

#: Keys of the tabs, and of the analysis that the second tab had open when it was left.
PART, _LEFT_OPEN = "part", "left_open"


def restore() -> None:
    """Open the tab of the analysis that the address names; call it before the tabs are drawn."""
    name = st.query_params.get(_PARAMETER)
    if name is None:
        return
    try:
        named(name)
    except DreamError as error:
        state.notify(f"The analysis in the address was left out: {error}.")
        del st.query_params[_PARAMETER]
        return
    st.session_state[PART] = LAYERS


def follow() -> None:
    """Keep address and tabs together; the callback of the tabs."""
    name = st.session_state.pop(_LEFT_OPEN, None)
    if st.session_state[PART] != LAYERS:
        st.session_state[_LEFT_OPEN] = st.query_params.pop(_PARAMETER, None)
    elif name is not None:
        st.query_params[_PARAMETER] = name


def opened() -> str | None:
    """Return the name of the open analysis; None where all are shown."""
    name = st.query_params.get(_PARAMETER)
    return name if name in ANALYSES else None


def address() -> dict[str, str]:
    """Return the parameters of a link to the open analysis; none where all are shown."""
    name = opened()
    return {} if name is None else {_PARAMETER: name}


def open_(name: str) -> None:
    """Open an analysis; the browser's way back leads to where it was opened."""
    st.query_params[_PARAMETER] = name


def close() -> None:
    """Show all analyses."""
    st.query_params.pop(_PARAMETER, None)
