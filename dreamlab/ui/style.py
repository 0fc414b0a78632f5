"""Colours and the style rules that the theme cannot express."""

import html
from collections.abc import Iterator
from typing import Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dreamlab.report.colours import COLOURS

_BARS = "\n".join(
    f'[class*="st-key-edged{mark}-"] {{ --edge: {colour}; }}'
    for mark, colour in (*enumerate(COLOURS), ("x", "#8a8a86"))
)

#: Choices that have a single line.
_CHOICES = ":is(.st-key-source, .st-key-phone-source, .st-key-background)"

#: The buttons of the layer strip.
_TILES = '[class*="st-key-strip"] [role="toolbar"] > button'

_CSS = f"""
<style>
.stMainBlockContainer {{ padding-top: 2.6rem; padding-bottom: 4rem; max-width: 1500px; }}
{_BARS}
[class*="st-key-edged"] {{ gap: 0.4rem; padding: 0.7rem; border-top: 3px solid var(--edge); }}
/* The variant that is edited, and its editor. */
[class*="st-key-edged"]:is([class*="-edited-"], [class*="-editor"]) {{
  box-shadow: 0 0 0 2px var(--edge); }}
[class*="st-key-edged"] img {{ border-radius: 0.3rem; }}
:is([class*="st-key-pair"], [class*="st-key-found-"]) [data-testid="stColumn"] {{
  min-width: 0; }}
[class*="st-key-pair-"] [data-testid="stColumn"] > * {{ gap: 0; }}
[data-testid="stSidebarHeader"] {{ height: 2.2rem; margin: 0; padding-bottom: 0; }}
{_CHOICES} button {{ padding-left: .45rem; padding-right: .45rem; }}
{_CHOICES} :is([role="radiogroup"], [role="group"]) {{ flex-wrap: nowrap; }}
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
/* The shelf: as many dreams in a row as have room, two on a phone. */
.st-key-shelf-wall, .st-key-shelf-wall-live {{
  display: grid; grid-template-columns: repeat(auto-fill, minmax(min(11rem, 45%), 1fr));
  gap: 1.4rem 1rem; align-items: start; }}
:is(.st-key-shelf-wall, .st-key-shelf-wall-live) > * {{ min-width: 0; width: auto; }}
[class*="st-key-shelved-"] {{ gap: .25rem; }}
[class*="st-key-shelved-"] .dl-note[id] {{ scroll-margin-top: 23rem; }}
[class*="st-key-shelved-"]:has(:target) {{ outline: 2px solid currentcolor; outline-offset: .4rem;
  border-radius: .3rem; }}
[data-testid="stLayoutWrapper"]:has(> .st-key-shelf-actions) {{ position: sticky; top: 3.4rem;
  z-index: 3; padding: .3rem 0; background: light-dark(#FAFAF8, #121213); }}
[class*="st-key-shown-shelf-"] {{ background: #8883; border-radius: .3rem; margin-bottom: .2rem; }}
[class*="st-key-shown-shelf-"] img {{ aspect-ratio: 3 / 2; object-fit: cover;
  border-radius: .3rem; }}
/* In a wall of pictures the label is for those who listen; the icon says the same. */
:is([class*="st-key-cells-"], [class*="st-key-shelved-"]) [class*="st-key-large-"]
  button [data-testid="stMarkdownContainer"] {{
  position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }}
/* The dark theme's accent suits text, but is too light behind white text. */
[data-testid="stBaseButton-primary"], [data-testid="stMultiSelectTagsContainer"] [data-tag] {{
  background: #0B63A5; border-color: #0B63A5; }}
[data-testid="stBaseButton-primary"]:hover {{ background: #084F85; border-color: #084F85; }}
/* Its darker shade, which the text of an open button would have, is too dark on black. */
[data-testid="stPopoverButton"][aria-expanded="true"] {{ color: inherit; }}
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
.dl-note a {{ color: inherit !important; text-decoration: underline; }}
.dl-note.bad {{ opacity: 1; font-weight: 600; }}
.dl-error {{ font-size: .95rem; line-height: 1.4; font-weight: 600; margin: 0;
  overflow-wrap: anywhere; }}
/* Tables of many columns need no scrolling, which a keyboard could not do. */
[data-testid="stTable"] :is(th, td) {{ padding: .3rem .25rem !important;
  font-size: .8rem !important; }}
/* Controls stay in view below a long picture. */
.st-key-preview img {{ max-height: 45vh; object-fit: contain; }}
/* The keys stand in the button's help. */
.st-key-dream kbd {{ display: none; }}
.dl-variant {{ min-width: 0; }}
.dl-over {{ font-size: .75rem; line-height: 1.25rem; opacity: .8; margin: 0; }}
/* Tiles of the layers, in columns from early to late; the strip scrolls within itself. */
[class*="st-key-strip"] [role="toolbar"] {{ display: grid; grid-auto-flow: column;
  gap: .4rem; justify-content: start; overflow-x: auto;
  padding: .3rem .25rem .7rem; scroll-padding: 0 4rem; }}
.st-key-strip-plain [role="toolbar"] {{ grid-template-rows: repeat(3, auto); }}
{_TILES} {{ position: relative; overflow: visible; display: flex; flex-direction: column;
  align-items: stretch; justify-content: flex-start; width: 7.2rem; height: auto;
  max-width: none; padding: 0 0 .3rem; gap: 0; border-radius: .45rem; white-space: normal; }}
.st-key-strip [role="toolbar"] > button::before {{ content: ""; aspect-ratio: 3 / 2;
  background-size: cover; border-radius: .4rem .4rem 0 0; }}
{_TILES} > div {{ padding: .3rem .45rem 0; }}
{_TILES} > div::before {{ position: absolute; top: -1.3rem; left: 0; font-size: .75rem;
  line-height: 1.2rem; opacity: .8; white-space: nowrap; }}
{_TILES} :is(span, div, p) {{ display: block; min-width: 0; text-align: left;
  white-space: normal; }}
{_TILES} p {{ font-size: .78rem; line-height: 1.25; font-weight: 600; overflow-wrap: anywhere; }}
{_TILES} p span {{ font-size: .73rem !important; font-weight: 400; opacity: .85; }}
{_TILES}[aria-pressed="true"] {{ box-shadow: 0 0 0 2px #0B63A5;
  scroll-initial-target: nearest; }}
{_TILES}[aria-pressed="true"] p span {{ opacity: 1; }}
{_TILES}[aria-pressed="true"]::after {{ content: "✓" / ""; position: absolute; top: .3rem;
  right: .3rem; width: 1.25rem; font-size: .8rem; line-height: 1.25rem; text-align: center;
  border-radius: 50%; background: #0B63A5; color: #fff; }}
:is([data-testid="stLayoutWrapper"]:has(> .st-key-unseen), .st-key-unseen) {{
  position: absolute; }}
@media (min-width: 641px) {{
  .dl-phone, [class*="st-key-phone"],
  [data-testid="stLayoutWrapper"]:has(> [class*="st-key-phone"]) {{ display: none; }}
}}
@media (max-width: 640px) {{
  .stMainBlockContainer {{ padding: 3.8rem 1rem 3rem; }}
  .st-key-across-row, [class*="st-key-folded-"],
  [data-testid="stLayoutWrapper"]:has(> [class*="st-key-folded-"]) {{ display: none; }}
  /* The name of the page and of a variant stand in a line with their buttons. */
  :is(.st-key-title, .st-key-phone-picture, [class*="st-key-head-"]) {{ flex-wrap: nowrap; }}
  :is(.st-key-title, [class*="st-key-head-"]) > :first-child {{ flex: 1; min-width: 0; }}
  .dl-title {{ font-size: .85rem; }}
  .dl-title b {{ display: block; font-size: 1.5rem; }}
  [data-testid="stHorizontalBlock"]:has(> * [class*="st-key-head-"]) {{ gap: .4rem; }}
  [class*="variant"][class*="st-key-edged"] {{ padding: .15rem .7rem; border-top-width: 1px;
    border-left: 4px solid var(--edge); }}
  [class*="-edited-"] .dl-variant p {{ display: none !important; }}
  .dl-variant {{ display: flex; align-items: baseline; gap: .5rem; }}
  .dl-variant h2 {{ flex: none; max-width: 50%; overflow: hidden; text-overflow: ellipsis;
    white-space: nowrap; }}
  .dl-variant p {{ display: flex; gap: .5rem; min-width: 0; white-space: nowrap; }}
  .dl-variant span {{ overflow: hidden; text-overflow: ellipsis; }}
  .st-key-part [role="tablist"] {{ gap: .65rem; }}
  .st-key-part [role="tab"] p {{ font-size: .8rem; }}
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
    )


def name(text: str, aside: str = "", *, level: int = 3) -> None:
    """Show the name of a card as an HTML heading, with a short aside in small type."""
    small = f" <small>{html.escape(aside)}</small>" if aside else ""
    st.html(f'<h{level} class="dl-name">{html.escape(text)}{small}</h{level}>')


def variant(name: str, layers: str, time: str) -> None:
    """Show the name of a variant; on a phone its layers and expected time stand behind it."""
    st.html(
        f'<div class="dl-variant"><h2 class="dl-name">{html.escape(name)}</h2>'
        f'<p class="dl-note dl-phone"><span>{html.escape(layers)}</span> '
        f"{html.escape(time)}</p></div>"
    )


def over(text: str) -> None:
    """Show what the number below is; who listens hears it, and of what, from the number itself."""
    st.html(f'<p class="dl-over" aria-hidden="true">{html.escape(text)}</p>')


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


def folded(
    key: str, *, open_: bool, width: Literal["stretch", "content"] = "stretch"
) -> DeltaGenerator:
    """Return a container that a phone hides unless it is open; a wide page always shows it."""
    return st.container(key=f"{'open' if open_ else 'folded'}-{key}", width=width)


def edged(colour: int | None, key: str) -> DeltaGenerator:
    """Return a bordered container; its upper edge has a variant's colour, or grey for None."""
    return st.container(
        border=True, height="stretch", key=f"edged{'x' if colour is None else colour}-{key}"
    )
