"""The report: one HTML file with pictures, charts and settings, that opens with no network.

It knows nothing of dreams and analyses: whoever has something to show makes a `Section` of it.
"""

import html
import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from dreamlab.images import data_url
from dreamlab.report import svg
from dreamlab.report.colours import COLOURS
from dreamlab.report.table import Table
from dreamlab.version import __version__

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
class Figure:
    """A table in a report: as lines if it is drawn so, else in rows.

    Parameters
    ----------
    table : Table
        The figures.
    heading : str
        What stands above it, or nothing.
    colours : sequence of str
        Colours of the lines.
    folded : bool
        In rows and folded away, however it is drawn.
    """

    table: Table
    heading: str = ""
    colours: Sequence[str] = COLOURS
    folded: bool = False

    @property
    def is_chart(self) -> bool:
        """Whether it is drawn as lines."""
        return self.table.drawn == "lines" and not self.folded


@dataclass(frozen=True)
class Section:
    """One part of a report.

    Parameters
    ----------
    heading : str
        Its heading.
    text : str
        A paragraph below it, or nothing.
    pictures : sequence of (bytes, str)
        PNG or JPEG, and what stands below it.
    large : bool
        Whether the pictures take a third of the page each, not a sixth.
    figures : sequence of Figure
        In the order in which they are drawn; charts that follow each other share a row.
    settings : dict or list
        How it was made, as plain JSON types.
    """

    heading: str
    text: str = ""
    pictures: Sequence[tuple[bytes, str]] = ()
    large: bool = False
    figures: Sequence[Figure] = ()
    settings: Any = None


def page(sections: Sequence[Section], *, title: str) -> bytes:
    """Return a report as one HTML file.

    Parameters
    ----------
    sections : sequence of Section
        Its parts.
    title : str
        The heading.
    """
    parts = [f"<h1>{html.escape(title)}</h1>", f"<p>Made with dreamlab {__version__}.</p>"]
    for section in sections:
        parts += _section(section)
    head = (
        f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(title)}</title><style>{_STYLE}</style>"
    )
    body = "\n".join(parts)
    start = f'<!doctype html>\n<html lang="en"><head>{head}</head>\n'
    return f"{start}<body>\n{body}\n</body></html>\n".encode()


def framed(report: bytes, *, height: int) -> str:
    """Return a report in a frame, so that a notebook's own styles and its do not mix.

    Parameters
    ----------
    report : bytes
        What `page` returned.
    height : int
        Height of the frame, in pixels.
    """
    text = html.escape(report.decode(), quote=True)
    return f'<iframe srcdoc="{text}" style="width:100%;height:{height}px;border:0"></iframe>'


def row(pictures: Sequence[tuple[bytes, str]], below: str = "") -> str:
    """Return pictures side by side, for a notebook, which has no styles for them.

    Parameters
    ----------
    pictures : sequence of (bytes, str)
        PNG or JPEG, and what stands below it.
    below : str
        HTML that stands below them.
    """
    cells = [
        f'<figure style="margin:0;flex:0 1 20rem"><img src="{data_url(picture)}" '
        f'alt="{html.escape(caption)}" style="width:100%">'
        f"<figcaption>{html.escape(caption)}</figcaption></figure>"
        for picture, caption in pictures
    ]
    return (
        f'<div style="display:flex;flex-wrap:wrap;gap:1rem">{"".join(cells)}</div>'
        f'<div style="max-width:30rem">{below}</div>'
    )


def _section(section: Section) -> list[str]:
    parts = ["<section>", f"<h2>{html.escape(section.heading)}</h2>"]
    if section.text:
        parts.append(f"<p>{html.escape(section.text)}</p>")
    parts.append(f'<div class="pictures{" dreams" * section.large}">')
    parts += [_figure(picture, caption) for picture, caption in section.pictures]
    parts.append("</div>")
    for charts, figures in groupby(section.figures, key=lambda figure: figure.is_chart):
        blocks = [_render(figure) for figure in figures]
        parts += ['<div class="charts">', *blocks, "</div>"] if charts else blocks
    settings = json.dumps(section.settings, indent=2)
    return [*parts, _folded("Settings", f"<pre>{html.escape(settings)}</pre>"), "</section>"]


def _render(figure: Figure) -> str:
    if figure.folded:
        return _folded(figure.heading, _wide(figure.table))
    heading = f"<h3>{html.escape(figure.heading)}</h3>" if figure.heading else ""
    if figure.is_chart:
        return f"<div>{heading}{svg.lines(figure.table, figure.colours)}</div>"
    return heading + _wide(figure.table)


def _wide(table: Table) -> str:
    return f'<div class="wide">{svg.heat_table(table)}</div>'


def _figure(picture: bytes, caption: str) -> str:
    text = html.escape(caption)
    return (
        f'<figure><img src="{data_url(picture)}" alt="{text}">'
        f"<figcaption>{text}</figcaption></figure>"
    )


def _folded(title: str, body: str) -> str:
    return f"<details><summary>{html.escape(title)}</summary>{body}</details>"
