"""The card of a dream on the shelf."""

import html
import time

import streamlit as st

from dreamlab.images import data_url
from dreamlab.jobs import Backend
from dreamlab.results.naming import with_network
from dreamlab.ui import style
from dreamlab.ui.dreams import card
from dreamlab.ui.session import presence
from dreamlab.ui.session.visitors import Visit
from dreamlab.ui.shelf import actions
from dreamlab.ui.shelf.clock import clock, zone
from dreamlab.ui.shelf.contents import Kept
from dreamlab.ui.shelf.thumbnail import thumbnail


def show(backend: Backend, visit: Visit, kept: Kept, grown: dict[str, Kept]) -> None:
    """Draw a dream that has ended: a small picture, which opens it, and what is known of it.

    Parameters
    ----------
    backend : Backend
        The backend.
    visit : Visit
        The visit of the page.
    kept : Kept
        The dream.
    grown : dict of str to Kept
        The dreams that others go on from; see `dreamlab.ui.shelf.contents.parents`.
    """
    recording, shelf = kept.view.recording, presence.shelf(visit)
    if recording is None or shelf is None:
        return
    with st.container(key=f"shelved-{kept.job}"):
        with st.container(key=f"shown-shelf-{kept.job}"):
            picture = shelf.thumbnail(kept.job, lambda: thumbnail(recording))
            st.image(picture, width="stretch", alt=card.alt(kept.view))
            _opens(backend, visit, kept)
        _named(kept)
        final = recording.final
        parts = [f"{final.width} × {final.height} px", *_times(kept)]
        if kept.view.status.state != "done":
            parts.insert(0, f"ended in octave {final.octave + 1}")
        style.note(style.facts(*parts))
        _origin(kept, grown)


def live(backend: Backend, visit: Visit, kept: Kept, grown: dict[str, Kept]) -> None:
    """Draw a dream that waits or runs; `show` has the parameters."""
    status = kept.view.status
    with st.container(key=f"shelved-{kept.job}"):
        with st.container(key=f"shown-shelf-{kept.job}"):
            if status.preview is not None:
                # Not a file, which Streamlit might drop before a slow browser has fetched it.
                st.image(data_url(status.preview), width="stretch", alt=card.alt(kept.view))
            elif status.picture is not None:  # dim, so that nobody takes it for a dream
                with st.container(key=f"dim-shelf-{kept.job}"):
                    st.image(status.picture.jpeg, width="stretch", alt=kept.batch.alt)
            _opens(backend, visit, kept)
        _named(kept)
        if status.state == "queued":
            style.note(card.waiting(status))
        else:
            st.progress(min(max(status.fraction, 0.0), 1.0))
            style.note(card.progress(kept.view))
        _origin(kept, grown)
        card.cancel_button(backend, kept.view, "shelf.cancel")


def _opens(backend: Backend, visit: Visit, kept: Kept) -> None:
    st.button(
        "Open",
        key=f"large-shelf-{kept.job}",
        icon=":material/open_in_full:",
        type="tertiary",
        width="stretch",
        on_click=actions.open_,
        args=(backend, visit, kept.batch),
    )


def _named(kept: Kept) -> None:
    """Draw the name, with the box that chooses the dream, and the network and layers."""
    run = kept.view.run
    with st.container(horizontal=True, wrap=False, vertical_alignment="center", gap="xsmall"):
        st.checkbox(
            f"Choose {with_network(run.told, run.model)}",
            key=actions.chosen_key(kept.job),
            persist_state="session",
            label_visibility="collapsed",
            width="content",
        )
        style.name(run.name)
    style.note(style.facts(*card.layers(run).split(" · "), *filter(None, [run.of])))


def _times(kept: Kept) -> list[str]:
    """Return when a dream was sent off, and how long it is kept."""
    now, where = time.time(), zone()
    times = [clock(kept.batch.sent, now, where)]
    if (left := kept.view.status.kept_seconds) is not None:
        times.append(f"kept until {clock(now + left, now, where)}")
    return times


def _origin(kept: Kept, grown: dict[str, Kept]) -> None:
    """Say what a dream goes on from, with a jump to it, and how many go on from it."""
    lines = []
    children = sum(parent.job == kept.job for parent in grown.values())
    if parent := kept.parent:
        place = f"octave {parent.octave + 1}"
        if source := grown.get(kept.job):
            name = html.escape(source.view.run.name)
            lines.append(f'from <a href="#{anchor(source)}">{name}</a>, {place}')
        else:
            lines.append(f"from {place} of a dream that is not here")
    if children:
        lines.append(f"{children} grew from it")
    if lines or children:
        st.html(f'<p class="dl-note" id="{anchor(kept)}">{" · ".join(lines)}</p>')


def anchor(kept: Kept) -> str:
    """Return where a jump to a dream leads, which tells nothing of it."""
    return f"dream-{kept.batch.name[:6]}-{kept.batch.runs.index(kept.view.run) + 1}"
