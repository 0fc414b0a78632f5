"""The report: one HTML file with pictures, charts and settings, that opens with no network."""

import html
import json
from collections.abc import Mapping, Sequence
from typing import Any

from dreamlab import __version__
from dreamlab.analysis import Findings, charts, named
from dreamlab.images import data_url

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem;color:#222}
figure{display:inline-block;margin:0 .6rem 1rem 0;vertical-align:top}
figure img{max-width:100%;display:block}
figcaption{font-size:.85rem;color:#555;max-width:20rem}
table{border-collapse:collapse;font-size:.8rem;font-variant-numeric:tabular-nums}
td,th{padding:.2rem .5rem;text-align:right;border:1px solid #ddd}
th{background:#f4f4f4;text-align:left}
.wide{overflow-x:auto;margin-bottom:1.5rem}
pre{background:#f4f4f4;padding:1rem;overflow-x:auto}
"""

#: No script and nothing from elsewhere: the browser itself holds the file to it.
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def report(
    findings: Sequence[Findings],
    *,
    title: str = "dreamlab report",
    pictures: Sequence[tuple[str, bytes]] = (),
    settings: Mapping[str, Any] | None = None,
) -> bytes:
    """Return a session as one HTML file.

    Parameters
    ----------
    findings : sequence of Findings
        What was found, a section each.
    title : str
        The heading.
    pictures : sequence of (str, bytes)
        Caption and PNG or JPEG of pictures that go first, such as the dreams of the session.
    settings : mapping, optional
        Settings that those pictures were made with, as plain JSON types.
    """
    parts = [f"<h1>{html.escape(title)}</h1>", f"<p>Made with dreamlab {__version__}.</p>"]
    if pictures:
        parts += ["<section>", "<h2>Dreams</h2>"]
        parts += [_figure(data, caption) for caption, data in pictures]
        if settings:
            parts.append(_settings(settings))
        parts.append("</section>")
    for one in findings:
        parts += _section(one)
    head = (
        f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f"<title>{html.escape(title)}</title><style>{_STYLE}</style>"
    )
    body = "\n".join(parts)
    page = f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body>\n{body}\n</body></html>\n'
    return page.encode()


def _section(findings: Findings) -> list[str]:
    analysis = named(findings.analysis)
    state = "" if findings.complete else " It was ended early: not all is here."
    parts = [
        "<section>",
        f"<h2>{html.escape(analysis.title)}</h2>",
        f"<p>{html.escape(analysis.summary)}{state} Network: {html.escape(findings.model)}; "
        f"{findings.seconds:.1f} s.</p>",
    ]
    if findings.original:
        parts.append(_figure(findings.original, "the picture"))
    parts += [_figure(one.picture, one.caption) for one in findings.items if one.picture]
    for table in analysis.tables(findings):
        parts.append(f"<h3>{html.escape(table.title)}</h3>")
        if table.drawn == "lines":
            parts.append(charts.lines(table))
        parts.append(f'<div class="wide">{charts.heat_table(table)}</div>')
    return [*parts, _settings(findings.settings), "</section>"]


def _figure(picture: bytes, caption: str) -> str:
    text = html.escape(caption)
    return (
        f'<figure><img src="{data_url(picture)}" alt="{text}">'
        f"<figcaption>{text}</figcaption></figure>"
    )


def _settings(settings: Mapping[str, Any]) -> str:
    text = html.escape(json.dumps(dict(settings), indent=2))
    return f"<details><summary>Settings</summary><pre>{text}</pre></details>"
