"""Names, notes, frames and grids of the page, and the style rules."""

import html
from collections.abc import Iterator
from typing import Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dreamlab.ui.style_rules import RULES


def apply() -> None:
    """Add the style rules to the page."""
    st.html(RULES)


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
