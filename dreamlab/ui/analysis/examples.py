"""The panel of examples: what a channel looks for, beside what it finds."""

import streamlit as st

from dreamlab.analysis import Findings, Item
from dreamlab.classes import channel_label
from dreamlab.ui import style
from dreamlab.ui.analysis import gallery
from dreamlab.ui.analysis.base import Look, Panel

#: The groups of pictures with the columns that each has: strongest ones fill three.
_GROUPS = {"strongest": 3, "middle": 1, "weakest": 1}

#: Widths of what is grown, and of what is found.
_WIDTHS = (2, 5)


def _gallery(findings: Findings, job: str, look: Look) -> None:
    """Draw a row for the layer, and for each channel."""
    gallery.large(findings, job, look)
    by_channel: dict[int | None, list[Item]] = {}
    for item in findings.items:
        if item.picture is not None:
            by_channel.setdefault(item.values["channel"], []).append(item)
    with st.container(key=f"cells-{look.key}"):
        for channel, items in by_channel.items():
            layer, name = items[0].values["layer"], "the layer as a whole"
            if channel is not None:
                name = channel_label(findings.model, layer, channel)
            style.name(f"{name[:1].upper()}{name[1:]}", layer)
            wanted, found = st.columns(_WIDTHS, gap="medium")
            with wanted:
                for item in items:
                    if item.values["kind"] not in _GROUPS:
                        gallery.draw(findings, job, look, item)
            with found:
                _found(findings, job, look, items)


def _found(findings: Findings, job: str, look: Look, items: list[Item]) -> None:
    """Draw the pictures of a channel: three columns of the strongest, then middle and weakest."""
    for column, (kind, width) in zip(
        st.columns(list(_GROUPS.values()), gap="small", wrap=False), _GROUPS.items(), strict=True
    ):
        members = [item for item in items if item.values["kind"] == kind]
        with column:
            if members:
                style.note(kind.capitalize())
            for first in range(0, len(members), width):
                row = st.columns(width, gap="small", wrap=False)
                for cell, item in zip(row, members[first : first + width], strict=False):
                    with cell:
                        gallery.draw(findings, job, look, item, caption=_facts(item))


def _facts(item: Item) -> str:
    share = item.values["share"]
    said = item.values["class"] or item.values["name"]
    return f"{said} · no answer" if not share or share <= 0 else f"{said} · {share:.0%}"


PANEL = Panel(gallery=_gallery)
