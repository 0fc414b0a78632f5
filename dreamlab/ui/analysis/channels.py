"""The panel of the channel explorer, which makes a variant of the picked channels."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import streamlit as st

from dreamlab.analysis import Findings
from dreamlab.classes import channel_label
from dreamlab.comparison.variant import Variant
from dreamlab.ui.analysis import variants
from dreamlab.ui.analysis.base import Panel

#: Settings of the pictures that are grown.
_GROWING = ("quality", "negative", "diverse", "start", "steps", "side", "jitter", "seed")


def _has_effect(name: str, values: Mapping[str, Any]) -> bool:
    if name == "count":
        return not values["channels"] and not values["direction"]
    return name not in _GROWING or values["grown"]


def _below(model: str, findings: Findings) -> None:
    named = dict.fromkeys(item.values["channel"] for item in findings.items)
    channels = [channel for channel in named if channel is not None]
    layer = findings.settings["layer"]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        choice = st.pills(
            "Pick channels",
            channels,
            selection_mode="multi",
            format_func=partial(_word, model, layer),
            key=f"channels.{model}.picked.{layer}",
            persist_state="session",
        )
        st.button(
            "Make a variant of them",
            icon=":material/add:",
            key=f"channels.{model}.variant",
            disabled=not choice,
            on_click=_take,
            args=(model, layer, tuple(choice)),
        )


def _word(model: str, layer: str, channel: int) -> str:
    return channel_label(model, layer, channel).removeprefix("channel ")


def _take(model: str, layer: str, channels: tuple[int, ...]) -> None:
    variant = Variant(name=f"{layer} channels", layers={layer: 1.0}, channels={layer: channels})
    variants.add(variant, model)


PANEL = Panel(has_effect=_has_effect, below=_below)
