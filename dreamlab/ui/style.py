"""Colours and the style rules that the theme cannot express."""

import html
from collections.abc import Iterator

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dreamlab.report.colours import COLOURS

_BARS = "\n".join(
    f'[class*="st-key-edged{index}-"] {{ border-top: 3px solid {colour}; }}'
    for index, colour in enumerate(COLOURS)
)

_CSS = f"""
<style>
.stMainBlockContainer {{ padding-top: 2.6rem; padding-bottom: 4rem; max-width: 1500px; }}
{_BARS}
[class*="st-key-edgedx-"] {{ border-top: 3px solid #8a8a86; }}
[class*="st-key-edged"] {{ gap: 0.4rem; padding: 0.7rem; }}
[class*="st-key-edged"] img {{ border-radius: 0.3rem; }}
:is([class*="st-key-pair"], [class*="st-key-found-"]) [data-testid="stColumn"] {{
  min-width: 0; }}
[data-testid="stSidebarHeader"] {{ height: 2.2rem; margin: 0; padding-bottom: 0; }}
.st-key-source button, .st-key-background button {{ padding-left: .45rem; padding-right: .45rem; }}
:is(.st-key-source, .st-key-background) :is([role="radiogroup"], [role="group"]) {{
  flex-wrap: nowrap; }}
[class*="st-key-dim-"] img {{ opacity: .35; }}
/* The button that opens a picture covers the picture; its label is in a corner. */
[class*="st-key-shown-"] {{ position: relative; }}
[class*="st-key-shown-"] [data-testid="stElementToolbar"] {{ display: none; }}
[class*="st-key-large-"] {{ position: absolute; inset: 0; width: 100% !important; }}
[class*="st-key-large-"] * {{ height: 100%; }}
[class*="st-key-large-"] button {{ width: 100%; padding: .5rem; cursor: zoom-in;
  align-items: flex-end; justify-content: flex-end; background: none !important; }}
[class*="st-key-large-"] button > * {{ width: auto; height: auto; padding: .25rem .6rem;
  border-radius: 1rem; background: #000b; color: #fff; }}
[class*="st-key-large-"] button > * * {{ height: auto; color: #fff; font-size: .8rem; }}
[class*="st-key-large-"] button:hover > * {{ background: #000; }}
/* In a wall of pictures the label is for those who listen; the icon says the same. */
[class*="st-key-cells-"] [class*="st-key-large-"] button [data-testid="stMarkdownContainer"] {{
  position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }}
/* The dark theme's accent suits text, but is too light behind white text. */
[data-testid="stBaseButton-primary"], [data-testid="stMultiSelectTagsContainer"] [data-tag] {{
  background: #0B63A5; border-color: #0B63A5; }}
[data-testid="stBaseButton-primary"]:hover {{ background: #084F85; border-color: #084F85; }}
/* Facts stand behind the names in a list of choices, which is as wide as they need. */
[data-testid="stSelectboxVirtualDropdown"] {{ width: max-content !important;
  min-width: var(--trigger-width); max-width: min(34rem, calc(100vw - 2rem)); }}
.dl-text {{ font-size: .9rem; line-height: 1.5; margin: .2rem 0 0; max-width: 62ch; }}
.dl-said {{ font-size: 1.15rem; line-height: 1.45; font-weight: 560; margin: .3rem 0;
  max-width: 60rem; overflow-wrap: anywhere; }}
.dl-title {{ margin: 0; font-size: 1.05rem; line-height: 1.4; font-weight: 400; opacity: .85; }}
.dl-title b {{ font-size: 1.7rem; font-weight: 680; letter-spacing: -.02em; margin-right: .6rem; }}
.dl-name {{ margin: 0; font-size: 1rem; font-weight: 620; line-height: 1.3;
  overflow-wrap: anywhere; }}
.dl-name small {{ font-weight: 400; opacity: .75; font-size: .82rem; margin-left: .35rem; }}
.dl-layer {{ font-size: .85rem; line-height: 1.25; padding-top: .3rem; overflow-wrap: anywhere; }}
.dl-layer small {{ display: block; opacity: .75; font-size: .75rem; }}
.dl-note {{ font-size: .8rem; line-height: 1.4; opacity: .8; margin: 0;
  overflow-wrap: anywhere; }}
.dl-note.bad {{ opacity: 1; font-weight: 600; }}
.dl-error {{ font-size: .95rem; line-height: 1.4; font-weight: 600; margin: 0;
  overflow-wrap: anywhere; }}
/* Tables of many columns need no scrolling, which a keyboard could not do. */
[data-testid="stTable"] :is(th, td) {{ padding: .3rem .25rem !important;
  font-size: .8rem !important; }}
/* A card that is narrow, as one of a row of five, has room for the icon alone. */
[class*="st-key-shown-"] {{ container-type: inline-size; }}
@container (max-width: 190px) {{
  [class*="st-key-large-"] button [data-testid="stMarkdownContainer"] {{ position: absolute;
    width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }}
}}
/* Controls stay in view below a long picture. */
.st-key-preview img {{ max-height: 45vh; object-fit: contain; }}
/* Several pictures are small squares; what takes one back is a cross, its label for listeners. */
[class*="st-key-small-"] img {{ aspect-ratio: 1; object-fit: cover; }}
.st-key-pictures [data-testid="stColumn"] {{ min-width: 0; }}
:is([class*="st-key-remove"], .st-key-dropped-nothing) button
  [data-testid="stMarkdownContainer"] {{ position: absolute; width: 1px; height: 1px;
  overflow: hidden; clip-path: inset(50%); }}
[class*="st-key-of-"], .st-key-dropped-head {{ flex-wrap: nowrap !important;
  justify-content: space-between; }}
[class*="st-key-of-"] > :first-child {{ min-width: 0; }}
[class*="st-key-small-"] .dl-note {{ white-space: nowrap; overflow: hidden;
  text-overflow: ellipsis; }}
[class*="st-key-small-"] {{ position: relative; }}
[class*="st-key-small-"] [class*="st-key-remove"] {{ position: absolute; top: .15rem;
  right: .15rem; width: auto !important; }}
[class*="st-key-small-"] [class*="st-key-remove"] button {{ min-height: 0; padding: .1rem;
  border-radius: 1rem; background: #000b !important; color: #fff; }}
.st-key-dropped {{ padding: .7rem; }}
.st-key-dropped-head > :nth-child(2) {{ flex: 1 1 0; min-width: 0; }}
.st-key-dropped-answers {{ flex-wrap: nowrap !important; }}
.st-key-dropped-answers button {{ padding-left: .6rem; padding-right: .6rem; }}
.dl-phone {{ display: none; }}
@media (max-width: 640px) {{
  .stMainBlockContainer {{ padding: 3.8rem 1rem 3rem; }}
  .dl-title b {{ display: block; }}
  .dl-phone {{ display: block; }}
  .st-key-across-row {{ display: none; }}
}}
</style>
"""


