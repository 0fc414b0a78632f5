"""Tables as HTML and line charts as SVG, without libraries and scripts."""

import html
import math
from collections.abc import Sequence
from typing import Any

from dreamlab.report.colours import COLOURS
from dreamlab.report.table import Table

#: A small canvas, so that text stays readable at the width of a phone.
_WIDTH, _HEIGHT = 480, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 12, 10, 40

#: Inline style of the line before a name in the legend; a notebook has no style sheet for it.
_SWATCH = "display:inline-block;width:1.2rem;margin-right:.4rem;vertical-align:middle;"


def heat_table(table: Table) -> str:
    """Return a table as HTML; the cells of a heat map are blue (low) to red (high)."""
    heat = table.drawn in ("ratios", "cosines")
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


def warmth(figure: float, drawn: str) -> float:
    """Return the colour value of a heat map cell: -1 (blue), 0 (white) to 1 (red).

    A ratio counts by its decimal logarithm: 10 gives 1, and 0.1 gives -1.
    """
    if drawn == "cosines":
        return max(-1.0, min(1.0, figure))
    return max(-1.0, min(1.0, math.log10(figure))) if figure > 0 else -1.0


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
        The first column is the x axis; each further column is a line.
    colours : sequence of str
        A colour per line; further lines repeat the colours and are dashed.
    """
    across = [row[0] for row in table.rows]
    columns = [[row[place] for row in table.rows] for place in range(1, len(table.columns))]
    if table.empty:
        return f"<p>{html.escape(no_figures(table))}</p>"
    figures = [figure for column in columns for figure in column if figure is not None]
    low, high = min([0.0, *figures]), max([0.0, *figures])
    high = high if high > low else low + 1.0
    left, right = min(across), max(across)

    def place(x: float, y: float) -> tuple[float, float]:
        share = (x - left) / (right - left) if right > left else 0.5
        return (
            _LEFT + share * (_WIDTH - _LEFT - _RIGHT),
            _HEIGHT - _BOTTOM - (y - low) / (high - low) * (_HEIGHT - _TOP - _BOTTOM),
        )

    parts = [_axis(place(left, y)[1], f"{y:.6g}") for y in _ticks(low, high)]
    whole = all(isinstance(x, int) for x in across)
    for x in _ticks(left, right, 1.0 if whole else 0.0):
        parts.append(_text(place(x, low)[0], _HEIGHT - _BOTTOM + 16, f"{x:.6g}", "middle"))
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    parts.append(_text(middle, _HEIGHT - 6, table.columns[0], "middle"))
    legend = []
    for index, (name, column) in enumerate(zip(table.columns[1:], columns, strict=True)):
        again, turn = divmod(index, len(colours))
        line, dashes = ("dashed", "5 5") if again else ("solid", "none")
        steps, pen = [], "M"
        for x, y in zip(across, column, strict=True):
            if y is None:
                pen = "M"
                continue
            at = place(x, y)
            # A line of length 0 draws a dot, so a value between two gaps is visible.
            steps.append(f"{pen}{at[0]:.1f} {at[1]:.1f}" + ("h0" if pen == "M" else ""))
            pen = "L"
        parts.append(
            f'<path d="{" ".join(steps)}" fill="none" stroke="{colours[turn]}" stroke-width="2" '
            f'stroke-linecap="round" stroke-dasharray="{dashes}"/>'
        )
        legend.append(
            f'<span style="display:inline-block;margin-right:1rem"><i style="{_SWATCH}'
            f'border-top:3px {line} {colours[turn]}"></i>{html.escape(label(table, name))}</span>'
        )
    return (
        f'<figure class="chart" style="margin:0"><svg xmlns="http://www.w3.org/2000/svg" '
        f'viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{html.escape(table.title)}">'
        f"{''.join(parts)}</svg><figcaption>{' '.join(legend)}</figcaption></figure>"
    )


def _cell(figure: Any, drawn: str) -> str:
    style = ""
    if drawn in ("ratios", "cosines") and figure is not None:
        heat = warmth(figure, drawn)
        fade = round(255 * (1 - 0.65 * abs(heat)))
        red, blue = (255, fade) if heat >= 0 else (fade, 255)
        style = f' style="background:rgb({red},{fade},{blue})"'
    return f"<td{style}>{html.escape(cell_text(figure))}</td>"


def _ticks(low: float, high: float, least: float = 0.0) -> list[float]:
    """Return up to six round values from `low` to `high`, at least `least` apart."""
    if low == high:
        return [low]
    rough = max((high - low) / 5, least)
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(unit * times for times in (1, 2, 5, 10) if unit * times >= rough)
    # The tolerance keeps the tick at an end in spite of rounding errors.
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [count * step for count in range(first, last + 1)]


def _axis(height: float, label: str) -> str:
    return (
        f'<path d="M{_LEFT} {height:.1f}H{_WIDTH - _RIGHT}" stroke="currentColor" opacity=".2"/>'
        + _text(_LEFT - 6, height + 4, label, "end")
    )


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="13" fill="currentColor" '
        f'text-anchor="{anchor}">{html.escape(text)}</text>'
    )
