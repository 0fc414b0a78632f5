"""A file that dreamlab made, dropped on the page: its settings, its picture, or both?"""

from typing import Any

import streamlit as st

from dreamlab.comparison.comparison import Comparison
from dreamlab.comparison.variant import COMMON, OF_LAYERS, Variant
from dreamlab.config import DreamConfig
from dreamlab.ui import style
from dreamlab.ui.session import own, state, uploads
from dreamlab.ui.session.own import Own

#: Key of the file that the question is about.
_ASKED = "dropped"


def ask(file: Own) -> None:
    """Have the page ask what is to be taken of a file; nothing changes until it is answered.

    Settings without a picture are taken at once.

    Raises
    ------
    DreamError
        If the settings are damaged, or of a newer dreamlab.
    """
    restored(file.settings or {})
    if file.file.getvalue()[:1] in (b"{", b"["):
        _restore(file)
        uploads.let_go([file.file])
        return
    st.session_state[_ASKED] = file


def asked() -> Own | None:
    """Return what the question is about; None where there is none."""
    return st.session_state.get(_ASKED)


def withdraw() -> None:
    """Take the question back, and let go of its file."""
    question = st.session_state.pop(_ASKED, None)
    if question is not None:
        uploads.let_go([question.file])


def show(thumbnail: bytes | None, problem: str) -> None:
    """Draw the question, if there is one.

    Parameters
    ----------
    thumbnail : bytes or None
        The picture, as JPEG; None if it cannot be read.
    problem : str
        Why it cannot be read, in a sentence; else empty.
    """
    question = asked()
    if question is None:
        return
    with st.container(border=True, key="dropped", gap="small"):
        with st.container(horizontal=True, gap="small", key="dropped-head"):
            if thumbnail is not None:
                st.image(thumbnail, width=64, alt="The file that was dropped")
            style.text("Made by dreamlab. What do you want of it?")
            st.button(
                "Nothing",
                icon=":material/close:",
                type="tertiary",
                key="dropped.nothing",
                on_click=withdraw,
            )
        if problem:
            style.note(problem, bad=True)
        with st.container(horizontal=True, gap="xsmall", key="dropped-answers"):
            st.button("Settings", key="dropped.settings", on_click=_take_settings)
            if thumbnail is not None:
                st.button("Picture", key="dropped.picture", on_click=_take_picture)
                st.button("Both", key="dropped.both", on_click=_take_both)


def restored(settings: dict[str, Any]) -> Comparison:
    """Return the comparison of the settings in a file.

    Raises
    ------
    DreamError
        If they are damaged, of a newer dreamlab, or of a network that is not here.
    """
    config = DreamConfig.from_dict(settings.get("config", settings))
    variant = Variant(name="Restored", **{name: getattr(config, name) for name in OF_LAYERS})
    return Comparison(
        variants=(variant,),
        common={name: getattr(config, name) for name in COMMON},
        **state.page() | {"model": settings.get("model", "vgg16")},
    )


def _take_settings() -> None:
    question = asked()
    if question is not None:
        _restore(question)
        withdraw()


def _take_picture() -> None:
    question = st.session_state.pop(_ASKED, None)
    if question is not None:
        own.take([question])
        st.session_state["source"] = "upload"


def _take_both() -> None:
    question = asked()
    if question is not None:
        _restore(question, "its picture is the one to dream on")
        _take_picture()


def _restore(file: Own, picture: str = "the picture to dream on is as it was") -> None:
    """Load the settings of a file, and name the pictures that they need and the file has not."""
    comparison, left_out = restored(file.settings or {}).without_pictures()
    state.load(comparison)
    for sentence in (f"The file's settings are restored; {picture}.", *left_out):
        state.notify(sentence)
