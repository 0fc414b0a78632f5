"""The pictures of a batch: each is a row of the comparison, its original first."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import streamlit as st

from dreamlab.ui.session import queries
from dreamlab.ui.session.queries import DreamView
from dreamlab.ui.session.visitors import Batch


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


def rows(batch: Batch, views: Sequence[DreamView]) -> list[Row]:
    """Return the dreams of each picture, in the order in which they were sent off.

    What goes on from a dream is of that dream's picture, which may be none of the page's; it has
    a row of its own then. Dreams that were put side by side whatever they are of are one row.
    """
    if not batch.alt and not any(view.run.of for view in views):
        return [Row("", list(views))]
    found: dict[tuple[str, str], list[DreamView]] = {}
    # Without a start each name is a picture's: no digest is needed in each of a fragment's runs.
    alike = bool(batch.alt) and all(view.run.start is None for view in views)
    keys = [(view.run.of, "") for view in views] if alike else _keys(views)
    for view, key in zip(views, keys, strict=True):
        found.setdefault(key, []).append(view)
    if len(found) == 1:
        return [Row(views[0].run.of, list(views))]
    names: list[str] = []
    for (of, _), members in found.items():
        original = queries.original(members)
        described = "" if original is None else original.name.partition(",")[0]
        names.append(_unlike(of or described or "Original", names))
    return [
        Row(name, [replace(view, run=replace(view.run, of=name)) for view in members])
        for name, members in zip(names, found.values(), strict=True)
    ]


def _keys(views: Sequence[DreamView]) -> list[tuple[str, str]]:
    """Return name and digest of the picture of each dream, as far as another of them tells it."""
    pictures = [view.status.picture for view in views]
    digests = ["" if picture is None else picture.digest for picture in pictures]
    names = [view.run.of for view in views]
    name_of: dict[str, str] = {}
    digest_of: dict[str, str] = {}
    for name, digest in zip(names, digests, strict=True):
        if digest:
            digest_of.setdefault(name, digest)
        if digest and name:
            name_of.setdefault(digest, name)
    return [
        (name or name_of.get(digest, ""), digest or digest_of.get(name, ""))
        for name, digest in zip(names, digests, strict=True)
    ]


def _unlike(name: str, others: Sequence[str]) -> str:
    """Return the name, with a number behind it if another row has the same."""
    free, number = name, 1
    while free in others:
        number += 1
        free = f"{name} ({number})"
    return free


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
