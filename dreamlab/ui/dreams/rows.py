"""The pictures of a batch: each is a row of the comparison, its original first."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from dreamlab.ui.session.queries import DreamView


@dataclass(frozen=True)
class Row:
    """The dreams of a picture.

    Parameters
    ----------
    of : str
        Name of the picture; empty where it is the only one.
    views : list of DreamView
        Its dreams, in the order of the variants.
    """

    of: str
    views: list[DreamView]


def rows(views: Sequence[DreamView]) -> list[Row]:
    """Return the dreams of each picture, in the order in which they were sent off."""
    found: dict[str, list[DreamView]] = {}
    for view in views:
        found.setdefault(view.run.of, []).append(view)
    return [Row(of, members) for of, members in found.items()]


def chosen(rows: Sequence[Row], key: str) -> Row:
    """Draw the choice of a picture, where there are several, and return its row."""
    if len(rows) == 1:
        return rows[0]
    names = [row.of for row in rows]
    name = st.segmented_control(
        "Picture",
        names,
        default=names[0],
        required=True,
        key=key,
        label_visibility="collapsed",
    )
    return rows[names.index(name) if name in names else 0]
