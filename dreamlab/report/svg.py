"""Tables as HTML and line charts as SVG, without libraries and scripts."""

import html
from collections.abc import Sequence
from typing import Any

from dreamlab.report.canvas import WIDTH, Canvas
from dreamlab.report.colours import COLOURS
from dreamlab.report.heat import colour
from dreamlab.report.heights import round_values
from dreamlab.report.table import Table

#: Inline style of the line before a name in the legend; a notebook has no style sheet for it.
_SWATCH = "display:inline-block;width:1.2rem;margin-right:.4rem;vertical-align:middle;"

#: Tables that are drawn as heat maps.
_HEAT = ("ratios", "cosines", "shares")


def heat_table(table: Table) -> str:
    """Return a table as HTML; the cells of a heat map are blue (low) to red (high)."""
    heat = table.drawn in _HEAT
    names = [
        label(table, name) if table.drawn else name.replace("_", " ") for name in table.columns
    ]
    head = "".join(f"<th>{html.escape(name)}</th>" for name in names)
    body = []
    for name, *figures in table.rows:
        cells = "".join(_cell(figure, table.drawn) for figure in figures)
        body.append(f"<tr><th>{html.escape(label(table, name))}</th>{cells}</tr>")
    kind = ' class="heat"' if heat else ""
    return f"<table{kind}><tr>{head}</tr>{''.join(body)}</table>"


def cell_text(value: Any) -> str:
    """Return a cell as text: a float with three digits, a missing value as a dash."""
    if value is None:
        return "–"
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def label(table: Table, name: Any) -> str:
    """Return the name of a row or column as text; one that is silent says so."""
    return cell_text(name) + " (no answer)" * (name in table.silent)


def no_figures(table: Table) -> str:
    """Return what stands in place of a chart that would be empty."""
    return f"No figures: {', '.join(label(table, name) for name in table.columns[1:])}"


def lines(table: Table, colours: Sequence[str] = COLOURS) -> str:
    """Return a table as a line chart with a legend; missing values leave gaps.

    Without any figure it is a sentence.

    Parameters
    ----------
    table : Table
        The first column is the x axis, numbers or names in order; each further column is a line, or
        an end of its spread.
    colours : sequence of str
        A colour per line; further lines repeat the colours and are dashed.
    """
    if table.empty:
        return f"<p>{html.escape(no_figures(table))}</p>"
    across = table.figures[0]
    named = any(isinstance(x, str) for x in across)
    canvas = Canvas.of(range(len(across)) if named else across, table)
    parts = [canvas.axis(y) for y in canvas.heights.ticks]
    if named:
        parts += [canvas.name(x, label(table, name)) for x, name in enumerate(across)]
    else:
        least = 1.0 if all(isinstance(x, int) for x in across) else 0.0
        parts += [canvas.number(x) for x in round_values(canvas.left, canvas.right, least)]
        parts.append(canvas.title(table.columns[0]))
    legend = []
    for index, (name, figures) in enumerate(table.lines):
        again, turn = divmod(index, len(colours))
        line, dashes = ("dashed", "5 5") if again else ("solid", "none")
        if (spread := table.spread(name)) is not None:
            parts.append(f'<path d="{canvas.band(*spread)}" fill="{colours[turn]}" opacity=".18"/>')
        parts.append(
            f'<path d="{canvas.line(figures)}" fill="none" stroke="{colours[turn]}" '
            f'stroke-width="2" stroke-linecap="round" stroke-dasharray="{dashes}"/>'
        )
        legend.append(
            f'<span style="display:inline-block;margin-right:1rem"><i style="{_SWATCH}'
            f'border-top:3px {line} {colours[turn]}"></i>{html.escape(label(table, name))}</span>'
        )
    return (
        f'<figure class="chart" style="margin:0"><svg xmlns="http://www.w3.org/2000/svg" '
        f'viewBox="0 0 {WIDTH} {canvas.height}" role="img" '
        f'aria-label="{html.escape(table.title)}">'
        f"{''.join(parts)}</svg><figcaption>{' '.join(legend)}</figcaption></figure>"
    )


def _cell(figure: Any, drawn: str) -> str:
    style = ""
    if drawn in _HEAT and figure is not None:
        red, green, blue = colour(figure, drawn)
        style = f' style="background:rgb({red},{green},{blue})"'
    return f"<td{style}>{html.escape(cell_text(figure))}</td>"
