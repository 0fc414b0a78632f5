"""The dreams side by side: live while they run, with a common scrubber afterwards."""

from functools import partial

import streamlit as st

from dreamlab.jobs import Backend
from dreamlab.results.contact_sheet import across
from dreamlab.results.naming import told_apart
from dreamlab.ui import style
from dreamlab.ui.dreams import card, classes, downloads, guide_map, scrubber, tables
from dreamlab.ui.dreams.curves import Curve
from dreamlab.ui.dreams.scrubber import Place
from dreamlab.ui.inputs import dream_button
from dreamlab.ui.session import presence, queries
from dreamlab.ui.session.queries import DreamView
from dreamlab.ui.session.visitors import Batch, Visit


def show(backend: Backend, visit: Visit) -> None:
    """Draw the chosen batch; a running batch is redrawn every second."""
    batch = _batch(visit)
    live = queries.active(backend, batch)
    st.fragment(_panel, run_every=1 if live else None)(backend, visit, batch, live)


def _batch(visit: Visit) -> Batch:
    by_number = {batch.number: batch for batch in visit.batches}
    state = st.session_state
    if state.get("batch") not in by_number:
        state["batch"] = visit.batches[-1].number
    state.setdefault("across", across(len(by_number[state["batch"]].runs) + 1))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.header("Compare", anchor=False, width="content")
        if len(by_number) > 1:
            st.segmented_control(
                "Which dream",
                list(by_number),
                format_func=lambda number: f"Dream {number}",
                key="batch",
                required=True,
                label_visibility="collapsed",
            )
        st.space("stretch")
        with st.container(
            horizontal=True, vertical_alignment="center", width="content", key="across-row"
        ):
            style.note("Across")
            st.segmented_control(
                "Pictures across",
                [2, 3, 4],
                key="across",
                required=True,
                label_visibility="collapsed",
            )
    return by_number[state["batch"]]


def _panel(backend: Backend, visit: Visit, batch: Batch, live: bool) -> None:
    presence.present(backend, visit)
    views = queries.dreams(backend, batch)
    if live and not any(view.status.active for view in views):
        st.rerun()
    if live:
        dream_button.trouble(backend)
    where = None if live else scrubber.show(batch, views)
    card.large(batch, views, where)
    _grid(backend, batch, views, where)
    names = told_apart([(view.run.name, view.run.model) for view in views])
    curves = [
        Curve(name, view.run.colour, view.losses) for name, view in zip(names, views, strict=True)
    ]
    parts = {
        "Losses": partial(tables.losses, curves, live=live),
        "Guide": partial(guide_map.show, views),
        "Layer shares": partial(tables.shares, curves, live=live),
        "Classes": partial(classes.show, views),
        "Numbers": partial(tables.table, views),
        "Export": partial(downloads.show, views),
    }
    if not guide_map.is_used(views):
        del parts["Guide"]
    for tab, draw in zip(
        st.tabs(list(parts), key=f"tabs.{batch.number}"), parts.values(), strict=True
    ):
        with tab:
            draw()


def _grid(backend: Backend, batch: Batch, views: list[DreamView], where: Place | None) -> None:
    of_one = bool(batch.alt)
    places = style.grid(len(views) + of_one, st.session_state["across"])
    original = queries.original(views)
    if of_one:
        with next(places), style.edged(None, "original"):
            if original is not None:
                st.image(original.jpeg, width="stretch", alt=batch.alt)
            style.name("Original")
            style.note(batch.alt)
    for place, view in zip(places, views, strict=True):
        with place, style.edged(view.run.colour, f"dream-{view.run.job}"):
            card.show(backend, view, where, original if of_one else view.status.picture)
