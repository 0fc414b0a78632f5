"""The dreams side by side: live while they run, with a common scrubber afterwards."""

from collections.abc import Callable

import streamlit as st

from dreamlab.jobs import Backend
from dreamlab.results.contact_sheet import across
from dreamlab.results.naming import told_apart
from dreamlab.ui import style
from dreamlab.ui.dreams import card, classes, downloads, guide_map, rows, scrubber, tables
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
    pictures = rows.rows(batch, views)
    views = [view for row in pictures for view in row.views]
    card.large(views, where)
    for row in pictures:
        _grid(backend, batch, row, where)
    key = f"row.{batch.number}"

    def of(part: str) -> Row:
        return rows.chosen(pictures, f"{key}.{part}")

    parts: dict[str, Callable[[], None]] = {
        "Losses": lambda: tables.losses(_curves(of("losses")), live=live),
        "Guide": lambda: guide_map.show(of("guide").views),
        "Layer shares": lambda: tables.shares(_curves(of("shares")), live=live),
        "Classes": lambda: classes.show(of("classes").views),
        "Numbers": lambda: tables.table(views),
        "Export": lambda: downloads.show(pictures, f"{key}.files"),
    }
    if not guide_map.is_used(views):
        del parts["Guide"]
    tabs = st.tabs(list(parts), key=f"tabs.{batch.number}")
    for tab, draw in zip(tabs, parts.values(), strict=True):
        with tab:
            draw()


def _curves(row: Row) -> list[Curve]:
    names = told_apart([(view.run.name, view.run.model) for view in row.views])
    return [
        Curve(name, view.run.colour, view.losses)
        for name, view in zip(names, row.views, strict=True)
    ]


def _grid(backend: Backend, batch: Batch, row: Row, where: Place | None) -> None:
    views, original = row.views, queries.original(row.views)
    of_one = bool(batch.alt or row.of)
    alt = batch.alt_of(views[0].run, original)
    places = style.grid(len(views) + of_one, st.session_state["across"])
    if of_one:
        with next(places), style.edged(None, f"original-{views[0].run.job}"):
            if original is not None:
                st.image(original.jpeg, width="stretch", alt=alt)
            style.name(row.of or "Original")
            style.note("Original" if row.of else alt)
    for place, view in zip(places, views, strict=True):
        with place, style.edged(view.run.colour, f"dream-{view.run.job}"):
            card.show(backend, view, where, original if of_one else view.status.picture)
