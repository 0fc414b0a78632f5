"""The choice of the original picture: a sample, noise, or one or several of the visitor's own."""

import streamlit as st

from dreamlab.comparison.comparison import Comparison
from dreamlab.config.base import specs
from dreamlab.errors import DreamError, listed
from dreamlab.images import files
from dreamlab.images.kinds import SPOKEN
from dreamlab.ui import style
from dreamlab.ui.anywhere import MOST_MB
from dreamlab.ui.inputs import camera, chosen, dropped, look
from dreamlab.ui.inputs.chosen import Chosen, Given
from dreamlab.ui.inputs.control import control
from dreamlab.ui.session import decoding, own, state, uploads

_SPECS = specs(Comparison)
#: The samples, and what a visitor brings.
NAMES = {"cat": "Cat", "galaxies": "Galaxies", "noise": "Noise", "upload": "Yours"}

#: Small pictures side by side.
_ACROSS = 3


def show() -> list[Given]:
    """Draw the choice of picture and return the pictures; none if no picture can be read."""
    slot = st.container()
    if st.session_state["source"] not in NAMES:  # a browser may send none amid a change
        st.session_state["source"] = "cat"
    control(
        "source",
        _SPECS["source"],
        "source",
        widget=st.segmented_control,
        format_func=NAMES.__getitem__,
        help=None,
        required=True,
        width="stretch",
    )
    _sources()
    control("max_side", _SPECS["max_side"], "max_side", widget=st.slider)
    with slot:
        _question()
        try:
            pictures = chosen.chosen()
        except DreamError as error:
            style.error(str(error))
            return []
        _draw(pictures)
    return pictures.given


def _sources() -> None:
    """Draw what pictures of the visitor's come through."""
    # The page's script finds the upload by the key of the container.
    with st.container(key="picture-upload", gap="xsmall"):
        key = own.key("upload")
        st.file_uploader(
            "Your picture, or several",
            # Any file: Streamlit's refusal of a name tells less than what is said of its content.
            type=None,
            accept_multiple_files=True,
            max_upload_size=MOST_MB,
            key=key,
            on_change=_uploaded,
            args=(key,),
            help=f"Drop or paste them anywhere on the page; up to {own.MOST} at once, each a row "
            "of the comparison. A file made by dreamlab has its settings in it.",
        )
        camera.show(_uploaded)
    style.note(f"{SPOKEN}.")


def _question() -> None:
    """Draw the question about a file that dreamlab made, with its picture."""
    question = dropped.asked()
    if question is None:
        return
    thumbnail, problem = None, ""
    try:
        thumbnail = chosen.shown(question).picture.jpeg
    except DreamError as error:
        problem = str(error)
    dropped.show(thumbnail, problem)


def _draw(pictures: Chosen) -> None:
    """Draw the chosen pictures, with what is said of each."""
    first, *others = pictures.given
    if others:
        with st.container(key="pictures", gap="small"):
            for each, cell in zip(
                pictures.given,
                style.grid(len(pictures.given), _ACROSS, wrap=False),
                strict=True,
            ):
                with cell, st.container(key=f"small-{each.file_id}", gap=None):
                    alt = f"{each.picture.name}, {each.of}"
                    st.image(each.picture.jpeg, width="stretch", alt=alt)
                    _caption(each, each.of)
    else:
        with st.container(key="preview"):
            st.image(look.preview(first.picture), width="stretch", alt=first.picture.name)
        _caption(first, f"{first.picture.shape.width} × {first.picture.shape.height} px")
    for file_id, sentence in pictures.broken.items():
        style.error(sentence)
        _remove_button(file_id, "it")
    for text in dict.fromkeys(note for each in pictures.given for note in each.shown.notes):
        style.note(text)
    if any(each.shown.transparent for each in pictures.given):
        control(
            "background",
            _SPECS["background"],
            "background",
            widget=st.segmented_control,
            help=None,
            required=True,
            width="stretch",
            persist_state="session",
        )


def _caption(each: Given, text: str) -> None:
    if not each.file_id:
        style.note(text)
        return
    with st.container(
        horizontal=True, vertical_alignment="center", gap="xxsmall", key=f"of-{each.file_id}"
    ):
        style.note(text)
        _remove_button(each.file_id, each.of or "the picture")


def _remove_button(file_id: str, name: str) -> None:
    st.button(
        f"Remove {name}",
        icon=":material/close:",
        type="tertiary",
        key=f"remove.{file_id}",
        on_click=_remove,
        args=(file_id,),
    )


def _remove(file_id: str) -> None:
    own.remove(file_id)
    if not own.pictures():
        st.session_state["source"] = "cat"


def _uploaded(key: str) -> None:
    """Take in what was uploaded, dropped, pasted or shot, in place of what was there."""
    new = own.uploaded(key)
    if not new:
        return
    dropped.withdraw()
    if len(new) > own.MOST:
        new, over = new[: own.MOST], new[own.MOST :]
        names = listed(files.label(file.name) for file in over)
        state.notify(f"Up to {own.MOST} pictures are dreamt on at once; left out: {names}.")
        uploads.let_go(over)
    mine = own.named([(file, decoding.settings(file)) for file in new])
    first, *others = mine
    if first.settings is not None and not others:
        try:
            dropped.ask(first)
            return
        except DreamError as error:
            state.notify(f"The file's settings were not taken over: {error}.")
    own.take(mine)
    st.session_state["source"] = "upload"
