"""Tables drawn as HTML and SVG, with no library and no script."""

import html
import math
from typing import Any

from dreamlab.analysis.contract import Table

_WIDTH, _HEIGHT, _MARGIN = 640, 260, 48

#: Okabe and Ito's colours, told apart by people who see colours differently.
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")


def heat_table(table: Table) -> str:
    """Return a table as HTML, its figures on a ground of blue (low) to red (high) if a heat map."""
    head = "".join(f"<th>{html.escape(name)}</th>" for name in table.columns)
    body = []
    for name, *figures in table.rows:
        cells = "".join(_cell(figure, table.drawn) for figure in figures)
        body.append(f"<tr><th>{html.escape(shown(name))}</th>{cells}</tr>")
    return f"<table><tr>{head}</tr>{''.join(body)}</table>"


def warmth(figure: float, drawn: str) -> float:
    """Return where a figure of a heat map lies between -1 (blue), 0 (white) and 1 (red).

    A ratio counts by its logarithm: 10 times is 1, a tenth is -1.
    """
    if drawn == "cosines":
        return max(-1.0, min(1.0, figure))
    return max(-1.0, min(1.0, math.log10(figure))) if figure > 0 else -1.0


def shown(value: Any) -> str:
    """Return a cell as text: a figure in three digits, nothing as a dash."""
    if value is None:
        return "–"
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def lines(table: Table) -> str:
    """Return a table as an SVG line chart; figures that there are none of leave gaps."""
    across = [row[0] for row in table.rows]
    columns = [[row[place] for row in table.rows] for place in range(1, len(table.columns))]
    known = [figure for column in columns for figure in column if figure is not None]
    low, high = min([0.0, *known]), max([0.0, *known])
    high = high if high > low else low + 1.0
    left, right = min(across), max(across)

    def place(x: float, y: float) -> tuple[float, float]:
        share = (x - left) / (right - left) if right > left else 0.5
        return (
            _MARGIN + share * (_WIDTH - 2 * _MARGIN),
            _HEIGHT - _MARGIN - (y - low) / (high - low) * (_HEIGHT - 2 * _MARGIN),
        )

    parts = [_axis(place(left, y)[1], shown(float(y))) for y in (low, (low + high) / 2, high)]
    for x in (left, right):
        at = place(x, low)
        parts.append(_text(at[0], at[1] + 18, shown(x), "middle"))
    parts.append(_text(_WIDTH / 2, _HEIGHT - 8, table.columns[0], "middle"))
    for index, (name, column) in enumerate(zip(table.columns[1:], columns, strict=True)):
        colour = _COLOURS[index % len(_COLOURS)]
        steps, pen = [], "M"
        for x, y in zip(across, column, strict=True):
            if y is None:
                pen = "M"
                continue
            at = place(x, y)
            steps.append(f"{pen}{at[0]:.1f} {at[1]:.1f}")
            pen = "L"
        parts.append(
            f'<path d="{" ".join(steps)}" fill="none" stroke="{colour}" stroke-width="2"/>'
        )
        parts.append(_text(_WIDTH - _MARGIN + 8, 20 + 18 * index, name, "start", colour))
    title = html.escape(table.title)
    box = f"0 0 {_WIDTH + 120} {_HEIGHT}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" width="{_WIDTH + 120}" '
        f'role="img" aria-label="{title}">{"".join(parts)}</svg>'
    )


def _cell(figure: Any, drawn: str) -> str:
    style = ""
    if drawn in ("ratios", "cosines") and figure is not None:
        heat = warmth(figure, drawn)
        fade = round(255 * (1 - 0.65 * abs(heat)))
        red, blue = (255, fade) if heat >= 0 else (fade, 255)
        style = f' style="background:rgb({red},{fade},{blue})"'
    return f"<td{style}>{html.escape(shown(figure))}</td>"


def _axis(height: float, label: str) -> str:
    return f'<path d="M{_MARGIN} {height:.1f}H{_WIDTH - _MARGIN}" stroke="#ddd"/>' + _text(
        _MARGIN - 6, height + 4, label, "end"
    )


def _text(x: float, y: float, text: str, anchor: str, colour: str = "#555") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="12" font-family="sans-serif" fill="{colour}" '
        f'text-anchor="{anchor}">{html.escape(text)}</text>'
    )
