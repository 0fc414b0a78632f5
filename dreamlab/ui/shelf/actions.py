"""What can be done with dreams on the shelf: open, compare, download, delete."""

import dataclasses
from collections.abc import Collection

import streamlit as st

from dreamlab.comparison.comparison import MAX_VARIANTS
from dreamlab.jobs import Backend
from dreamlab.report.colours import COLOURS
from dreamlab.ui.analysis import place
from dreamlab.ui.session import kept_starts, own, presence, state
from dreamlab.ui.session.visitors import Batch, Run, Visit
from dreamlab.ui.shelf.contents import Kept

#: Most dreams that are compared.
MOST_COMPARED = MAX_VARIANTS

_CHOSEN = "shelf.chosen."


def chosen_key(job: str) -> str:
    """Return the key of the box that chooses a dream."""
    return f"{_CHOSEN}{job}"


def chosen(on_shelf: list[Kept]) -> list[Kept]:
    """Return the dreams whose boxes are ticked."""
    return [kept for kept in on_shelf if st.session_state.get(chosen_key(kept.job))]


def open_(backend: Backend, visit: Visit, batch: Batch) -> None:
    """Bring a comparison back to *Compare*, with its settings and what was dreamt."""
    _show(backend, visit, batch)
    if batch.comparison is None:
        return
    places = {run.name: run.start for run in batch.runs}
    starts = [places.get(variant.name) for variant in batch.comparison.variants]
    state.load(batch.comparison, kept_starts.restored(backend, starts))
    if batch.comparison.source == "upload" and not own.pictures():
        which, them = "Their picture was an upload", "it"
        if len({run.of for run in batch.runs if run.of}) > 1:
            which, them = "Their pictures were uploads", "them"
        state.notify(
            f"The dreams and their settings are back. {which}: drop {them} in again to dream on "
            f"{them}."
        )


def compare(backend: Backend, visit: Visit, dreams: list[Kept]) -> None:
    """Show some dreams side by side, the oldest first; the settings of the page stay."""
    dreams = sorted(dreams, key=lambda kept: kept.batch.sent)
    pictures = [kept.view.status.picture for kept in dreams]
    of_one = all(picture == pictures[0] for picture in pictures)
    runs = list[Run]()
    for index, kept in enumerate(dreams):
        name = _unlike(kept.view.run.name, {run.name for run in runs})
        colour = index % len(COLOURS)
        runs.append(dataclasses.replace(kept.view.run, name=name, colour=colour))
    _show(backend, visit, Batch(0, tuple(runs), dreams[0].batch.alt if of_one else ""))


def _show(backend: Backend, visit: Visit, batch: Batch) -> None:
    number = visit.open(batch)
    presence.remember(backend, visit)
    for key in ("large", "across"):
        st.session_state.pop(key, None)
    st.session_state["batch"] = number
    st.session_state[place.PART] = place.COMPARE


def _unlike(name: str, others: Collection[str]) -> str:
    """Return the name, followed by a number if another has the same."""
    free, number = name, 1
    while free in others:
        number += 1
        free = f"{name} {number}"
    return free


def delete(backend: Backend, visit: Visit, jobs: Collection[str]) -> None:
    """Delete dreams; this tab says how many, others what they no longer show."""
    count = presence.delete(backend, visit, jobs)
    for job in jobs:
        st.session_state.pop(chosen_key(job), None)
    if st.session_state.get("batch") in visit.deleted:
        del st.session_state["batch"]
    state.notify(f"{count} dream{'s' * (count != 1)} deleted.")


def say_what_was_deleted(visit: Visit) -> None:
    """Say that the dreams which this tab has shown were deleted, in another tab of the browser."""
    number = st.session_state.get("batch")
    if number in visit.deleted:
        del st.session_state["batch"]
        state.notify(f"Dream {number}, which was shown here, was deleted in My dreams.")
