"""The link to what the page shows."""

from collections.abc import Mapping

import streamlit as st

from dreamlab.comparison.comparison import Comparison
from dreamlab.ui import copy_button, style
from dreamlab.ui.analysis.place import PART
from dreamlab.ui.session.url_state import DREAMT, FOUND, STARTS, link


def show(comparison: Comparison | None, opened: Mapping[str, str], *, public: bool) -> None:
    """Draw a link to the comparison; it contains no data of the visitor.

    Parameters
    ----------
    comparison : Comparison or None
        The comparison; None if a variant is invalid.
    opened : mapping of str to str
        What else the link opens, by the parameters of the address.
    public : bool
        Whether results of the place can be behind a link.
    """
    with st.popover("Share", icon=":material/link:", type="tertiary", key="share"):
        if comparison is None:
            style.note("Put the variants right first; then there is a link.")
            return
        address = link(st.context.url or "", comparison, opened)
        st.code(address, language=None, wrap_lines=True)
        copy_button.show(address)
        style.note(_said(comparison, opened, public))
        if STARTS in opened:
            style.note("What variants go on from stays here: there they begin with the picture.")


def _said(comparison: Comparison, opened: Mapping[str, str], public: bool) -> str:
    """Return what the link opens, and what it does not."""
    if FOUND in opened:
        return "Opens this analysis with what was found: kept, or worked out anew."
    if DREAMT in opened:
        return "Opens this comparison with its dreams: kept, or dreamt anew."
    if "analysis" in opened:
        what = "this analysis, with its settings and the comparison"
    elif opened.get(PART) == "dreams":
        return "Opens the dreams of the browser that opens it, which are nobody else's."
    elif PART in opened:
        what = "the analyses of layers, with the comparison"
    else:
        what = "this comparison: variants, settings and sample"
    if comparison.source == "upload":
        return f"Opens {what}. Your picture stays here, and so do your results."
    if public:
        return f"Opens {what}. Your results come along once they are there."
    return f"Opens {what}." if PART in opened else f"Opens {what}. Your results stay here."
