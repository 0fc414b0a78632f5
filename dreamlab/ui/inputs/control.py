"""The control of a setting, drawn and read by the setting's spec."""

import difflib
import math
from collections.abc import Callable, Collection, Mapping
from typing import Any

import streamlit as st

from dreamlab.comparison.comparison import MAX_LIST
from dreamlab.config.beside import Mask
from dreamlab.config.channels import Channel, ChannelWeights
from dreamlab.config.layers import LayerName
from dreamlab.config.specs import Choice, Flag, Many, Number, Spec
from dreamlab.errors import DreamError, listed, shown
from dreamlab.ui.inputs import mask
from dreamlab.ui.session.typed import value_of

_LABELS = {
    "gaussian_noise": "Gaussian",
    "salt_pepper": "Salt, pepper",
    "max_side": "Longest side (px)",
    "side": "Side (px)",
    "grown": "Grow pictures",
    "every": "Keep every n-th step",
    "model": "Network",
    "source": "Picture",
    "background": "Background",
    "mask_edge": "Soft edge",
    "mask_outside": "Change the rest",
    "smooth": "Smooth",
    "pyramid": "Pyramid",
    "keep_colours": "Keep colours",
    "flip": "Flip at random",
    "rotation": "Turns (°)",
    "rescale": "Scales",
    "frame_seconds": "Frame (s)",
    "hold_seconds": "Result (s)",
}

#: Options of a control with a default: it keeps its value while another tab is open.
_PERSISTENT = {"persist_state": "session"}


def label(name: str) -> str:
    """Return the label of a setting on the page."""
    return _LABELS.get(name, name.replace("_", " ").capitalize())


def control(
    name: str,
    spec: Spec,
    key: str,
    *,
    layers: Collection[str] = (),
    starts: bool = False,
    widget: Callable[..., Any] | None = None,
    **more: Any,
) -> Any:
    """Draw the control of a setting and return its value, unchecked.

    Parameters
    ----------
    name : str
        Name of the setting.
    spec : Spec
        Spec of the setting.
    key : str
        Key of the widget.
    layers : collection of str
        Layers to choose from, in order.
    starts : bool
        Whether it starts at its default, in a row of controls; else at the session's value.
    widget : callable, optional
        Streamlit's widget, in place of the usual widget for a number or a choice.
    **more
        Further options of the widget.

    Raises
    ------
    DreamError
        If the typed text is no list of numbers, or of channels with weights.
    """
    draw: Callable[..., Any] = widget or st.selectbox
    look: dict[str, Any] = {"key": key, "help": spec.help} | (_PERSISTENT if starts else {})
    match spec:
        case Flag():
            draw = st.checkbox
            look |= {"value": spec.default} if starts else {}
        case Number(word=None):
            draw = widget or st.number_input
            look |= _number(spec) | ({"value": spec.default, "width": 140} if starts else {})
        case Many(each=Number()) | ChannelWeights():
            return _typed(label(name), spec, look | more)
        case Mask():
            return mask.show(key, layers, pictures=not starts)
        case Many():
            draw = st.multiselect
            of = spec.each.choices if isinstance(spec.each, Choice) else layers
            look |= {"options": of, "placeholder": "All or a few", "width": 330}
        case _:
            choices = look["options"] = _choices(spec, layers, key)
            if starts:
                look["index"] = _start(spec, choices)
                look["width"] = 220 if isinstance(spec, LayerName) else 160
    return draw(label(name), **look | more)


def read(name: str, spec: Spec, key: str, *, layers: Collection[str] = ()) -> Any:
    """Return the value of a control that starts at its default, unchecked.

    Parameters
    ----------
    name : str
        Name of the setting.
    spec : Spec
        Spec of the setting.
    key : str
        Key of the widget. A control that the page has not drawn yet has its default.
    layers : collection of str
        Layers to choose from, in order.

    Raises
    ------
    DreamError
        If the typed text is no list of numbers, or of channels with weights.
    """
    now = st.session_state
    match spec:
        case Many(each=Number()) | ChannelWeights():
            return _parse(label(name), spec, now.get(key, _text(spec)))
        case Flag() | Number(word=None) | Many() | Mask():
            return now.get(key, spec.default)
    choices = _choices(spec, layers, key)
    return now.get(key, choices[_start(spec, choices)])


