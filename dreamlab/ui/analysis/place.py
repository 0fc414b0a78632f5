"""The analysis that is open, as the page's address says."""

import streamlit as st

from dreamlab.analysis import ANALYSES, named
from dreamlab.analysis.catalogue import OF_LAYERS, OF_SETS
from dreamlab.errors import DreamError
from dreamlab.ui.session import state

#: The tabs of the page; an analysis in the address opens the second or, of a set, the third.
COMPARE, LAYERS, NETWORKS = "Compare", "Layer by layer", "Networks"

_PARAMETER = "analysis"

#: Keys of the tabs, of the analysis that the second tab had open when it was left, and of the tab
#: before the third.
PART, _LEFT_OPEN, _BEFORE = "part", "left_open", "before_networks"

#: The analysis whose name stands in the address of the networks.
_FIRST_OF_NETWORKS = next(iter(OF_SETS))


def restore() -> None:
    """Open the tab of the analysis that the address names; call it before the tabs are drawn."""
    name = st.query_params.get(_PARAMETER)
    if name is None:
        if st.session_state.get(PART) == NETWORKS:  # the browser's way back led out of them
            st.session_state[PART] = st.session_state.get(_BEFORE, COMPARE)
        return
    try:
        named(name)
    except DreamError as error:
        state.notify(f"The analysis in the address was left out: {error}.")
        del st.query_params[_PARAMETER]
        return
    st.session_state[PART] = NETWORKS if name in OF_SETS else LAYERS


def follow() -> None:
    """Keep address and tabs together; the callback of the tabs."""
    left, now = opened(), st.session_state[PART]
    if left is not None:
        st.session_state[_LEFT_OPEN] = left
    if now != NETWORKS:
        st.session_state[_BEFORE] = now
    st.query_params.pop(_PARAMETER, None)
    name = _FIRST_OF_NETWORKS if now == NETWORKS else st.session_state.get(_LEFT_OPEN)
    if now != COMPARE and name is not None:
        st.query_params[_PARAMETER] = name


def opened() -> str | None:
    """Return the name of the open analysis of layers; None where all are shown."""
    name = st.query_params.get(_PARAMETER, "")
    return name if name in OF_LAYERS else None


def address() -> dict[str, str]:
    """Return the parameters of a link to the open analysis; none where all are shown."""
    name = st.query_params.get(_PARAMETER, "")
    return {_PARAMETER: name} if name in ANALYSES else {}


def open_(name: str) -> None:
    """Open an analysis; the browser's way back leads to where it was opened."""
    st.query_params[_PARAMETER] = name


def close() -> None:
    """Show all analyses."""
    st.query_params.pop(_PARAMETER, None)
    st.session_state.pop(_LEFT_OPEN, None)
