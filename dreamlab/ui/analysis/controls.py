"""Controls made from the fields of an analysis's settings: range, choices and help are theirs."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

import streamlit as st

from dreamlab.analysis import Settings
from dreamlab.config.base import specs
from dreamlab.ui.inputs.control import control
from dreamlab.zoo import LayerInfo


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
    shared, own, values = specs(Settings), specs(kind), dict[str, Any]()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for name in sorted(own, key=shared.__contains__):
            if name not in given and asked(name, values):
                key, known = f"{prefix}.{name}", [layer.name for layer in layers]
                values[name] = control(name, own[name], key, layers=known, starts=True)
    return values
