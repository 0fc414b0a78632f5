"""The settings that all variants share, in the sidebar."""

import dataclasses
from typing import Any

import streamlit as st

from dreamlab.comparison.variant import COMMON
from dreamlab.config import DreamConfig
from dreamlab.ui import style
from dreamlab.ui.session import state
from dreamlab.zoo import ARCHITECTURES

_FIELDS = {spec.name: spec for spec in dataclasses.fields(DreamConfig)}

#: How much a press of + or - changes a number.
_STEPS = {
    "octave_scale": 0.1,
    "step": 0.005,
    "max_loss": 5.0,
    "gaussian_noise": 0.01,
    "salt_pepper": 0.001,
}

#: Settings shown in groups; all others stand under *Advanced*.
_GROUPS = {
    "Octaves": ("octaves", "octave_scale"),
    "Ascent": ("iterations", "step"),
    "Noise": ("gaussian_noise", "salt_pepper"),
}

#: Sides of tiles worth offering, in pixels.
_TILES = (128, 192, 256, 384, 512, 768, 1024)

_NETWORKS = {
    "vgg16": "VGG16",
    "vgg19": "VGG19",
    "inception_v3": "Inception v3",
    "resnet50": "ResNet-50",
    "mobilenet_v2": "MobileNet v2",
    "efficientnet_v2_b0": "EfficientNet v2 B0",
    "convnext_tiny": "ConvNeXt Tiny",
}


def label(name: str) -> str:
    """Return what a setting is called on the page."""
    return {"gaussian_noise": "Gaussian", "salt_pepper": "Salt, pepper"}.get(
        name, name.replace("_", " ").capitalize()
    )


def control(name: str, key: str) -> None:
    """Draw the control of one setting of `DreamConfig`, its range and help from there."""
    spec = _FIELDS[name]
    about = spec.metadata
    if "choices" in about:
        st.selectbox(label(name), about["choices"], key=key, help=about["help"])
        return
    if name == "tile":
        now = {st.session_state[key]} - {"auto"}
        st.selectbox(label(name), ["auto", *sorted({*_TILES, *now})], key=key, help=about["help"])
        return
    whole = spec.type is int
    options: dict[str, Any] = {
        "min_value": about["low"] if whole else float(about["low"]),
        "max_value": about["high"] if whole else float(about["high"]),
        "step": 1 if whole else _STEPS[name],
        "format": None if whole else "%.4g" if name != "step" else "%.5g",
    }
    if spec.default is None:
        options |= {"value": None, "placeholder": "never"}
    st.number_input(label(name), key=key, help=about["help"], **options)


def show() -> None:
    """Draw the common settings, in groups."""
    for title, pair in _GROUPS.items():
        _pair(title, *pair)
    st.number_input(
        "Keep every n-th step",
        min_value=1,
        max_value=1000,
        value=None,
        placeholder="octaves only",
        key="every",
        help="Keeps pictures between octaves too, so that you can scrub through the steps.",
    )
    st.selectbox(
        "Network",
        list(ARCHITECTURES),
        format_func=lambda name: _NETWORKS.get(name, name),
        key="model",
        on_change=_model_changed,
        help="VGG16 is here already; another is downloaded when it is first used.",
    )
    with st.expander("Advanced"):
        grouped = {name for pair in _GROUPS.values() for name in pair}
        for name in (name for name in COMMON if name not in grouped):
            control(name, f"common.{name}")
        st.button(
            "Reset to defaults", on_click=_reset, width="stretch", icon=":material/restart_alt:"
        )


def _pair(title: str, left: str, right: str) -> None:
    style.name(title, level=2)
    with st.container(key=f"pair-{left}"):
        columns = st.columns(2, wrap=False, vertical_alignment="bottom")
    for column, name in zip(columns, (left, right), strict=True):
        with column:
            control(name, f"common.{name}")


def _reset() -> None:
    for name, value in COMMON.items():
        st.session_state[f"common.{name}"] = value
    st.session_state["every"] = None


def _model_changed() -> None:
    """Move every layer chosen to its like in the network that was chosen."""
    wanted = st.session_state["model"]
    st.session_state["model"] = before = st.session_state["drawn_model"]
    setup = state.setup(state.drafts())
    if setup is None:
        state.notify(f"Put the variants right first; the network stays {_NETWORKS[before]}.")
        return
    moved = setup.moved_to(wanted)
    if any(
        old.layers != new.layers for old, new in zip(setup.variants, moved.variants, strict=True)
    ):
        state.notify(
            f"{_NETWORKS[wanted]} has layers of its own: those at the same depth were taken."
        )
    state.load(moved)


def remember_model() -> None:
    """Keep the network this page was drawn with, for when it is changed."""
    st.session_state["drawn_model"] = st.session_state["model"]
