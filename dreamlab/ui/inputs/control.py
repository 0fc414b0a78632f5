"""The control of a setting: one renderer for all of them, by what the setting may hold."""

import math
from collections.abc import Collection
from typing import Any

import streamlit as st

from dreamlab.comparison.comparison import MAX_LIST
from dreamlab.config.layers import LayerName
from dreamlab.config.specs import Choice, Flag, Many, Number, Spec
from dreamlab.errors import DreamError, shown

_LABELS = {
    "gaussian_noise": "Gaussian",
    "salt_pepper": "Salt, pepper",
    "max_side": "Longest side (px)",
    "side": "Side (px)",
    "grown": "Grow pictures",
}

#: Given to a control that brings its value along, which is kept while another tab is open.
_KEPT = {"persist_state": "session"}


def label(name: str) -> str:
    """Return what a setting is called on the page."""
    return _LABELS.get(name, name.replace("_", " ").capitalize())


def control(
    name: str, spec: Spec, key: str, *, layers: Collection[str] = (), starts: bool = False
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

    Raises
    ------
    DreamError
        If what was typed is no list of numbers.
    """
    options: dict[str, Any] = {"key": key, "help": spec.help} | (_KEPT if starts else {})
    if isinstance(spec, Number) and spec.word is None:
        return _number(name, spec, options, starts)
    if isinstance(spec, Many) and not isinstance(spec.each, Number):
        return st.multiselect(label(name), layers, placeholder="All or a few", width=330, **options)
    if isinstance(spec, Many):
        text, empty = ", ".join(f"{each:g}" for each in spec.default), "the strongest"
        options |= {"placeholder": "none" if text else empty, "max_chars": MAX_LIST, "width": 220}
        return _parsed(label(name), spec, st.text_input(label(name), text, **options))
    if isinstance(spec, Flag):
        return st.checkbox(label(name), **options, **({"value": spec.default} if starts else {}))
    choices: list[Any] = list(spec.choices if isinstance(spec, Choice) else layers)
    if isinstance(spec, Number):  # a word, or one of some numbers
        now = {st.session_state.get(key, spec.default)} - {spec.word}
        choices = [spec.word, *sorted({*spec.offered, *now})]
    if starts:
        known = spec.default in choices
        options["index"] = choices.index(spec.default) if known else len(choices) * 2 // 3
        options["width"] = 220 if isinstance(spec, LayerName) else 160
    return st.selectbox(label(name), choices, **options)


def _number(name: str, spec: Number, options: dict[str, Any], starts: bool) -> Any:
    plain = int if spec.whole else float
    options |= {"min_value": plain(spec.low), "format": None if spec.whole else "%.5g"}
    options["max_value"] = None if spec.high is None else plain(spec.high)
    options["step"] = spec.press or (1 if spec.whole else 10.0 ** _magnitude(spec.default / 2))
    if spec.default is None:
        options |= {"value": None, "placeholder": "never"}
    if starts:
        options |= {"value": plain(spec.default), "width": 140}
    return st.number_input(label(name), **options)


def _magnitude(figure: float) -> int:
    return math.floor(math.log10(figure or 1.0))


def _parsed(label: str, spec: Many, typed: str) -> list[float]:
    try:
        return spec.parse(",".join(typed.replace(",", " ").split())) if typed.split() else []
    except ValueError as error:
        raise DreamError(f"{label} is {shown(typed)}; write numbers with commas between") from error
