"""The report: one HTML file with pictures, charts and settings, that opens with no network."""

import html
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from dreamlab import __version__
from dreamlab.analysis import Findings, Table, named
from dreamlab.images import data_url, jpeg
from dreamlab.report import svg
from dreamlab.results.recording import Recording

#: Greys let the ground through, so that they do in a light and in a dark theme.
_STYLE = """
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem;
background:Canvas;color:CanvasText}
section{border-top:1px solid #8886;margin-top:2.5rem}
h3{font-size:1rem;margin:1.5rem 0 .5rem}
.pictures{display:grid;gap:1rem;grid-template-columns:repeat(auto-fill,minmax(10rem,1fr))}
.pictures.dreams{grid-template-columns:repeat(auto-fill,minmax(min(100%,20rem),1fr))}
figure{margin:0;break-inside:avoid}
figure img{width:100%;display:block;border-radius:.3rem}
figcaption{font-size:.85rem;line-height:1.35;margin-top:.3rem;overflow-wrap:anywhere}
.charts{display:grid;gap:0 2rem;grid-template-columns:repeat(auto-fill,minmax(min(100%,26rem),1fr))}
.chart svg{width:100%;display:block}
.chart span{display:inline-block;margin-right:1rem}
.chart i{display:inline-block;width:1.2rem;margin-right:.4rem;vertical-align:middle}
table{border-collapse:collapse;font-size:.8rem;font-variant-numeric:tabular-nums}
td,th{padding:.2rem .5rem;text-align:right;border:1px solid #8885}
th{font-weight:600;background:linear-gradient(#8882,#8882) Canvas}
tr>:first-child{text-align:left;position:sticky;left:0}
.heat tr:first-child th+th{writing-mode:vertical-rl;text-align:left;padding:.5rem .2rem}
.heat td[style]{color:#111}
.wide{overflow-x:auto;margin:1rem 0}
details{margin-top:1rem}
pre{background:#8882;padding:1rem;overflow-x:auto;font-size:.8rem}
"""

#: No script and nothing from elsewhere: the browser itself holds the file to it.
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


@dataclass(frozen=True)
class Dream:
    """A dream of the session.

    Parameters
    ----------
    name : str
        What it is called.
    colour : str
        What its curve is drawn in, as CSS writes colours.
    recording : Recording
        What was kept of it, a frame at least.
    """

    name: str
    colour: str
    recording: Recording


def report(
    findings: Sequence[Findings],
    *,
    title: str = "dreamlab report",
    dreams: Sequence[tuple[str, Sequence[Dream]]] = (),
) -> bytes:
    """Return a session as one HTML file.

    Parameters
    ----------
    findings : sequence of Findings
        What was found, a section each.
    title : str
        The heading.
    dreams : sequence of (str, sequence of Dream)
        Heading and dreams of each comparison, one dream at least and all of one picture; a section
        each, before the findings.
    """
    parts = [f"<h1>{html.escape(title)}</h1>", f"<p>Made with dreamlab {__version__}.</p>"]
    for heading, compared in dreams:
        parts += _comparison(heading, compared)
    for one in findings:
        parts += _section(one)
    head = (
        f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(title)}</title><style>{_STYLE}</style>"
    )
    body = "\n".join(parts)
    page = f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body>\n{body}\n</body></html>\n'
    return page.encode()


def _comparison(heading: str, dreams: Sequence[Dream]) -> list[str]:
    pictures = [("Original", dreams[0].recording.original)]
    pictures += [(_caption(one), one.recording.final.pixels) for one in dreams]
    parts = ["<section>", f"<h2>{html.escape(heading)}</h2>", '<div class="pictures dreams">']
    parts += [_figure(jpeg(pixels, quality=92), caption) for caption, pixels in pictures]
    parts += ["</div>", _wide(_numbers(dreams))]
    # A loss that begins with 0 has no multiples.
    drawn = [one for one in dreams if one.recording.losses and one.recording.losses[0].loss]
    parts.append('<div class="charts">')
    if drawn:
        parts.append(_chart(_losses(drawn), [one.colour for one in drawn]))
    for one in dreams:
        if one.recording.losses and len(one.recording.losses[0].losses) > 1:
            parts.append(_chart(_shares(one)))
    parts.append("</div>")
    made = [{"name": one.name, **one.recording.provenance.to_dict()} for one in dreams]
    return [*parts, _settings(made), "</section>"]


