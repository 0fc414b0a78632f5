"""The control of a mask: its kind, and its box, its layer or its picture."""

from collections.abc import Collection

import streamlit as st

from dreamlab.config.base import specs
from dreamlab.config.beside import PICTURE, area
from dreamlab.config.look import LookSettings
from dreamlab.errors import DreamError

_SPEC = specs(LookSettings)["mask"]

_KINDS = {
    "": "None",
    "rectangle": "Rectangle",
    "ellipse": "Ellipse",
    "energy": "Where a layer answers",
    PICTURE: "Yours",
}

#: The box that a rectangle or an ellipse begins with, in percent of the sides.
_START = (20, 80)


def show(key: str, layers: Collection[str], *, pictures: bool = True) -> str:
    """Draw the control and return the mask in words.

    Parameters
    ----------
    key : str
        Key of the session's value, which is the mask in words; it belongs to no widget.
    layers : collection of str
        Layers to choose from.
    pictures : bool
        Whether a picture may be given.
    """
    now = st.session_state
    try:
        now[key] = _SPEC.check("mask", now.get(key, _SPEC.default))
    except DreamError:
        now[key] = _SPEC.default
    where = area(now[key])
    now[f"{key}.kind"] = kind = "" if where is None else where.kind
    st.selectbox(
        "Mask",
        [name for name in _KINDS if pictures or name in ("", kind) or name != PICTURE],
        format_func=_KINDS.__getitem__,
        key=f"{key}.kind",
        on_change=_changed,
        args=(key, tuple(layers)),
        help="Where the picture changes. In a picture of yours: light where it changes, black "
        "where it stays.",
    )
    if where is not None and where.box is not None:
        _range("Across", key, "across", where.box.left, where.box.right)
        _range("Down", key, "down", where.box.top, where.box.bottom)
    elif where is not None and where.layer:
        now[f"{key}.layer"] = where.layer
        st.selectbox(
            "Layer of the mask",
            list(dict.fromkeys([*layers, where.layer])),
            key=f"{key}.layer",
            on_change=_changed,
            args=(key, tuple(layers)),
        )
    text: str = now[key]
    return text


def _range(label: str, key: str, part: str, low: float, high: float) -> None:
    st.session_state[f"{key}.{part}"] = round(100 * low), round(100 * high)
    st.slider(
        label, 0, 100, format="%d %%", key=f"{key}.{part}", on_change=_changed, args=(key, ())
    )


def _changed(key: str, layers: tuple[str, ...]) -> None:
    """Write the mask in words, by the values of the widgets."""
    now = st.session_state
    kind = now[f"{key}.kind"]
    if kind == "energy":
        middle = layers[len(layers) * 2 // 3] if layers else ""
        now[key] = f"energy:{now.get(f'{key}.layer', middle)}"
    elif kind in ("", PICTURE):
        now[key] = kind
    else:
        (left, right), (top, bottom) = (
            _apart(now.get(f"{key}.{part}", _START)) for part in ("across", "down")
        )
        sides = (left, top, right, bottom)
        now[key] = f"{kind}:" + ",".join(f"{side / 100:g}" for side in sides)


def _apart(ends: tuple[int, int]) -> tuple[int, int]:
    """Return the ends of a range, at least 1 % from each other."""
    low = min(ends[0], 99)
    return low, max(ends[1], low + 1)
