"""The comparison in the page's address: read at the start, updated in every run, shared."""

import functools
from urllib.parse import urlencode, urlsplit, urlunsplit

import streamlit as st

from dreamlab.comparison.comparison import Comparison
from dreamlab.comparison.presets import offered
from dreamlab.config.base import specs
from dreamlab.errors import DreamError
from dreamlab.ui import style
from dreamlab.ui.session import state

#: Name of the comparison that the page begins with.
_DEFAULT = "Layers 1–4"

#: Published links use this name.
_PARAMETER = "setup"

#: What somebody may type instead, such as ``?comparison=mixed&source=galaxies``.
_TYPED = ("comparison", "source", "max_side")


def restore() -> None:
    """Load the comparison of the address, or the default, in the first run of a session."""
    if "variants" in st.session_state:
        return
    comparison, told = _default(), st.query_params
    try:
        if told.get(_PARAMETER):
            comparison = Comparison.decode(told[_PARAMETER])
        elif any(told.get(name) for name in _TYPED):
            comparison = _typed({name: told[name] for name in _TYPED if told.get(name)})
    except DreamError as error:
        state.notify(f"The comparison in the address was left out: {error}.")
        told.pop(_PARAMETER, None)
    for name in _TYPED:  # from now on the setup has them
        told.pop(name, None)
    state.load(comparison)


def _typed(words: dict[str, str]) -> Comparison:
    """Return the comparison that words in an address ask for; the others are as by default."""
    name = offered(words["comparison"]) if "comparison" in words else _DEFAULT
    changes: dict[str, str | int] = {}
    if "source" in words:
        changes["source"] = words["source"].casefold()
    if "max_side" in words:
        spec, text = specs(Comparison)["max_side"], words["max_side"]
        changes["max_side"] = spec.parse(text) if text.isdecimal() else spec.check("max_side", text)
    return Comparison.preset(name, **changes)


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
    return Comparison.preset(_DEFAULT)