def _caption(dream: Dream) -> str:
    weights = dream.recording.provenance.config.layers.items()
    last = dream.recording.final
    parts = [dream.name, ", ".join(f"{name} × {weight:g}" for name, weight in weights)]
    parts.append(f"{last.width} × {last.height} px")
    if not dream.recording.finished:
        parts.append("ended early")
    # A line breaks between facts, not within one.
    return " · ".join(parts).replace(" × ", "\u00a0×\u00a0").replace(" px", "\u00a0px")


def _numbers(dreams: Sequence[Dream]) -> Table:
    rows = []
    for one in dreams:
        losses, provenance = one.recording.losses, one.recording.provenance
        ends = [f"{losses[place].loss:.4g}" if losses else None for place in (0, -1)]
        rows.append((one.name, provenance.model, len(losses), *ends, one.recording.seconds))
    columns = ("dream", "network", "steps", "first_loss", "last_loss", "seconds")
    return Table("dreams", "First and last loss", columns, tuple(rows))


def _losses(dreams: Sequence[Dream]) -> Table:
    """Return each dream's losses as multiples of its first; a shorter dream leaves a gap."""
    columns = [
        _finite(point.loss / one.recording.losses[0].loss for point in one.recording.losses)
        for one in dreams
    ]
    rows = tuple((step, *row) for step, row in enumerate(zip_longest(*columns), 1))
    title = "Loss at each step, as a multiple of the first"
    return Table("losses", title, ("step", *(one.name for one in dreams)), rows, "lines")


def _shares(dream: Dream) -> Table:
    """Return each layer's share of a dream's loss; the share of a suppressed one is below 0."""
    rows = []
    for step, point in enumerate(dream.recording.losses, 1):
        total = sum(map(abs, point.losses.values())) or 1.0
        rows.append((step, *_finite(one / total for one in point.losses.values())))
    layers = dream.recording.losses[0].losses
    title = f"Each layer's share of the loss of {dream.name}"
    return Table("shares", title, ("step", *layers), tuple(rows), "lines")


def _finite(figures: Iterable[float]) -> list[float | None]:
    return [figure if math.isfinite(figure) else None for figure in figures]


def _section(findings: Findings) -> list[str]:
    analysis = named(findings.analysis)
    state = "" if findings.complete else " It was ended early: not all is here."
    parts = [
        "<section>",
        f"<h2>{html.escape(analysis.title)}</h2>",
        f"<p>{html.escape(analysis.summary)}{state} Network: {html.escape(findings.model)}; "
        f"{findings.seconds:.1f} s.</p>",
        '<div class="pictures">',
    ]
    if findings.original:
        parts.append(_figure(findings.original, "Original"))
    parts += [_figure(one.picture, one.caption) for one in findings.items if one.picture]
    parts.append("</div>")
    tables = analysis.tables(findings)
    lines = [table for table in tables if table.drawn == "lines"]
    parts += ['<div class="charts">', *map(_chart, lines), "</div>"]
    parts += [
        f"<h3>{html.escape(table.title)}</h3>" + _wide(table)
        for table in tables
        if table not in lines
    ]
    parts += [_folded(f"Figures: {table.title}", _wide(table)) for table in lines]
    return [*parts, _settings(findings.settings), "</section>"]


def _chart(table: Table, *colours: Sequence[str]) -> str:
    return f"<div><h3>{html.escape(table.title)}</h3>{svg.lines(table, *colours)}</div>"


def _wide(table: Table) -> str:
    return f'<div class="wide">{svg.heat_table(table)}</div>'


def _figure(picture: bytes, caption: str) -> str:
    text = html.escape(caption)
    return (
        f'<figure><img src="{data_url(picture)}" alt="{text}">'
        f"<figcaption>{text}</figcaption></figure>"
    )


def _settings(settings: Any) -> str:
    return _folded("Settings", f"<pre>{html.escape(json.dumps(settings, indent=2))}</pre>")


def _folded(title: str, body: str) -> str:
    return f"<details><summary>{html.escape(title)}</summary>{body}</details>"
