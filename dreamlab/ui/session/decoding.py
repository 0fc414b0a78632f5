"""Reads what visitors upload, in processes of their own: none keeps the page or others waiting."""

import atexit
import functools
from collections.abc import Callable
from typing import Any

from streamlit.runtime.scriptrunner import get_script_run_ctx

from dreamlab.images.decoders import Decoders, Read
from dreamlab.images.set_pictures import Square
from dreamlab.ui.session import presence


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


def image(data: bytes, name: str, **options: Any) -> Read:
    """Decode a visitor's picture; see `dreamlab.images.decoders.Decoders.image`."""
    return decoders().image(data, name, _visitor(), **options)


def settings(data: bytes, name: str) -> dict[str, Any]:
    """Read the settings in a visitor's file; see `dreamlab.images.decoders.Decoders.settings`."""
    return decoders().settings(data, name, _visitor())


def squares() -> Callable[[bytes, str], Square]:
    """Return what decodes the pictures of a visitor's set, for `dreamlab.images.read_set`."""
    visitor = _visitor()
    return lambda data, name: decoders().square(data, name, visitor)


def _visitor() -> str:
    """Return who it is: a browser, or a session without cookies."""
    context = get_script_run_ctx()
    return presence.browser() or (context.session_id if context is not None else "")
