"""The pictures of a task: the shipped ones, or the visitor's own, which stay in memory alone."""

import dataclasses
import weakref

import streamlit as st

from dreamlab.errors import DreamError
from dreamlab.images import Picture, PictureSet, read_set
from dreamlab.images.overview import overview
from dreamlab.images.picture_set import MOST_PICTURES, SIDE
from dreamlab.images.shipped_task import shipped_task
from dreamlab.ui import style
from dreamlab.ui.session import decoding, state, uploads

#: Where the pictures come from.
_SHIPPED, _FILES, _FOLDER = "The shipped task", "Files or a ZIP", "A folder"

_SOURCE, _OWN, _OVERVIEW, _TURN = "task.source", "task.own", "task.overview", "task.turn"

#: Most bytes of the files of one set.
_MOST_BYTES = 100_000_000

#: Most bytes of the sets of all visitors, who share the memory of the page's process: 10 full ones.
_MOST_HELD = 300e6

#: The sets of all sessions; those of a session go with it.
_held: "weakref.WeakValueDictionary[int, PictureSet]" = weakref.WeakValueDictionary()


def show() -> None:
    """Draw the choice of pictures, and those that are chosen."""
    source = st.segmented_control(
        "Pictures",
        [_SHIPPED, _FILES, _FOLDER],
        default=_SHIPPED,
        required=True,
        key=_SOURCE,
        persist_state="session",
        label_visibility="collapsed",
    )
    if source != _SHIPPED and _OWN not in st.session_state:
        _upload(source == _FOLDER)
    own = _own()
    shown = own or (shipped_task() if source == _SHIPPED else None)
    if shown is None:
        return
    total = f"{len(shown)} picture{'s' * (len(shown) > 1)}"
    counts = [f"{name} {count}" for name, count in shown.counts.items()]
    small = _small(shown)
    st.image(small.jpeg, width="content", alt=small.name)
    with st.container(horizontal=True, vertical_alignment="center"):
        style.note(style.facts(total, *(counts or ["no classes"])))
        if own is not None:
            st.button(
                "Remove",
                icon=":material/delete:",
                type="tertiary",
                key="task.remove",
                on_click=_remove,
            )
    if own is None:
        style.note(
            "Drawn by dreamlab, so that what a layer can tell is known: red is told by its colour "
            "alone, striped by its texture, star by its shape, plain by none of these."
        )
    for note in shown.notes:
        style.note(f"{note[:1].upper()}{note[1:]}.")


def current() -> PictureSet | None:
    """Return the visitor's pictures; None if the shipped ones are chosen.

    Raises
    ------
    DreamError
        If the visitor's are chosen, and there are none.
    """
    own = _own()
    if own is None and st.session_state.get(_SOURCE, _SHIPPED) != _SHIPPED:
        raise DreamError("there are no pictures; drop some in, or choose the shipped task")
    return own


def _own() -> PictureSet | None:
    if st.session_state.get(_SOURCE, _SHIPPED) == _SHIPPED:
        return None
    return st.session_state.get(_OWN)


def _upload(folder: bool) -> None:
    """Draw the upload, and read what it holds; the files themselves are let go then."""
    turn = st.session_state.get(_TURN, 0)
    files = st.file_uploader(
        "Your pictures, a folder for each class",
        type=None,
        accept_multiple_files="directory" if folder else True,
        max_upload_size=_MOST_BYTES // 10**6,
        key=f"task.upload.{turn}.{folder}",
    )
    style.note(
        f"Up to {MOST_PICTURES} pictures and {_MOST_BYTES // 10**6} MB. Classes are the folders, "
        "in a ZIP too, or what stands before the number in a file's name, as cat_01.jpg. Pictures "
        f"are looked at in {SIDE} × {SIDE} px, are kept in memory alone, and go when you close or "
        "reload the page."
    )
    if not files:
        return
    over = uploads.refused()
    with st.spinner("Reading the pictures"):
        try:
            pictures = read_set(
                [(file.name, file) for file in files],
                most_bytes=_MOST_BYTES,
                read=decoding.squares(),
            )
            if over:
                notes = (_not_sent(over), *pictures.notes)
                pictures = dataclasses.replace(pictures, notes=notes)
            _hold(pictures)
        except DreamError as error:
            state.notify(f"The pictures were not taken: {error}.")
        else:
            st.session_state[_OWN] = pictures
        finally:
            uploads.let_go(files)
    # Another key is another upload: this one would list files that are gone.
    st.session_state[_TURN] = turn + 1
    st.rerun()


def _not_sent(over: int) -> str:
    """Return the note on files that the server refused to take."""
    return (
        f"{over} file{'s' * (over > 1)} not sent, as all together are over {_MOST_BYTES // 10**6} "
        "MB: give fewer or smaller ones"
    )


def _small(pictures: PictureSet) -> Picture:
    """Return the overview, made once for as long as the session has the same pictures."""
    of, small = st.session_state.get(_OVERVIEW, ("", None))
    if small is None or of != pictures.digest:
        small = overview(pictures)
        st.session_state[_OVERVIEW] = pictures.digest, small
    return small


def _hold(pictures: PictureSet) -> None:
    """Count a set among those of all visitors; raises `DreamError` if there is no room."""
    if sum(other.nbytes for other in _held.values()) + pictures.nbytes > _MOST_HELD:
        raise DreamError(
            "the page holds as many pictures of its visitors as it may; give fewer, or come again "
            "in some minutes"
        )
    _held[id(pictures)] = pictures


def _remove() -> None:
    st.session_state.pop(_OWN, None)
    st.session_state.pop(_OVERVIEW, None)
