"""The report: one HTML file with pictures, charts and settings, which needs no network.

This module knows nothing of dreams and analyses; callers describe their results as `Section`.
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

#: Translucent greys, readable in light and dark themes.
_STYLE = """
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem;
background:Canvas;color:CanvasText}
section{border-top:1px solid #8886;margin-top:2.5rem}
.said{font-size:1.15rem;max-width:46rem}
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

#: The browser blocks scripts and foreign sources in the file.
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


@dataclass(frozen=True)
class Figure:
    """A table in a report, as a line chart if it is drawn so, else as rows.

    Parameters
    ----------
    table : Table
        The figures.
    heading : str
        Heading above it, or empty.
    colours : sequence of str
        Colours of the lines.
    folded : bool
        Show it as rows, folded away.
    """

    table: Table
    heading: str = ""
    colours: Sequence[str] = COLOURS
    folded: bool = False

    @property
    def is_chart(self) -> bool:
        """Whether the figure is a line chart."""
        return self.table.drawn == "lines" and not self.folded


@dataclass(frozen=True)
class Section:
    """A section of a report.

    Parameters
    ----------
    heading : str
        Heading of the section.
    said : str
        What was found, in a sentence or two, or empty.
    text : str
        Paragraph below it, or empty.
    pictures : sequence of sequence of (bytes, str)
        Cells of pictures that stand together: PNG or JPEG, and its caption.
    large : bool
        Whether a picture takes a third of the page width instead of a sixth.
    figures : sequence of Figure
        Tables and charts, in order; consecutive charts share a row.
    settings : dict or list
        Settings of the results, as plain JSON types.
    """

    heading: str
    said: str = ""
    text: str = ""
    pictures: Sequence[Sequence[tuple[bytes, str]]] = ()
    large: bool = False
    figures: Sequence[Figure] = ()
    settings: Any = None


def page(sections: Sequence[Section], *, title: str) -> bytes:
    """Return a report as one HTML file.

    Parameters
    ----------
    sections : sequence of Section
        Sections of the report.
    title : str
        Heading of the report.
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


def framed(report: bytes, *, height: int = 600) -> str:
    """Return a report in an iframe, which separates its styles from those of a notebook.

    Parameters
    ----------
    report : bytes
        Result of `page`.
    height : int
        Height of the frame, in pixels.
    """
    text = html.escape(report.decode(), quote=True)
    return f'<iframe srcdoc="{text}" style="width:100%;height:{height}px;border:0"></iframe>'


def row(pictures: Sequence[tuple[bytes, str]], below: str = "") -> str:
    """Return pictures side by side, with inline styles, for a notebook.

    Parameters
    ----------
    pictures : sequence of (bytes, str)
        PNG or JPEG, and its caption.
    below : str
        HTML below the pictures.
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
    if section.said:
        parts.append(f'<p class="said">{html.escape(section.said)}</p>')
    if section.text:
        parts.append(f"<p>{html.escape(section.text)}</p>")
    parts.append(f'<div class="pictures{" dreams" * section.large}">')
    for cell in section.pictures:
        figures_of_cell = "".join(_figure(picture, caption) for picture, caption in cell)
        parts.append(f"<div>{figures_of_cell}</div>")
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
