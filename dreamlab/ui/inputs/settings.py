"""The settings that all variants share, in the sidebar."""

import streamlit as st

from dreamlab.comparison.comparison import Comparison
from dreamlab.comparison.variant import COMMON, SHARED
from dreamlab.config.base import specs
from dreamlab.ui import style
from dreamlab.ui.inputs.control import control
from dreamlab.ui.session import keys, state

#: Settings shown in groups; all others are under *Advanced*.
_GROUPS = {
    "Octaves": ("octaves", "octave_scale"),
    "Ascent": ("iterations", "step"),
    "Noise": ("gaussian_noise", "salt_pepper"),
}

_COMPARISON = specs(Comparison)

_NETWORKS = {
    "vgg16": "VGG16",
    "vgg19": "VGG19",
    "inception_v3": "Inception v3",
    "resnet50": "ResNet-50",
    "mobilenet_v2": "MobileNet v2",
    "efficientnet_v2_b0": "EfficientNet v2 B0",
    "convnext_tiny": "ConvNeXt Tiny",
}


def show() -> None:
    """Draw the common settings, in groups."""
    for title, pair in _GROUPS.items():
        _pair(title, *pair)
    control("every", _COMPARISON["every"], "every", placeholder="octaves only")
    control(
        "model",
        _COMPARISON["model"],
        "model",
        format_func=lambda name: _NETWORKS.get(name, name),
        on_change=_model_changed,
    )
    with st.expander("Advanced"):
        grouped = {name for pair in _GROUPS.values() for name in pair}
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
    comparison = state.comparison(state.drafts())
    if comparison is None:
        state.notify(f"Put the variants right first; the network stays {_NETWORKS[before]}.")
        return
    converted = comparison.moved_to(model)
    if converted.variants != comparison.variants:
        state.notify(
            f"{_NETWORKS[model]} has layers of its own: those at the same depth were taken."
        )
    state.load(converted)


def remember_model() -> None:
    """Store the network of this run of the page; `_model_changed` converts from it."""
    st.session_state["drawn_model"] = st.session_state["model"]
