"""The settings that all variants share, in the sidebar."""

import streamlit as st

from dreamlab.comparison.comparison import Comparison
from dreamlab.comparison.variant import COMMON, SHARED
from dreamlab.config.base import specs
from dreamlab.images import Picture
from dreamlab.jobs import Backend
from dreamlab.own_models import problems
from dreamlab.ui import style
from dreamlab.ui.inputs import guide, look, networks
from dreamlab.ui.inputs.control import control
from dreamlab.ui.session import keys, state
from dreamlab.ui.session.visitors import Visit
from dreamlab.zoo import label

#: Settings shown in groups; all others are under *Advanced*.
_GROUPS = {
    "Octaves": ("octaves", "octave_scale"),
    "Ascent": ("iterations", "step"),
    "Noise": ("gaussian_noise", "salt_pepper"),
}

_COMPARISON = specs(Comparison)


def show(backend: Backend, visit: Visit, original: Picture | None) -> None:
    """Draw the common settings, in groups; a mask is shown on the picture."""
    for title, pair in _GROUPS.items():
        _pair(title, *pair)
    control("every", _COMPARISON["every"], "every", placeholder="octaves only")
    control(
        "model",
        _COMPARISON["model"],
        "model",
        options=networks.offered(st.session_state["model"]),
        format_func=networks.described,
        on_change=_model_changed,
    )
    for problem in problems():
        style.note(f"{problem}.", bad=True)
    guide.show(backend, visit)
    look.show(original)
    with st.expander("Advanced"):
        folded = (*_GROUPS.values(), guide.SETTINGS, look.NAMES)
        grouped = {name for names in folded for name in names}
        for name in (name for name in COMMON if name not in grouped):
            control(name, SHARED[name], keys.common(name))
        st.button(
            "Reset to defaults", on_click=_reset, width="stretch", icon=":material/restart_alt:"
        )


def _pair(title: str, left: str, right: str) -> None:
    style.name(title, level=2)
    with st.container(key=f"pair-{left}"):
        columns = st.columns(2, wrap=False, vertical_alignment="bottom")
    for column, name in zip(columns, (left, right), strict=True):
        with column:
            control(name, SHARED[name], keys.common(name))


def _reset() -> None:
    for name, value in COMMON.items():
        st.session_state[keys.common(name)] = value
    st.session_state["every"] = None


def _model_changed() -> None:
    """Convert the comparison to the chosen network, layer by layer."""
    model = st.session_state["model"]
    st.session_state["model"] = before = st.session_state["drawn_model"]
    drafts = state.drafts()
    comparison, starts = state.comparison(drafts), [draft.start for draft in drafts]
    if comparison is None:
        state.notify(f"Put the variants right first; the network stays {label(before)}.")
        return
    converted, said = comparison.moved_to(model)
    for sentence in said:
        state.notify(f"{sentence}.")
    state.load(converted, starts)


def remember_model() -> None:
    """Store the network of this run of the page; `_model_changed` converts from it."""
    st.session_state["drawn_model"] = st.session_state["model"]
