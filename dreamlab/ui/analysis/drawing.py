"""Findings on the page: pictures, heat maps, line charts and downloads."""

import functools
import json
from collections.abc import Callable
from functools import partial
from typing import Any

import streamlit as st

from dreamlab.analysis import Findings, Table, named
from dreamlab.analysis.files import (
    arrays,
    as_csv,
    file_of,
    files,
    film,
    frames,
    has_arrays,
    has_sheet,
    sheet,
)
from dreamlab.report.svg import label, no_figures
from dreamlab.ui import style
from dreamlab.ui.analysis import charts
from dreamlab.ui.analysis.base import Look
from dreamlab.ui.dreams.tables import light


def tables(findings: Findings, look: Look, *, most: int | None = None) -> None:
    """Draw the tables of some findings, or the first ones."""
    for found in named(findings.analysis).tables(findings)[:most]:
        key, title = f"{look.key}.{found.name}", look.titled(found.title)
        table(found, key, title, example=bool(look.shown))


def table(found: Table, key: str, title: str, *, example: bool = False) -> None:
    """Draw a table as a heat map or a line chart, or as rows in an expander.

    Parameters
    ----------
    found : Table
        The table.
    key : str
        Start of the keys of its elements.
    title : str
        Its title on the page.
    example : bool
        Whether it is of a finished example, which is the same for all visitors.
    """
    if not found.rows:
        return
    if not found.drawn:
        with st.expander(title, key=f"{key}.rows"):
            st.dataframe(_columns(found), hide_index=True)
        return
    style.name(title)
    if found.empty:
        style.note(f"{no_figures(found)}.")
        return
    spec = _example_spec if example else _spec
    chart = json.loads(spec(found, light()))
    st.vega_lite_chart(chart, width="stretch", key=f"{key}.chart", alt=title)


# Altair validates a chart for 0.25 s: make each specification once. A visitor's table may have the
# names of the visitor's classes, which stay in the session and go with it.
@st.cache_resource(scope="session", max_entries=32, show_spinner=False, hash_funcs={Table: hash})
def _spec(table: Table, light: bool) -> str:
    return charts.spec(table, light)


_example_spec = functools.lru_cache(maxsize=32)(charts.spec)


def _columns(table: Table) -> dict[str, list[Any]]:
    """Return a table by its columns, the silent rows marked."""
    names, *others = zip(*table.rows, strict=True)
    shown = [label(table, name) if table.silent else name for name in names]
    return dict(zip(table.columns, [shown, *map(list, others)], strict=True))


def downloads(findings: Findings, job: str) -> None:
    """Draw a button for each file: the contact sheet, the tables and the ZIP."""
    name, download = findings.analysis, partial(_download, findings, job)
    with st.container(horizontal=True):
        if has_sheet(findings):
            download("PNG", f"{name}.png", "image/png", partial(sheet, findings))
        if frames(findings):
            download("GIF", f"{name}.gif", "image/gif", partial(film, findings))
        for table in named(name).tables(findings):
            download(
                f"CSV {table.name}",
                f"{table.name}.csv",
                "text/csv",
                partial(as_csv, table),
            )
        if has_arrays(findings):
            download("NPZ", f"{name}.npz", "application/zip", partial(arrays, findings))
        if findings.items:
            download("ZIP", f"{name}.zip", "application/zip", partial(_zip, findings))


def _download(
    findings: Findings, job: str, label: str, name: str, mime: str, make: Callable[[], bytes]
) -> None:
    st.download_button(
        label.replace("_", " "),
        data=make,
        file_name=file_of(name, findings.model),
        mime=mime,
        key=f"download.{job}.{name}",
        on_click="ignore",
        icon=":material/download:",
    )


def _zip(findings: Findings) -> bytes:
    return files(findings)[f"{findings.analysis}.zip"]
