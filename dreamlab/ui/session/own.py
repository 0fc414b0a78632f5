"""The visitor's own pictures: files that were uploaded, dropped or pasted, or a camera's shot."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from dreamlab.images import files
from dreamlab.ui.session import uploads

#: Most pictures that are dreamt on at once: each is a row of the comparison.
MOST = 6

#: Keys of the session's values: the pictures, and the turn of the upload.
_OWN, _TURN = "own", "own.turn"


class Own(NamedTuple):
    """A file of the visitor's.

    Parameters
    ----------
    file : UploadedFile
        The file.
    name : str
        Its name, printable and unlike the others'.
    settings : dict or None
        The settings in it, where dreamlab made it.
    """

    file: UploadedFile
    name: str
    settings: dict[str, Any] | None = None


def key(widget: str) -> str:
    """Return the key of a widget that takes files: another one once its files are here."""
    turn = st.session_state.get(_TURN, 0)
    return f"{widget}.{turn}" if turn else widget


def uploaded(key: str) -> list[UploadedFile]:
    """Return the files of a widget, and have the next run draw an empty one.

    A browser that comes back to another session names files that are gone; they are not among them.
    """
    value = st.session_state.get(key)
    st.session_state[_TURN] = st.session_state.get(_TURN, 0) + 1
    given = value if isinstance(value, list) else [value]
    return [file for file in given if isinstance(file, UploadedFile)]


def pictures() -> tuple[Own, ...]:
    """Return the pictures, in the order in which they were given."""
    return st.session_state.get(_OWN, ())


def named(given: Sequence[tuple[UploadedFile, dict[str, Any] | None]]) -> tuple[Own, ...]:
    """Return files, each with the settings in it, by names of which no two are the same."""
    names: list[str] = []
    for file, _ in given:
        names.append(_unlike(files.label(file.name), names))
    return tuple(
        Own(file, name, settings) for (file, settings), name in zip(given, names, strict=True)
    )


def take(mine: Sequence[Own]) -> None:
    """Let files take the place of the pictures that are there."""
    uploads.let_go([each.file for each in pictures()])
    st.session_state[_OWN] = tuple(mine)


def remove(file_id: str) -> None:
    """Let go of a picture."""
    uploads.let_go([own.file for own in pictures() if own.file.file_id == file_id])
    st.session_state[_OWN] = tuple(own for own in pictures() if own.file.file_id != file_id)


def _unlike(name: str, others: Sequence[str]) -> str:
    """Return a name, with a number behind it if another file has the same."""
    free, number = name, 1
    while free in others:
        number += 1
        free = f"{name} ({number})"
    return free
