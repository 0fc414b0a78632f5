"""The page's address: the comparison is read from it at the start, and all is written to it."""

from collections.abc import Collection, Mapping
from urllib.parse import urlencode, urlsplit, urlunsplit

import streamlit as st

from dreamlab.comparison.comparison import Comparison
from dreamlab.errors import DreamError
from dreamlab.ui.session import state, typed
from dreamlab.ui.session.state import Draft

#: Published links use this name.
_PARAMETER = "setup"

#: Parameter with the number of a step back or forth, and the key of the last that was read.
STEP, _STEP = "step_of_history", "address.step"

#: Parameters that ask for results; a link that is wrong in part asks for none.
DREAMT, FOUND = "dreamt", "found"

#: Parameter that says that variants went on from pictures, which no link has.
STARTS = "starts"

#: Names of the parameters besides those of the comparison in words, and of places.
NAMES = (_PARAMETER, DREAMT, FOUND, STARTS, STEP, "visit", "status", "embed", "embed_options")


def restore() -> bool:
    """Load the comparison of the address, or the default, in the first run of a session.

    Returns
    -------
    bool
        Whether this is the first run.
    """
    if "variants" in st.session_state:
        return False
    told = st.query_params
    comparison = typed.default()
    try:
        if told.get(_PARAMETER):
            comparison = Comparison.decode(told[_PARAMETER])
        else:
            comparison, wrong = typed.comparison(parameters())
            for sentence in wrong:
                leave_out(sentence, DREAMT)
    except DreamError as error:
        leave_out(f"The comparison in the address was left out: {error}.", DREAMT)
        told.pop(_PARAMETER, None)
    comparison, said = comparison.without_pictures()
    for sentence in said:
        leave_out(sentence, DREAMT)
    state.load(comparison)
    return True


def parameters() -> dict[str, str]:
    """Return the parameters of the address.

    Another run of the page may replace them all while this one, which it ends, reads them.
    """
    told = st.query_params
    return {name: value for name in [*told] if (value := told.get(name)) is not None}


def leave_out(sentence: str, asks: str) -> None:
    """Say what of the address was left out; nothing is worked out for a link that is wrong."""
    state.notify(sentence)
    st.query_params.pop(asks, None)


def has_moved() -> bool:
    """Return whether the browser came to the address, which otherwise follows the page.

    It did in the first run, and once after each step back or forth. The page's script gives a step
    a number (`dreamlab.ui.history`): an address without a new one may be older than what was
    written since, as a visitor may act again before the browser has that.
    """
    step = st.query_params.get(STEP, "")
    first = _STEP not in st.session_state
    if not first and step in ("", st.session_state[_STEP]):
        return False
    st.session_state[_STEP] = step
    return True


def keep(comparison: Comparison | None, opened: Mapping[str, str], ours: Collection[str]) -> None:
    """Write the comparison and what else is open into the address.

    Parameters
    ----------
    comparison : Comparison or None
        The comparison; None leaves that of the address unchanged.
    opened : mapping of str to str
        What else is open, as parameters.
    ours : collection of str
        Names of all parameters of what can be open.
    """
    told = parameters()
    setup = told.get(_PARAMETER)
    if comparison is not None:
        setup = None if comparison == typed.default() else comparison.encode()
    gone = {_PARAMETER, DREAMT, FOUND, STARTS, STEP, *typed.NAMES, *ours}
    wanted = {name: value for name, value in told.items() if name not in gone}
    wanted |= {_PARAMETER: setup} if setup else {}
    wanted |= opened
    if wanted != told:
        st.query_params.from_dict(wanted)


def link(page: str, comparison: Comparison, opened: Mapping[str, str]) -> str:
    """Return the address of a page with a comparison and what else it opens as its parameters."""
    parts = urlsplit(page)
    query = urlencode({_PARAMETER: comparison.encode(), **opened}, safe=",")
    return urlunsplit((parts.scheme, parts.netloc, parts.path or "/", query, ""))


def starts(drafts: Collection[Draft]) -> dict[str, str]:
    """Return the parameter of a page whose variants go on from pictures; none for any other."""
    return {STARTS: "1"} if any(draft.start is not None for draft in drafts) else {}
