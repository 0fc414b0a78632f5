"""The camera as a source of the picture; nothing of it is asked for until it is wanted."""

from collections.abc import Callable
from ipaddress import ip_address
from urllib.parse import urlsplit

import streamlit as st

from dreamlab.ui import style
from dreamlab.ui.session import own

#: Key of whether it is wanted.
_WANTED = "camera.wanted"

#: Browsers let a page at any other address have no camera.
_INSECURE = (
    "Browsers give a page the camera at an address with https alone, or on the machine that serves "
    "it: open the page so, or take the picture with the camera's own program and drop it here."
)


def show(taken: Callable[[str], None]) -> None:
    """Draw the button that opens the camera, or the camera.

    Parameters
    ----------
    taken : callable
        Is called with the widget's key once there is a shot.
    """
    wanted = st.session_state.get(_WANTED, False)
    st.button(
        "Close the camera" if wanted else "Camera",
        icon=":material/close:" if wanted else ":material/photo_camera:",
        type="tertiary",
        key="camera.button",
        on_click=_want,
        args=(not wanted,),
    )
    if wanted and not is_secure(st.context.url or ""):
        style.note(_INSECURE)
    elif wanted:
        key = own.key("camera")
        st.camera_input(
            "Camera",
            key=key,
            label_visibility="collapsed",
            on_change=_shot,
            args=(taken, key),
        )


def is_secure(url: str) -> bool:
    """Return whether browsers let the page at an address have the camera; of none, they may."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "http" or host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _want(wanted: bool) -> None:
    st.session_state[_WANTED] = wanted


def _shot(taken: Callable[[str], None], key: str) -> None:
    if st.session_state.get(key) is not None:
        _want(False)
        taken(key)
