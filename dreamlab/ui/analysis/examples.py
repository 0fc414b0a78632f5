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
            with found, st.container(key=f"found-{look.key}-{channel}"):
                _found(findings, job, look, items)


def _found(findings: Findings, job: str, look: Look, items: list[Item]) -> None:
    """Draw the pictures of a channel in rows: three of the strongest, then middle and weakest."""
    members = {kind: [item for item in items if item.values["kind"] == kind] for kind in _GROUPS}
    across = sum(_GROUPS.values())
    above = [name for kind, width in _GROUPS.items() for name in (kind, *[""] * (width - 1))]
    for cell, kind in zip(st.columns(across, gap="small", wrap=False), above, strict=True):
        if members.get(kind):
            with cell:
                style.note(kind.capitalize())
    for row in range(max(-(-len(members[kind]) // width) for kind, width in _GROUPS.items())):
        cells = st.columns(across, gap="small", wrap=False)
        for kind, width in _GROUPS.items():
            there = members[kind][row * width : (row + 1) * width]
            for cell, item in zip(cells, there, strict=False):
                with cell:
                    gallery.draw(findings, job, look, item, caption=_facts(item))
            del cells[:width]


def _facts(item: Item) -> str:
    share = item.values["share"]
    said = item.values["class"] or item.values["name"]
    return f"{said} · no answer" if not share or share <= 0 else f"{said} · {share:.0%}"


PANEL = Panel(gallery=_gallery)
