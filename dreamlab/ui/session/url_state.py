"""The comparison in the page's address: read at the start, updated in every run, shared."""

import functools
from urllib.parse import urlencode, urlsplit, urlunsplit

import streamlit as st

from dreamlab.comparison.comparison import Comparison
from dreamlab.errors import DreamError
from dreamlab.ui import style
from dreamlab.ui.session import state

#: Published links use this name.
_PARAMETER = "setup"


def restore() -> None:
    """Load the comparison of the address, or the default, in the first run of a session."""
    if "variants" in st.session_state:
        return
    comparison = _default()
    encoded = st.query_params.get(_PARAMETER)
    if encoded:
        try:
            comparison = Comparison.decode(encoded)
        except DreamError as error:
            state.notify(f"The comparison in the address was left out: {error}.")
            del st.query_params[_PARAMETER]
    state.load(comparison)


def keep(comparison: Comparison | None) -> None:
    """Write the comparison into the address; None leaves the address unchanged."""
    if comparison is None:
        return
    encoded = comparison.encode()
    if comparison == _default():
        st.query_params.pop(_PARAMETER, None)
    elif st.query_params.get(_PARAMETER) != encoded:
        st.query_params[_PARAMETER] = encoded


def share(comparison: Comparison | None, **opened: str) -> None:
    """Draw a link to the comparison; it contains no data of the visitor.

    Parameters
    ----------
    comparison : Comparison or None
        The comparison; None if a variant is invalid.
    **opened
        What else the link opens, by the parameters of the address.
    """
    with st.popover("Share", icon=":material/link:", type="tertiary", key="share"):
        if comparison is None:
            style.note("Put the variants right first; then there is a link.")
            return
        address = link(st.context.url or "", comparison, **opened)
        st.code(address, language=None, wrap_lines=True)
        what = "this analysis, with the comparison" if opened else "this comparison"
        style.note(
            f"Opens {what}: variants, settings and sample. It carries neither your picture "
            "nor your results. The address bar finds those again, so share this link instead."
        )


def link(page: str, comparison: Comparison, **opened: str) -> str:
    """Return the address of a page with a comparison and what else it opens as its parameters."""
    parts = urlsplit(page)
    query = urlencode({_PARAMETER: comparison.encode(), **opened})
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


@functools.cache
def _default() -> Comparison:
    return Comparison.preset("Layers 1–4")
