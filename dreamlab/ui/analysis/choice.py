"""The choice of one or two networks to look into."""

from functools import partial

import streamlit as st

from dreamlab.errors import DreamError, listed
from dreamlab.ui.inputs.networks import described, offered
from dreamlab.zoo import check_network, label

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


def restore(first: str, second: str) -> None:
    """Choose the networks that an address names; an empty text stands for none.

    Raises
    ------
    DreamError
        If a network is not on offer here, or both are the same.
    """
    for name in filter(None, (first, second)):
        check_network(name)
        if name not in offered():
            raise DreamError(f"{label(name)} is not offered here: choose {listed(offered())}")
    if second and second == (first or st.session_state["model"]):
        raise DreamError(f"{label(second)} stands beside itself; name another network")
    st.session_state[_FIRST], st.session_state[_SECOND] = first, second


def address() -> dict[str, str]:
    """Return the parameters of a link to the chosen networks; none for the page's alone."""
    first, *second = chosen()
    named = {} if first == st.session_state["model"] else {"model": first}
    return named | ({"beside": second[0]} if second else {})


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
