"""The dreams side by side: live while they run, with a common scrubber afterwards."""

import streamlit as st

from dreamlab.jobs import Backend
from dreamlab.results.contact_sheet import across
from dreamlab.results.naming import told_apart
from dreamlab.ui import style
from dreamlab.ui.dreams import card, classes, downloads, rows, scrubber, tables
from dreamlab.ui.dreams.curves import Curve
from dreamlab.ui.dreams.rows import Row
from dreamlab.ui.dreams.scrubber import Place
from dreamlab.ui.inputs import dream_button
from dreamlab.ui.session import presence, queries
from dreamlab.ui.session.visitors import Batch, Visit

#: Most pictures of a line that are large enough to be compared.
_LINE = 5


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
    in_row = len({run.colour for run in by_number[state["batch"]].runs}) + 1
    several = any(run.of for run in by_number[state["batch"]].runs)
    # A picture and its dreams stand in a line where there is room.
    state.setdefault("across", in_row if several and in_row <= _LINE else across(in_row))
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
                sorted({2, 3, 4, state["across"]}),
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
    pictures = rows.rows(views)
    for row in pictures:
        _grid(backend, batch, row, where)
    names = ["Losses", "Layer shares", "Classes", "Numbers", "Export"]
    tabs = st.tabs(names, key=f"tabs.{batch.number}")
    key = f"row.{batch.number}"
    with tabs[0]:
        tables.losses(_curves(rows.chosen(pictures, f"{key}.losses")), live=live)
    with tabs[1]:
        tables.shares(_curves(rows.chosen(pictures, f"{key}.shares")), live=live)
    with tabs[2]:
        classes.show(rows.chosen(pictures, f"{key}.classes").views)
    with tabs[3]:
        tables.table(views)
    with tabs[4]:
        downloads.show(pictures, f"{key}.files")


def _curves(row: Row) -> list[Curve]:
    names = told_apart([(view.run.name, view.run.model) for view in row.views])
    return [
        Curve(name, view.run.colour, view.losses)
        for name, view in zip(names, row.views, strict=True)
    ]


def _grid(backend: Backend, batch: Batch, row: Row, where: Place | None) -> None:
    views = row.views
    places = style.grid(len(views) + 1, st.session_state["across"])
    original, alt = queries.original(views), batch.alt_of(views[0].run)
    with next(places), style.edged(None, f"original-{views[0].run.job}"):
        if original is not None:
            st.image(original.jpeg, width="stretch", alt=alt)
        style.name(row.of or "Original")
        style.note("Original" if row.of else alt)
    for place, view in zip(places, views, strict=True):
        with place, style.edged(view.run.colour, f"dream-{view.run.job}"):
            card.show(backend, view, where, original)
