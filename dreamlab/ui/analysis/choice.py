"""The choice of one or two networks to look into."""

from functools import partial

import streamlit as st

from dreamlab.ui.inputs.networks import described, offered
from dreamlab.zoo import label

#: Keys of the choices; an empty text stands for the page's network, and for no second one.
_FIRST, _SECOND = "look.first", "look.second"


def show() -> None:
    """Draw the two choices: the page's network by default, and none beside it."""
    with st.container(horizontal=True):
        _choose("Network", _FIRST, f"{label(st.session_state['model'])}, the page's", offered())
        others = [name for name in offered() if name != chosen()[0]]
        _choose("Beside it", _SECOND, "None", others)


def chosen() -> list[str]:
    """Return the names of the chosen networks, 1 or 2."""
    first, second = (st.session_state.get(key, "") for key in (_FIRST, _SECOND))
    return list(dict.fromkeys(filter(None, (first or st.session_state["model"], second))))


def _choose(text: str, key: str, default: str, networks: list[str]) -> None:
    st.selectbox(
        text,
        ["", *networks],
        format_func=partial(_option, default),
        key=key,
        persist_state="session",
        width=390,
    )


def _option(default: str, name: str) -> str:
    return described(name) if name else default
