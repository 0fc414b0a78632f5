"""Findings on the page: pictures, heat maps, line charts and downloads."""

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
        table(found, f"{look.key}.{found.name}", look.titled(found.title))


def table(found: Table, key: str, title: str) -> None:
    """Draw a table as a heat map or a line chart, or as rows in an expander.

    Parameters
    ----------
    found : Table
        The table.
    key : str
        Start of the keys of its elements.
    title : str
        Its title on the page.
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
    chart = json.loads(charts.spec(found, light()))
    st.vega_lite_chart(chart, width="stretch", key=f"{key}.chart", alt=title)


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
            download(f"CSV {table.name}", f"{table.name}.csv", "text/csv", partial(as_csv, table))
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
