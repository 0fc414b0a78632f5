"""The place *My dreams*: what runs, what is kept, and what can be done with what is chosen."""

import time
from functools import partial

import streamlit as st

from dreamlab.errors import listed
from dreamlab.jobs import Backend
from dreamlab.ui import style
from dreamlab.ui.session import presence
from dreamlab.ui.session.shelves import MAX_DREAMS
from dreamlab.ui.session.visitors import Visit
from dreamlab.ui.shelf import actions, card, files
from dreamlab.ui.shelf.clock import hours
from dreamlab.ui.shelf.contents import Kept, contents, parents

#: Shows the number of dreams behind the name of the place. A tab with another name would be
#: another tab: Streamlit would go back to the first.
_COUNT = """
<style>
.st-key-part [role="tab"]:last-of-type:not([role="tabpanel"] *) p::after {{
  content: " {count}"; margin-left: .3rem; font-size: .8em; opacity: .75; }}
</style>
"""


def count(on_shelf: list[Kept]) -> None:
    """Show the number of dreams on the shelf in the entry of the place."""
    if on_shelf:
        st.html(_COUNT.format(count=len(on_shelf)))


def show(backend: Backend, visit: Visit, on_shelf: list[Kept]) -> None:
    """Draw the shelf of the visitor's browser."""
    shelf = presence.shelf(visit)
    if not visit.browser:
        style.note(
            "A shelf needs a cookie, by which this page knows your browser again; yours sent none. "
            "Allow this page's cookies and load it again.",
            bad=True,
        )
        return
    longest = hours(backend.settings.store_seconds)
    gone = [] if shelf is None else shelf.gone(time.time() - backend.settings.store_seconds)
    if shelf is not None and gone:
        with st.container(horizontal=True, vertical_alignment="center", key="shelf-gone"):
            style.note(
                f"No longer kept: {listed(gone, 3)}. A dream is kept for {longest} at the most; "
                f"beyond {MAX_DREAMS}, or where memory is short, the oldest go first."
            )
            st.button(
                "Understood", key="shelf.understood", type="tertiary", on_click=shelf.tell_no_more
            )
    if not on_shelf:
        _empty(longest)
        return
    running = [kept for kept in on_shelf if kept.view.status.active]
    ended = [kept for kept in on_shelf if not kept.view.status.active]
    _actions(backend, visit, on_shelf, longest)
    if running:
        st.fragment(_live, run_every=1)(backend, visit, len(running))
    grown = parents(on_shelf)
    with st.container(key="shelf-wall"):
        for kept in ended:
            card.show(backend, visit, kept, grown)


def _empty(longest: str) -> None:
    style.said("What you dream comes to stand here.")
    style.text(
        "Each dream with its picture and what it grew from, the newest first: to open it again, "
        f"compare it, download it or delete it. It is kept for {longest} at the most, and only "
        "this browser sees it, in all its tabs, though you close them meanwhile."
    )


def _live(backend: Backend, visit: Visit, before: int) -> None:
    """Draw what waits or runs, until one of them ends."""
    presence.present(backend, visit)
    on_shelf = contents(backend, visit)
    running = [kept for kept in on_shelf if kept.view.status.active]
    if len(running) != before:
        st.rerun()
    grown = parents(on_shelf)
    with st.container(key="shelf-wall-live"):
        for kept in running:
            card.live(backend, visit, kept, grown)


def _actions(backend: Backend, visit: Visit, on_shelf: list[Kept], longest: str) -> None:
    """Draw what can be done with the dreams that are chosen, and with all."""
    chosen = actions.chosen(on_shelf)
    pictured = [kept for kept in chosen if kept.view.recording is not None]
    with st.container(horizontal=True, vertical_alignment="center", key="shelf-actions"):
        if chosen:
            count = len(chosen)
            if 2 <= count <= actions.MOST_COMPARED:
                st.button(
                    f"Compare {count}",
                    key="shelf.compare",
                    icon=":material/compare:",
                    on_click=actions.compare,
                    args=(backend, visit, chosen),
                )
            if pictured:
                files.buttons(pictured)
            st.button(
                f"Delete {count}",
                key="shelf.delete",
                icon=":material/delete:",
                on_click=actions.delete,
                args=(backend, visit, [kept.job for kept in chosen]),
            )
            if count > actions.MOST_COMPARED:
                style.note(f"Up to {actions.MOST_COMPARED} are compared.")
        else:
            style.note(
                f"Kept for {longest} at the most, the latest {MAX_DREAMS}. Tick dreams to compare, "
                "download or delete them."
            )
        st.space("stretch")
        with st.popover("Delete all", type="tertiary", icon=":material/delete_sweep:"):
            style.text(
                f"All {len(on_shelf)} dreams of this browser go, from all its tabs; what runs is "
                "stopped. They cannot be had back."
            )
            st.button(
                f"Delete all {len(on_shelf)}",
                key="shelf.delete_all",
                type="primary",
                on_click=partial(actions.delete, backend, visit, [kept.job for kept in on_shelf]),
            )
