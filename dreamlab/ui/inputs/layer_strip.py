"""The layers of a network, early to late, as tiles: a click takes a layer in or out."""

import itertools
import re
from collections.abc import Callable, Sequence

import streamlit as st

from dreamlab.analysis import layer_pictures
from dreamlab.images import data_url
from dreamlab.layer_info import LayerInfo
from dreamlab.layers import is_offered, known_layers
from dreamlab.ui.wording import layer_sees

#: ASCII punctuation that Markdown may read as a sign; an underscore within a word is none.
_SIGNS = re.compile(r"(?<![0-9A-Za-z])_|_(?![0-9A-Za-z])|[!-/:-@\[-^`{-~]")

#: Tiles in a column where there are no pictures; `dreamlab.ui.style` has as many.
_ROWS = 3

#: The tile of a layer: its number in the strip, from 1, replaces the ``%d``.
_TILE = '[class*="st-key-strip"] [role="toolbar"] > button:nth-child(%d)'


def show(
    model: str, chosen: Sequence[str], key: str, change: Callable[..., None], *args: object
) -> None:
    """Draw the strip of a network.

    Parameters
    ----------
    model : str
        Name of the network.
    chosen : sequence of str
        Names of the layers that are marked; the strip has them even if they are not on offer.
    key : str
        Key of the strip; the session holds the marked layers under it.
    change : callable
        What a click calls.
    *args
        What it is called with.
    """
    layers = {layer.name: layer for layer in known_layers(model)}
    offered = [name for name in layers if name in chosen or is_offered(model, name)]
    names = [*offered, *(name for name in chosen if name not in layers)]
    pictures = {name: layer_pictures.picture(model, name) for name in names}
    plain = not any(pictures.values())
    rules = [_picture(number, file) for number, file in enumerate(pictures.values(), 1) if file]
    rules += _blocks(names, _ROWS if plain else 1)
    st.html(f"<style>{' '.join(rules)}</style>")
    with st.container(key="strip-plain" if plain else "strip"):
        st.pills(
            "Layers, from early to late",
            names,
            selection_mode="multi",
            format_func=lambda name: label(name, layers.get(name)),
            key=key,
            on_change=change,
            args=args,
            width="stretch",
        )


def label(name: str, layer: LayerInfo | None) -> str:
    """Return the label of a tile, as Markdown: the name, and in small type what is known of it."""
    escaped = _SIGNS.sub(r"\\\g<0>", name)
    return f"{escaped} :small[{layer_sees(layer)}]"


def block(name: str) -> str:
    """Return the block of a layer: the start of its name, up to the first number."""
    match = re.match(r"(\D*?)_?(\d+)", name)
    return f"{match[1].strip('_').capitalize()} {match[2]}" if match else name.capitalize()


def _picture(number: int, file: bytes) -> str:
    return f"{_TILE % number}::before {{ background-image: url({data_url(file)}); }}"


def _blocks(names: Sequence[str], rows: int) -> list[str]:
    """Return the rules that name each block above its first layer, which begins a column.

    Where most layers are a block of their own their names say it already.
    """
    blocks = [block(name) for name in names]
    first = [number for number, of in enumerate(blocks) if not number or of != blocks[number - 1]]
    if 3 * len(first) > 2 * len(names):
        return []
    rules = ['[class*="st-key-strip"] [role="toolbar"] { padding-top: 1.5rem; }']
    for number, after in itertools.pairwise([*first, len(names)]):
        tile, words = _TILE % (number + 1), re.sub(r"[\W_]+", " ", blocks[number]).split()
        rules.append(f'{tile} > div::before {{ content: "{" ".join(words[-2:]).capitalize()}"; }}')
        rules.append(f"{tile} {{ grid-row-start: 1; }}")
        column = range(number, min(number + rows, after)) if number else ()
        rules += [f"{_TILE % (each + 1)} {{ margin-left: .9rem; }}" for each in column]
    return rules
