"""The choice of networks: those that are compared, and the one that is looked into."""

import streamlit as st

from dreamlab.analysis.picture_sets import MOST_FURTHER
from dreamlab.errors import DreamError, listed
from dreamlab.ui.inputs.networks import described, offered
from dreamlab.ui.session import state
from dreamlab.zoo import check_network, shipped

_COMPARED, _ONE = "task.networks", "task.network"

#: Name of the networks in the page's address.
_PARAMETER = "networks"


def restore() -> None:
    """Choose the networks that the address names; call it in each run of the page."""
    if _COMPARED in st.session_state:
        return
    named = dict.fromkeys(st.query_params.get(_PARAMETER, "").split(","))
    networks, most = [name for name in named if name], 1 + MOST_FURTHER
    wrong, known = list[str](), list[str]()
    for name in networks[:most]:
        try:
            check_network(name)
            known.append(name)
        except DreamError as error:
            wrong.append(f"A network in the address was left out: {error}.")
    if more := networks[most:]:
        wrong.append(
            f"Up to {most} networks are compared; left out of the address: {listed(more)}."
        )
    for sentence in wrong:
        state.notify(sentence)
        st.query_params.pop(_PARAMETER, None)
    st.session_state[_COMPARED] = known or _default()


def address() -> dict[str, str]:
    """Return the parameters of a link to the chosen networks; none for the usual ones."""
    networks = chosen()
    return {} if networks == _default() else {_PARAMETER: ",".join(networks)}


def show() -> None:
    """Draw the choice of the networks that are compared."""
    st.multiselect(
        "Networks to compare",
        offered(*chosen()),
        format_func=described,
        key=_COMPARED,
        persist_state="session",
        max_selections=1 + MOST_FURTHER,
        placeholder=f"Up to {1 + MOST_FURTHER}",
        help="An untrained network is a control: what its layers tell apart needs no training.",
    )


def show_one() -> None:
    """Draw the choice of the network that is looked into."""
    networks = chosen()
    st.session_state[_ONE] = looked_into()
    st.segmented_control(
        "Network",
        networks,
        format_func=described,
        required=True,
        key=_ONE,
        persist_state="session",
        label_visibility="collapsed",
    )


def chosen() -> list[str]:
    """Return the names of the networks that are compared, at least one."""
    return list(st.session_state.get(_COMPARED, ())) or _default()


def looked_into() -> str:
    """Return the name of the network that is looked into: one of those that are compared."""
    one = st.session_state.get(_ONE)
    return one if one in chosen() else chosen()[0]


def look_into(model: str) -> None:
    """Choose the network that is looked into."""
    st.session_state[_ONE] = model


def _default() -> list[str]:
    return list(shipped())
