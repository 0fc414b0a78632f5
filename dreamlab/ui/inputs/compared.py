"""The choice of networks: those that are compared, and the one that is looked into."""

import streamlit as st

from dreamlab.analysis.further_networks import MOST_FURTHER
from dreamlab.errors import DreamError, listed
from dreamlab.ui.inputs.networks import described, offered
from dreamlab.ui.session import url_state
from dreamlab.zoo import check_network, shipped

_COMPARED = "task.networks"

#: Name of the networks in the page's address.
_PARAMETER = "networks"


def restore() -> None:
    """Choose the networks that the address names; call it in the first run of a session."""
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
        url_state.leave_out(sentence, url_state.FOUND)
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


def show_one(analysis: str) -> None:
    """Draw the choice of the network that an analysis looks into."""
    key = _one(analysis)
    st.session_state[key] = looked_into(analysis)
    st.segmented_control(
        "Network",
        chosen(),
        format_func=described,
        required=True,
        key=key,
        persist_state="session",
        label_visibility="collapsed",
    )


def chosen() -> list[str]:
    """Return the names of the networks that are compared, at least one."""
    return list(st.session_state.get(_COMPARED, ())) or _default()


def looked_into(analysis: str) -> str:
    """Return the name of the network that an analysis looks into: one of those compared."""
    one = st.session_state.get(_one(analysis))
    return one if one in chosen() else chosen()[0]


def look_into(analysis: str, model: str) -> None:
    """Choose the network that an analysis looks into."""
    st.session_state[_one(analysis)] = model


def _one(analysis: str) -> str:
    return f"task.network.{analysis}"


def _default() -> list[str]:
    return list(shipped())
