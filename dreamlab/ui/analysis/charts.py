"""Tables of findings as charts: specifications for Vega-Lite."""

import json
from typing import Any

import altair as alt

from dreamlab.analysis import Table
from dreamlab.report.colours import COLOURS
from dreamlab.report.heat import warmth
from dreamlab.report.heights import Heights
from dreamlab.report.svg import cell_text, label
from dreamlab.ui.dreams.tables import inked

#: Width of a letter in a chart, in pixels.
_LETTER = 7

#: Where the name of a row goes on in a line of its own.
_BREAK = " · "

#: Room for the names of rows of a heat map, in pixels; a phone has some left for its cells.
_LONGEST_ROW = 120


def spec(table: Table, light: bool) -> str:
    """Return a table that is drawn as a chart, for a light or a dark theme, as JSON."""
    chart = _line_chart(table) if table.drawn == "lines" else _heat_map(table)
    made = json.loads(inked(chart, light).to_json())
    # Data of the whole chart is taken out by Streamlit and comes after it: the browser would find
    # it empty at first, and say so in its console. That of a layer stays.
    data = made.pop("data")
    layers = made.pop("layer", None) or [{name: made.pop(name) for name in ("mark", "encoding")}]
    return json.dumps(made | {"layer": [layer | {"data": data} for layer in layers]})


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
    lines, split = 1 + max(row.count(_BREAK) for row in rows), f"split(datum.label, '{_BREAK}')"
    base = alt.Chart(alt.Data(values=values)).encode(
        x=alt.X(
            "column:N",
            sort=columns,
            title=None,
            axis=alt.Axis(labelAngle=-90, orient="top", labelOverlap=False),
        ),
        y=alt.Y(
            "row:N",
            sort=rows,
            title=table.columns[0].capitalize(),
            axis=alt.Axis(labelLimit=_LONGEST_ROW, labelExpr=split, labelOffset=-6 * (lines - 1)),
        ),
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
    return (ground + words).properties(height=50 + above + (14 * lines + 12) * len(rows))


def _line_chart(table: Table) -> alt.Chart | alt.LayerChart:
    columns = [label(table, name) for name, _ in table.lines]
    across, hover = table.figures[0], dict(table.hover)
    values = []
    for column, (name, figures) in zip(columns, table.lines, strict=True):
        lower, upper = table.spread(name) or (figures, figures)
        values += [
            {"across": x, "line": column, "figure": figure, "low": low, "high": high, "said": said}
            for x, figure, low, high, said in zip(
                across, figures, lower, upper, hover.get(name, across), strict=True
            )
            if figure is not None
        ]
    title, height = table.columns[0].capitalize(), 300.0
    if any(isinstance(x, str) for x in across):
        height += _LETTER * max(map(len, across))  # it covers the names below the axis too
        axis = alt.Axis(labelAngle=-60, grid=False, labelOverlap=False)
        x = alt.X("across:N", sort=list(across), title=None, axis=axis)
        tip = alt.Tooltip("across:N", title=title)
    else:
        whole: dict[str, Any] = {}
        if all(isinstance(x, int) for x in across):
            whole = {"tickMinStep": 1}
        x = alt.X("across:Q", title=title, axis=alt.Axis(grid=False, **whole))
        tip = alt.Tooltip("across:Q", title=title)
    shades: dict[str, Any] = {"scheme": "viridis"}
    if len(columns) <= len(COLOURS):
        shades = {"range": list(COLOURS[: len(columns)])}
    # Where there are bands, the legend would be as pale as they are.
    across_top = alt.expr("width > 500 ? 3 : 2")  # a phone would cut the third off
    legend = alt.Legend(
        orient="top", title=None, columns=across_top, labelLimit=220, symbolOpacity=1
    )
    base = alt.Chart(alt.Data(values=values)).encode(
        x=x,
        color=alt.Color(
            "line:N",
            sort=columns,
            scale=alt.Scale(domain=columns, **shades),
            legend=legend if len(columns) > 1 else None,
        ),
    )
    if table.hover:
        tip = alt.Tooltip("said:N", title=title)
    tips = [alt.Tooltip("line:N", title="Line"), tip]
    tips.append(alt.Tooltip("figure:Q", title="Figure", format=".4g"))
    upwards: dict[str, Any] = {"title": None}
    heights = Heights.of(table)
    if heights.log:
        ends = [heights.low, heights.high]
        upwards["scale"] = alt.Scale(type="log", domain=ends, clamp=True)
        upwards["axis"] = alt.Axis(values=heights.ticks, format="~g")
    chart = base.mark_line(point=True).encode(y=alt.Y("figure:Q", **upwards), tooltip=tips)
    if table.spreads:
        tips += [
            alt.Tooltip(f"{end}:Q", title=end.capitalize(), format=".4g") for end in ("low", "high")
        ]
        band = base.mark_area(opacity=0.18).encode(y=alt.Y("low:Q", **upwards), y2="high:Q")
        return (band + chart.encode(tooltip=tips)).properties(height=height)
    return chart.properties(height=height)
