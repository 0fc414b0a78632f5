"""The set-up in the page's address: read when the page opens, kept up to date, shared."""

from urllib.parse import urlsplit, urlunsplit

import streamlit as st

from dreamlab.comparison.comparison import Setup
from dreamlab.comparison.presets import comparison
from dreamlab.errors import DreamError
from dreamlab.ui import style
from dreamlab.ui.session import state

_PARAMETER = "setup"


def restore() -> None:
    """On the first run of a session, set the page up from its address, or with the default."""
    if "variants" in st.session_state:
        return
    setup = comparison("Layers 1–4")
    encoded = st.query_params.get(_PARAMETER)
    if encoded:
        try:
            setup = Setup.decode(encoded)
        except DreamError as error:
            state.notify(f"The set-up in the address was left out: {error}.")
            del st.query_params[_PARAMETER]
    state.load(setup)


def keep(setup: Setup | None) -> None:
    """Write the set-up into the address; one that cannot run leaves the last in place."""
    if setup is None:
        return
    encoded = setup.encode()
    if setup == comparison("Layers 1–4"):
        st.query_params.pop(_PARAMETER, None)
    elif st.query_params.get(_PARAMETER) != encoded:
        st.query_params[_PARAMETER] = encoded


def share(setup: Setup | None) -> None:
    """Draw the link that brings the set-up back, and nothing of the visitor's."""
    with st.popover("Share", icon=":material/link:", type="tertiary", key="share"):
        if setup is None:
            style.note("Put the variants right first; then there is a link.")
            return
        st.code(link(st.context.url or "", setup), language=None, wrap_lines=True)
        style.note(
            "Opens this set-up: variants, settings and sample. It carries neither your picture "
            "nor your results. The address bar finds those again, so share this link instead."
        )


def link(page: str, setup: Setup) -> str:
    """Return the address of a page with a set-up, and with no other parameter."""
    parts = urlsplit(page)
    return urlunsplit(
        (parts.scheme, parts.netloc, parts.path, f"{_PARAMETER}={setup.encode()}", "")
    )
