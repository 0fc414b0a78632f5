"""The place that the page shows, as its address says: a tab, or an analysis in one."""

import streamlit as st

from dreamlab.analysis import named
from dreamlab.analysis.catalogue import OF_SETS
from dreamlab.errors import DreamError, shown
from dreamlab.ui.session import state, url_state

#: The tabs of the page; an analysis in the address opens the second or, of a set, the third.
COMPARE, LAYERS, NETWORKS, DREAMS = "Compare", "Layer by layer", "Networks", "My dreams"

#: Key of the tabs, and the parameters of the address.
PART, _ANALYSIS = "part", "analysis"
NAMES = PART, _ANALYSIS

#: The tabs as the address has them.
_WORDS = {"compare": COMPARE, "layers": LAYERS, "networks": NETWORKS, "dreams": DREAMS}

#: Those of them that an address names by that word.
_NAMED = {LAYERS: "layers", DREAMS: "dreams"}

#: Keys of the open analysis of layers, and of the one of the third tab that the address names.
_OPEN, _OF_NETWORKS = "place.open", "place.of_networks"


def restore() -> None:
    """Go where the address leads; call it before the tabs are drawn.

    It leads somewhere in the first run, and after the browser went back or forth. In all other runs
    it follows the page.
    """
    if not url_state.has_moved():
        return
    told, now = st.query_params, st.session_state
    try:
        if _ANALYSIS in told:
            named(told[_ANALYSIS])
            _go(told[_ANALYSIS])
            return
    except DreamError as error:
        state.notify(f"The analysis in the address was left out: {error}.")
    word = told.get(PART, "compare").casefold()
    if word not in _WORDS:
        words = ", ".join(_WORDS)
        state.notify(
            f"The part in the address was left out: it is {shown(word)}; choose from {words}."
        )
    now[PART] = _WORDS.get(word, COMPARE)
    if now[PART] == LAYERS:
        now[_OPEN] = None


def _go(name: str) -> None:
    of_set = name in OF_SETS
    st.session_state[PART] = NETWORKS if of_set else LAYERS
    st.session_state[_OF_NETWORKS if of_set else _OPEN] = name


def opened() -> str | None:
    """Return the name of the open analysis of layers; None where all are shown."""
    return st.session_state.get(_OPEN)


def analysis() -> str | None:
    """Return the name of the analysis that the address names; None if it names none."""
    part = st.session_state.get(PART)
    if part == NETWORKS:
        return st.session_state.get(_OF_NETWORKS, next(iter(OF_SETS)))
    return opened() if part == LAYERS else None


def address() -> dict[str, str]:
    """Return the parameters of a link to the place; none for the first tab."""
    name = analysis()
    if name is not None:
        return {_ANALYSIS: name}
    word = _NAMED.get(st.session_state.get(PART, COMPARE))
    return {} if word is None else {PART: word}


def open_(name: str) -> None:
    """Open an analysis of layers, or name one of networks in the address."""
    st.session_state[_OF_NETWORKS if name in OF_SETS else _OPEN] = name


def close() -> None:
    """Show all analyses of layers."""
    st.session_state[_OPEN] = None
