"""The pictures of an analysis: large, with what belongs together in one cell."""

from collections.abc import Callable

import streamlit as st

from dreamlab.analysis import Findings, Item, named
from dreamlab.analysis.catalogue import columns
from dreamlab.analysis.cells import cells
from dreamlab.images import Picture, jpeg
from dreamlab.images.difference import difference, factor
from dreamlab.ui import style
from dreamlab.ui.analysis.base import Look
from dreamlab.ui.dreams import before_after

#: Pictures in a row, beside no other network and beside another, and the numbers on offer.
_ACROSS, _BESIDE, _OFFERED = 3, 2, (2, 3, 4, 6)

#: Most pictures in a row of a contact sheet that are a row on the page too.
_MOST = 5

#: Width of a cell below which there are fewer in a row, in pixels: a phone has room for two.
_LEAST = 150

_PICTURES, _DIFFERENCE = "Pictures", "Difference from the original"


def show(
    findings: Findings, job: str, look: Look, take: Callable[[Item], None] | None, *, live: bool
) -> None:
    """Draw the pictures; a click opens one in full size, beside the original if it is of it.

    Parameters
    ----------
    findings : Findings
        The findings, finished or not.
    job : str
        Name of the job, or of the example.
    look : Look
        Where they stand.
    take : callable or None
        ``take(item)`` makes a variant of a dream.
    live : bool
        Whether they are being found: what they have in common is not known yet.
    """
    found = cells(findings)
    if not found:
        return
    sheet = columns(findings)
    usual = sheet if 1 < sheet <= _MOST else _ACROSS  # fewer than usual say that rows matter
    across, times = usual if look.alone else _BESIDE, 0
    if not live:
        across, times = _choices(findings, look, usual)
    large(findings, job, look, take)
    grid = st.grid(across, min_column_width=_LEAST, gap="small", key=f"cells-{look.key}")
    for members in found:
        with grid.cell(), st.container(gap="xsmall"):
            for item in members:
                draw(findings, job, look, item, times)


def _choices(findings: Findings, look: Look, usual: int) -> tuple[int, int]:
    """Draw what to see, and how large; return the number across, and the factor or 0."""
    says_something = named(findings.analysis).difference and findings.original is not None
    compared = [
        item.picture
        for item in findings.items
        if says_something and item.of_original and item.picture is not None
    ]
    times, across = 0, _BESIDE
    with st.container(horizontal=True, vertical_alignment="center"):
        if compared and findings.original is not None:
            view = st.segmented_control(
                "What to see",
                [_PICTURES, _DIFFERENCE],
                default=_PICTURES,
                required=True,
                key=f"{look.key}.view",
                label_visibility="collapsed",
            )
            if view == _DIFFERENCE:
                times = factor(findings.original.pixels, (each.pixels for each in compared))
                style.note(f"Amplified {times} times." if times > 1 else "Not amplified.")
        if look.alone:
            st.space("stretch")
            across = st.segmented_control(
                "Pictures across",
                sorted({*_OFFERED, usual}),
                default=usual,
                required=True,
                key=f"{look.key}.across",
                label_visibility="collapsed",
            )
    return across, times


def draw(
    findings: Findings, job: str, look: Look, item: Item, times: int = 0, *, caption: str = ""
) -> None:
    """Draw a picture with its button and its caption, or a shorter one.

    Parameters
    ----------
    findings, job, look
        As in `show`.
    item : Item
        The item; it has a picture.
    times : int
        By how much its difference from the original is amplified; 0 for the picture itself.
    caption : str
        What stands below it; by default its own caption.
    """
    picture, original = item.picture, findings.original
    assert picture is not None
    shown, alt = picture.jpeg, look.titled(item.caption)
    if times and item.of_original and original is not None:
        shown = jpeg(difference(original.pixels, picture.pixels, times))
        alt = f"{alt}, difference from the original"
    with st.container(key=f"shown-{job}-{item.key}"):
        st.image(shown, width="stretch", alt=alt)
        st.button(
            "Enlarge",
            key=f"large-{job}-{item.key}",
            icon=":material/open_in_full:",
            type="tertiary",
            width="stretch",
            on_click=_open,
            args=(look, item.key),
        )
    style.note(style.facts(*(caption or item.caption).split(" · ")))


def _key(look: Look) -> str:
    return f"{look.key}.large"


def _open(look: Look, key: str) -> None:
    st.session_state[_key(look)] = key


def _close(look: Look) -> None:
    st.session_state.pop(_key(look), None)


def large(
    findings: Findings, job: str, look: Look, take: Callable[[Item], None] | None = None
) -> None:
    """Draw the picture that is open, in full size."""
    chosen = st.session_state.get(_key(look))
    item = next((item for item in findings.items if item.key == chosen), None)
    if item is None or item.picture is None:
        return
    with style.edged(None, f"large-{look.key}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            name, *facts = item.caption.split(" · ")
            style.name(look.titled(name), style.facts(*facts))
            if take is not None:
                st.button(
                    "Variant",
                    icon=":material/add:",
                    type="tertiary",
                    key=f"{look.key}.take",
                    on_click=take,
                    args=(item,),
                )
            st.button(
                "Close",
                icon=":material/close:",
                type="tertiary",
                key=f"{look.key}.close",
                on_click=_close,
                args=(look,),
            )
        if take is not None and item.values.get("last_step", 1.0) < 1:
            style.note("A variant goes on to the end of the step that this picture ends within.")
        _full(item.picture, findings.original if item.of_original else None, look, job, item)


def _full(picture: Picture, original: Picture | None, look: Look, job: str, item: Item) -> None:
    if original is None:
        st.image(picture.jpeg, width="stretch", alt=look.titled(item.caption))
        return
    height, width = picture.shape
    before_after.show(
        original.jpeg,
        picture.jpeg,
        ratio=width / height,
        name=look.titled(item.caption.partition(" · ")[0]),
        alts=(original.name or "The original picture", look.titled(item.caption)),
        key=f"wipe.{job}.{item.key}",
    )
