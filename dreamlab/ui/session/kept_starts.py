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


def keep(visit: Visit, drafts: list[Draft]) -> None:
    """Keep in the visit what the variants of the page go on from."""
    comparison = state.comparison(drafts)
    if comparison is None:
        return  # what is invalid is not in the address either
    places = tuple(None if draft.start is None else draft.start.place for draft in drafts)
    visit.starts = Starts(comparison, places) if any(places) else None


def restore(backend: Backend, visit: Visit) -> None:
    """Bring back what variants went on from; call it in the first run of a session.

    The visit has it for the comparison that it had last, as long as the dreams are kept.
    """
    if url_state.STARTS not in st.query_params:
        return
    kept = visit.starts
    if kept is not None and kept.comparison.without_pictures()[0] == state.comparison(
        state.drafts()
    ):
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