def apply() -> None:
    """Add the style rules to the page."""
    st.html(_CSS)


def title() -> None:
    """Show the name and the purpose of the page."""
    st.html(
        '<h1 class="dl-title"><b>dreamlab</b>'
        "See what each layer of a network looks for, side by side.</h1>"
        '<p class="dl-note dl-phone">Picture and settings are behind » at the top.</p>'
    )


def name(text: str, aside: str = "", *, level: int = 3) -> None:
    """Show the name of a card as an HTML heading, with a short aside in small type."""
    small = f" <small>{html.escape(aside)}</small>" if aside else ""
    st.html(f'<h{level} class="dl-name">{html.escape(text)}{small}</h{level}>')


def layer(text: str, below: str = "") -> None:
    """Show a layer's name, with its properties below."""
    below = f"<small>{html.escape(below)}</small>" if below else ""
    st.html(f'<div class="dl-layer">{html.escape(text)}{below}</div>')


#: Letters that the smallest cell of a gallery has room for in a line.
_GLUED = 22


def facts(*words: str) -> str:
    """Join facts to one line that breaks only between them, and within long ones."""
    short = (word.replace(" ", "\u00a0") if len(word) <= _GLUED else word for word in words)
    return " · ".join(short)


def note(text: str, *, bad: bool = False) -> None:
    """Show a short line in small type, or a warning if `bad`."""
    kind = "dl-note bad" if bad else "dl-note"
    mark = "⚠ " if bad else ""
    st.html(f'<p class="{kind}">{mark}{html.escape(text)}</p>', width="content")


def error(text: str) -> None:
    """Show why something failed: the strongest line where it stands."""
    st.html(f'<p class="dl-error" role="alert">⚠ {html.escape(text)}</p>')


def said(words: str) -> None:
    """Show what was found: the first thing to read of a result."""
    st.html(f'<p class="dl-said">{html.escape(words)}</p>')


def text(words: str) -> None:
    """Show a short paragraph."""
    st.html(f'<p class="dl-text">{html.escape(words)}</p>')


def grid(count: int, columns: int, *, wrap: bool = True) -> Iterator[DeltaGenerator]:
    """Yield a container for each of `count` cells, in rows of `columns`; a phone stacks them.

    Without `wrap` a phone has the same rows.
    """
    for start in range(0, count, columns):
        yield from st.columns(columns, wrap=wrap)[: count - start]


def edged(colour: int | None, key: str) -> DeltaGenerator:
    """Return a bordered container; its upper edge has a variant's colour, or grey for None."""
    return st.container(
        border=True, height="stretch", key=f"edged{'x' if colour is None else colour}-{key}"
    )
