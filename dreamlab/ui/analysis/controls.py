"""Controls made from the fields of an analysis's settings: range, choices and help are theirs."""

import dataclasses
import math
from collections.abc import Callable, Collection, Mapping
from typing import Any

import streamlit as st

from dreamlab.analysis import Settings
from dreamlab.comparison.comparison import MAX_LIST
from dreamlab.errors import DreamError
from dreamlab.ui.inputs import settings as common
from dreamlab.zoo import LayerInfo

_LABELS = {"max_side": "Longest side (px)", "side": "Side (px)"}

#: Given to a control, so that its value is kept while another tab or analysis is open.
_KEPT = {"persist_state": "session"}


def show(
    kind: type[Settings],
    prefix: str,
    layers: Collection[LayerInfo],
    *,
    given: Collection[str] = (),
    asked: Callable[[str, Mapping[str, Any]], bool] = lambda name, values: True,
) -> dict[str, Any]:
    """Draw a control for each setting and return the values.

    Parameters
    ----------
    kind : type
        The analysis's settings.
    prefix : str
        What the controls' keys start with; it should tell one network from another.
    layers : collection of LayerInfo
        Layers to choose from.
    given : collection of str
        Settings that come from elsewhere.
    asked : callable
        ``asked(name, values)`` says whether a setting has an effect, from those drawn before it.

    Raises
    ------
    DreamError
        If what was typed is no list of numbers.
    """
    shared = [spec.name for spec in dataclasses.fields(Settings)]
    specs = sorted(dataclasses.fields(kind), key=lambda spec: spec.name in shared)
    values: dict[str, Any] = {}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for spec in specs:
            if spec.name not in given and asked(spec.name, values):
                values[spec.name] = _control(spec, f"{prefix}.{spec.name}", layers)
    return values


def _control(spec: dataclasses.Field, key: str, layers: Collection[LayerInfo]) -> Any:
    about = spec.metadata
    default: Any = spec.default  # every setting of an analysis has one
    label = _LABELS.get(spec.name, common.label(spec.name))
    options = {"key": key, "help": about["help"], **_KEPT}
    if "names" in about:
        known = [layer.name for layer in layers]
        return st.multiselect(label, known, placeholder="All or a few", width=330, **options)
    if spec.name == "layer":
        known = [layer.name for layer in layers]
        start = known.index(default) if default in known else len(known) * 2 // 3
        return st.selectbox(label, known, index=start, width=220, **options)
    if "choices" in about:
        start = about["choices"].index(default)
        return st.selectbox(label, about["choices"], index=start, width=160, **options)
    if "many" in about:
        text = ", ".join(f"{one:g}" for one in default)
        empty = "none" if default else "the strongest"
        typed = st.text_input(
            label, text, placeholder=empty, max_chars=MAX_LIST, width=220, **options
        )
        return _numbers(label, typed, whole=isinstance(about["low"], int))
    whole = isinstance(about["low"], int)
    plain = int if whole else float
    return st.number_input(
        label,
        min_value=plain(about["low"]),
        max_value=plain(about["high"]),
        value=plain(default),
        step=1 if whole else 10.0 ** math.floor(math.log10(default / 2)),
        format=None if whole else "%.4g",
        width=140,
        **options,
    )


def _numbers(label: str, text: str, *, whole: bool) -> tuple[float, ...]:
    try:
        return tuple((int if whole else float)(one) for one in text.replace(",", " ").split())
    except ValueError as error:
        raise DreamError(f"{label} is {text[:40]!r}; write numbers with commas between") from error
