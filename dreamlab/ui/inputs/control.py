"""The control of a setting: one renderer for all of them, by what the setting may hold."""

import math
from collections.abc import Callable, Collection
from typing import Any

import streamlit as st

from dreamlab.comparison.comparison import MAX_LIST
from dreamlab.config.layers import LayerName
from dreamlab.config.specs import Choice, Flag, Many, Number, Spec
from dreamlab.errors import DreamError

_LABELS = {
    "gaussian_noise": "Gaussian",
    "salt_pepper": "Salt, pepper",
    "max_side": "Longest side (px)",
    "side": "Side (px)",
    "grown": "Grow pictures",
    "every": "Keep every n-th step",
    "model": "Network",
    "source": "Picture",
    "frame_seconds": "A frame shows (s)",
    "hold_seconds": "The result shows (s)",
}

#: Given to a control that brings its value along, which is kept while another tab is open.
_KEPT = {"persist_state": "session"}


def label(name: str) -> str:
    """Return what a setting is called on the page."""
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
        The setting.
    spec : Spec
        What it may hold.
    key : str
        The widget's key.
    layers : collection of str
        Layers to choose from, in order.
    starts : bool
        Whether it starts at its default, beside others in a row; else at what the session holds.
    widget : callable, optional
        Streamlit's widget, where it is not the usual one for a number or a choice.
    **more
        Further options of the widget.

    Raises
    ------
    DreamError
        If what was typed is no list of numbers.
    """
    options: dict[str, Any] = {"key": key, "help": spec.help} | (_KEPT if starts else {})
    match spec:
        case Flag():
            value = {"value": spec.default} if starts else {}
            return st.checkbox(label(name), **options | value | more)
        case Number(word=None):
            draw = widget or st.number_input
            return draw(label(name), **options | _number(spec, starts) | more)
        case Many(each=Number()):
            return _numbers(label(name), spec, options | more)
        case Many():
            look = {"placeholder": "All or a few", "width": 330}
            return st.multiselect(label(name), layers, **options | look | more)
    choices: list[Any] = list(spec.choices if isinstance(spec, Choice) else layers)
    if isinstance(spec, Number):  # a word, or one of some numbers
        now = {st.session_state.get(key, spec.default)} - {spec.word}
        choices = [spec.word, *sorted({*spec.offered, *now})]
    if starts:
        known = spec.default in choices
        options["index"] = choices.index(spec.default) if known else len(choices) * 2 // 3
        options["width"] = 220 if isinstance(spec, LayerName) else 160
    return (widget or st.selectbox)(label(name), choices, **options | more)


def _number(spec: Number, starts: bool) -> dict[str, Any]:
    exact = int if spec.whole else float
    step = spec.press or (1 if spec.whole else 10.0 ** _magnitude(spec.default / 2))
    options: dict[str, Any] = {"min_value": exact(spec.low), "step": step}
    options["max_value"] = None if spec.high is None else exact(spec.high)
    options["format"] = None if spec.whole else "%.5g"
    if spec.default is None:
        options |= {"value": None, "placeholder": "never"}
    return options | ({"value": exact(spec.default), "width": 140} if starts else {})


def _magnitude(figure: float) -> int:
    return math.floor(math.log10(figure or 1.0))


def _numbers(label: str, spec: Many, options: dict[str, Any]) -> list[float]:
    text, empty = ", ".join(f"{each:g}" for each in spec.default), "the strongest"
    look = {"placeholder": "none" if text else empty, "max_chars": MAX_LIST, "width": 220}
    typed = st.text_input(label, text, **options | look)
    try:
        return spec.parse(",".join(typed.replace(",", " ").split())) if typed.split() else []
    except ValueError as error:
        raise DreamError(f"{label} is {typed[:40]!r}; write numbers with commas between") from error
