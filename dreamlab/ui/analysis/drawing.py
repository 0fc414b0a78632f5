"""Findings on the page: pictures, heat maps, line charts and downloads."""

import functools
import json
from collections.abc import Callable
from functools import partial
from typing import Any

import altair as alt
import streamlit as st

from dreamlab.analysis import Findings, Item, Table, named
from dreamlab.analysis.files import as_csv, file_of, files, sheet
from dreamlab.report.svg import cell_text, label, no_figures, warmth
from dreamlab.ui import style
from dreamlab.ui.analysis.look import Look
from dreamlab.ui.dreams.tables import inked, light

#: Width of a picture in pixels; a laptop has room for six, a phone for two. Beside another network
#: there are two across, whatever the room.
_ACROSS = 148

#: Width of a letter in a chart, in pixels.
_LETTER = 7


def pictures(findings: Findings, job: str, look: Look, take: Callable[[Item], None] | None) -> None:
    """Draw the pictures; with `take`, a click on a picture calls it with the item."""
    shown = [(item, item.picture) for item in findings.items if item.picture is not None]
    with st.container(horizontal=look.alone, gap="small", key=f"pair-{look.key}"):
        cells = (
            (st.container(width=_ACROSS, gap=None) for _ in shown)
            if look.alone
            else style.grid(len(shown), 2, wrap=False)
        )
        for cell, (item, picture) in zip(cells, shown, strict=True):
            with cell, st.container(gap=None):
                with st.container(key=f"shown-{job}-{item.key}"):
                    st.image(picture.jpeg, width="stretch", alt=look.titled(item.caption))
                    if take is not None:
                        st.button(
                            "Variant",
                            key=f"large-{job}-{item.key}",
                            icon=":material/add:",
                            type="tertiary",
                            width="stretch",
                            on_click=take,
                            args=(item,),
                        )
                style.note(style.facts(*item.caption.split(" · ")))
    if take is not None and any(item.values.get("last_step", 1.0) < 1 for item in findings.items):
        style.note("A variant goes on to the end of the step that the picture here ends within.")


def tables(findings: Findings, look: Look) -> None:
    """Draw each table as a heat map or a line chart, or as rows in an expander."""
    for table in named(findings.analysis).tables(findings):
        key, title = f"{look.key}.{table.name}", look.titled(table.title)
        if not table.drawn:
            with st.expander(title, key=f"{key}.rows"):
                st.dataframe(_columns(table), hide_index=True)
            continue
        style.name(title)
        if table.empty:
            style.note(f"{no_figures(table)}.")
            continue
        spec = json.loads(_spec(table, light()))
        st.vega_lite_chart(spec, width="stretch", key=f"{key}.chart", alt=title)


def _columns(table: Table) -> dict[str, list[Any]]:
    """Return a table by its columns, the silent rows marked."""
    names, *others = zip(*table.rows, strict=True)
    shown = [label(table, name) if table.silent else name for name in names]
    return dict(zip(table.columns, [shown, *map(list, others)], strict=True))


def downloads(findings: Findings, job: str) -> None:
    """Draw a button for each file: the contact sheet, the tables and the ZIP."""
    name, download = findings.analysis, partial(_download, findings, job)
    with st.container(horizontal=True):
        if any(item.picture is not None for item in findings.items):
            download("PNG", f"{name}.png", "image/png", partial(sheet, findings))
        for table in named(name).tables(findings):
            download(f"CSV {table.name}", f"{table.name}.csv", "text/csv", partial(as_csv, table))
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


# Altair validates a chart for 0.25 s: cache the specification.
@functools.lru_cache(maxsize=32)
def _spec(table: Table, light: bool) -> str:
    chart = _line_chart(table) if table.drawn == "lines" else _heat_map(table)
    return inked(chart, light).to_json()


def _heat_map(table: Table) -> alt.LayerChart:
    rows = [label(table, row[0]) for row in table.rows]
    columns = [label(table, name) for name in table.columns[1:]]
    values = [
        {
            "row": label(table, row),
            "column": column,
            "figure": figure,
            "shown": cell_text(figure),
            "warmth": 0.0 if figure is None else warmth(figure, table.drawn),
        }
        for row, *figures in table.rows
        for column, figure in zip(columns, figures, strict=True)
    ]
    base = alt.Chart(alt.Data(values=values)).encode(
        x=alt.X(
            "column:N",
            sort=columns,
            title=None,
            axis=alt.Axis(labelAngle=-90, orient="top", labelOverlap=False),
        ),
        y=alt.Y("row:N", sort=rows, title=table.columns[0].capitalize()),
        tooltip=[
            alt.Tooltip("row:N", title=table.columns[0].capitalize()),
            alt.Tooltip("column:N", title="Layer"),
            alt.Tooltip("figure:Q", title="Figure", format=".4g"),
        ],
    )
    scale = alt.Scale(scheme="redblue", domain=[-1, 1], reverse=True)
    ground = base.mark_rect().encode(color=alt.Color("warmth:Q", scale=scale, legend=None))
    dark = alt.expr.abs(alt.datum.warmth) > 0.6
    # On a phone the figures would overlap: only the tooltip shows them there.
    fits = alt.expr(f"width > {32 * len(columns)} ? 1 : 0")
    words = base.mark_text(fontSize=10, opacity=fits).encode(
        text="shown:N", color=alt.condition(dark, alt.value("white"), alt.value("black"))
    )
    above = _LETTER * max(map(len, columns))  # the height covers the names above the cells too
    return (ground + words).properties(height=50 + above + 26 * len(rows))


def _line_chart(table: Table) -> alt.Chart:
    columns = [label(table, name) for name in table.columns[1:]]
    values = [
        {"across": across, "layer": column, "figure": figure}
        for across, *figures in table.rows
        for column, figure in zip(columns, figures, strict=True)
        if figure is not None
    ]
    whole: dict[str, Any] = {}
    if all(isinstance(row[0], int) for row in table.rows):
        whole = {"tickMinStep": 1}
    shades: dict[str, Any] = {"scheme": "viridis"}
    if len(columns) <= len(style.COLOURS):
        shades = {"range": list(style.COLOURS[: len(columns)])}
    return (
        alt.Chart(alt.Data(values=values))
        .mark_line(point=True)
        .encode(
            x=alt.X(
                "across:Q", title=table.columns[0].capitalize(), axis=alt.Axis(grid=False, **whole)
            ),
            y=alt.Y("figure:Q", title=None),
            color=alt.Color(
                "layer:N",
                sort=columns,
                scale=alt.Scale(domain=columns, **shades),
                legend=alt.Legend(orient="top", title=None, columns=3, labelLimit=160),
            ),
            tooltip=[
                alt.Tooltip("layer:N", title="Layer"),
                alt.Tooltip("across:Q", title=table.columns[0].capitalize()),
                alt.Tooltip("figure:Q", title="Figure", format=".4g"),
            ],
        )
        .properties(height=260)
    )
