"""Reads what visitors upload, in processes of their own: none keeps the page or others waiting."""

import atexit
import functools
from collections.abc import Callable
from typing import Any, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from dreamlab.errors import DreamError
from dreamlab.images.decoder import Overrun
from dreamlab.images.decoders import Decoders, Read
from dreamlab.images.set_pictures import Square
from dreamlab.ui.session import presence

T = TypeVar("T")

#: Most bytes for decoding an upload: enough for 50 megapixels of most PNGs and phones' JPEGs, or 12
#: of a WebP. All visitors share the memory of the page's process.
MEMORY = 200e6

#: What was said of each upload that took too long to read, by its id.
_REFUSED = "upload.refused"


@functools.cache
def decoders() -> Decoders:
    """Return the processes, which the first call starts; they end with the page."""
    atexit.register(close)
    return Decoders()


def close() -> None:
    """End the processes, if there are any."""
    if decoders.cache_info().currsize:
        decoders().close()
        decoders.cache_clear()


def image(file: UploadedFile, max_side: int, background: str | None = None) -> Read:
    """Decode an upload; see `dreamlab.images.decoders.Decoders.image`.

    Raises
    ------
    DreamError
        If it cannot be read. One that took too long is not tried again.
    """
    look = {} if background is None else {"background": background}
    return _once(
        file,
        lambda: decoders().image(
            file.getvalue(), file.name, _visitor(), max_side=max_side, max_memory=MEMORY, **look
        ),
    )


def settings(file: UploadedFile) -> dict[str, Any] | None:
    """Return the settings in an upload; None for an ordinary picture, or what cannot be read."""
    try:
        return _once(file, lambda: decoders().settings(file.getvalue(), file.name, _visitor()))
    except DreamError:
        return None


def squares() -> Callable[[bytes, str], Square]:
    """Return what decodes the pictures of a visitor's set, for `dreamlab.images.read_set`."""
    visitor = _visitor()
    return lambda data, name: decoders().square(data, name, visitor)


def _once(file: UploadedFile, read: Callable[[], T]) -> T:
    """Return what a file comes to; no run of the session tries again what took too long."""
    refused = st.session_state.setdefault(_REFUSED, {})
    if file.file_id in refused:
        raise DreamError(refused[file.file_id])
    try:
        return read()
    except Overrun as error:
        refused[file.file_id] = str(error)
        raise


def _visitor() -> str:
    """Return who it is: a browser, or a session without cookies."""
    context = get_script_run_ctx()
    return presence.browser() or (context.session_id if context is not None else "")
