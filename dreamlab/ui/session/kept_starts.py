"""What variants go on from, after the page is reloaded or a dream is opened from the shelf."""

from collections.abc import Iterable

import streamlit as st

from dreamlab.errors import listed
from dreamlab.jobs import Backend
from dreamlab.ui.session import starts, state, url_state
from dreamlab.ui.session.keys import VariantKeys
from dreamlab.ui.session.start_place import StartPlace
from dreamlab.ui.session.starts import Start
from dreamlab.ui.session.state import Draft
from dreamlab.ui.session.visitors import Starts, Visit

#: Key of what the visit keeps for the tab, and for how many tabs, reloaded ones included, at most.
_KEPT, _MOST = "starts.kept", 8


def keep(visit: Visit, drafts: list[Draft]) -> None:
    """Keep in the visit what the variants of the page go on from."""
    comparison = state.comparison(drafts)
    if comparison is None:
        return  # what is invalid is not in the address either
    before = st.session_state.pop(_KEPT, None)
    others = [kept for kept in visit.starts if kept is not before]
    places = tuple(None if draft.start is None else draft.start.place for draft in drafts)
    if any(places):
        st.session_state[_KEPT] = now = Starts(comparison, places)
        others.append(now)
    visit.starts = others[-_MOST:]


def restore(backend: Backend, visit: Visit) -> None:
    """Bring back what variants went on from; call it in the first run of a session.

    The visit has it for the comparison that a tab had last, as long as the dreams are kept.
    """
    if url_state.STARTS not in st.query_params:
        return
    shown = state.comparison(state.drafts())
    for kept in reversed(visit.starts):
        if kept.comparison.without_pictures()[0] != shown:
            continue
        found = restored(backend, kept.places)
        for number, start in zip(st.session_state["variants"], found, strict=True):
            if start is not None:
                st.session_state[VariantKeys(number).start] = start
        return
    state.notify("What a variant goes on from is not in a link: it begins with the page's picture.")


def restored(backend: Backend, places: Iterable[StartPlace | None]) -> list[Start | None]:
    """Return what variants went on from, and say what is no longer kept."""
    found, gone = list[Start | None](), list[str]()
    for place in places:
        start = None if place is None else starts.restored(backend, place)
        found.append(start)
        if place is not None and start is None:
            gone.append(place.words)
    if gone:
        who, then = ("variants", "they begin") if gone[1:] else ("a variant", "it begins")
        state.notify(
            f"No longer kept: {listed(gone)}, which {who} went on from; {then} with the page's "
            "picture."
        )
    return found