def start_of(spec: Spec, layers: Collection[str]) -> Any:
    """Return the value at which a control starts, as `read` does."""
    if (
        isinstance(spec, Flag | Many | ChannelWeights | Mask)
        or isinstance(spec, Number)
        and not spec.word
    ):
        return spec.default
    choices = list(spec.choices if isinstance(spec, Choice) else layers)
    return spec.default if isinstance(spec, Number) else choices[_start(spec, choices)]


def typed(name: str, spec: Spec, text: str, *, layers: Collection[str] = ()) -> Any:
    """Return what the session holds for a control whose value somebody typed into an address.

    Parameters
    ----------
    name : str
        Name of the setting.
    spec : Spec
        Spec of the setting.
    text : str
        What was typed.
    layers : collection of str
        Layers to choose from.

    Raises
    ------
    DreamError
        If it is no value of the setting.
    """
    match spec:
        case Many(each=Number()) | ChannelWeights():
            spec.check(name, _parse(label(name), spec, text))
            return text
    value: Any = value_of(name, spec, text)
    if isinstance(spec, LayerName) or isinstance(spec, Many) and not isinstance(spec.each, Choice):
        for layer in value if isinstance(spec, Many) else [value]:
            if layer not in layers:
                near = difflib.get_close_matches(str(layer), layers, 3) or layers
                raise DreamError(f"{name} is {shown(layer)}; choose from {listed(near, 5)}")
    return list(value) if isinstance(spec, Many) else value


def text_of(value: Any) -> str:
    """Return a value of a setting as `typed` takes it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ",".join(f"{key}={weight:g}" for key, weight in value.items())
    if isinstance(value, list | tuple):
        return ",".join(map(text_of, value))
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _number(spec: Number) -> dict[str, Any]:
    look: dict[str, Any] = {"min_value": spec.low, "max_value": spec.high, "step": spec.press}
    if not spec.whole:
        magnitude = math.floor(math.log10((spec.default or 2.0) / 2))
        look |= {"format": "%.5g", "step": spec.press or 10.0**magnitude}
    return look | ({"value": None, "placeholder": "never"} if spec.default is None else {})


def _choices(spec: Spec, layers: Collection[str], key: str) -> list[Any]:
    if isinstance(spec, Number):  # a word or a number on offer
        numbers = {*spec.offered, st.session_state.get(key, spec.default)} - {spec.word}
        return [spec.word, *sorted(numbers)]
    return list(spec.choices if isinstance(spec, Choice) else layers)


def _start(spec: Spec, choices: list[Any]) -> int:
    """Return the index of the default; a network without that layer starts at a late layer."""
    return choices.index(spec.default) if spec.default in choices else len(choices) * 2 // 3


def _text(spec: Spec) -> str:
    return ", ".join(f"{value:g}" for value in spec.default)


def _typed(label: str, spec: Spec, options: dict[str, Any]) -> Any:
    text = _text(spec)
    placeholder = "none" if text else "the strongest"
    if isinstance(spec, ChannelWeights):
        placeholder = "34=1, 12=-0.5"
    look = {"placeholder": placeholder, "max_chars": MAX_LIST, "width": 220}
    return _parse(label, spec, st.text_input(label, text, **options | look))


def _parse(label: str, spec: Spec, text: str) -> Any:
    weighted = isinstance(spec, ChannelWeights)
    what = "CHANNEL=WEIGHT" if weighted else "numbers"
    of_channels = isinstance(spec, Many) and isinstance(spec.each, Channel)
    named = weighted or of_channels and any(map(str.isalpha, text))  # a class may have spaces
    form = text if named else ",".join(text.replace(",", " ").split())
    try:
        return spec.parse(form) if text.split() else []
    except ValueError as error:
        raise DreamError(f"{label} is {shown(text)}; write {what} with commas between") from error
