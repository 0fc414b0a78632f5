"""Streamlit's own files for the browser: kept in memory, and fetched before they are asked for."""

import functools
import mimetypes
from pathlib import Path

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Streamlit's folder; the address of a file in it ends with the file's path in it.
_FOLDER = Path(st.__file__).parent / "static"

#: Scripts that the controls of the page need, without the hash in their names. The browser would
#: ask for each only when its control arrives, and draw the page again when the script is there.
_EARLY = (
    "Html",
    "purify.es",
    "ButtonGroup",
    "WidgetLabel",
    "useBasicWidgetState",
    "ImageList",
    "withFullScreenWrapper",
    "FileUploader",
    "Slider",
    "moment",
    "numbro",
    "NumberInput",
    "Input",
    "TextField",
    "useFormValidation",
    "Selectbox",
    "useMenuTrigger",
    "useLoadMoreSentinel",
    "useSyncComboBoxEnterTargetFocus",
    "Button",
    "Checkbox",
)


class Assets:
    """ASGI middleware that answers for Streamlit's own files.

    A browser that comes for the first time asks for a hundred of them. Streamlit opens and reads
    each in a thread, piece by piece, which takes longer than the browser needs to run them.

    Parameters
    ----------
    app : callable
        The ASGI application behind it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        # Only names from this list are opened, so that no address leads out of the folder.
        self._files = {
            path.relative_to(_FOLDER).as_posix(): path
            for path in (_FOLDER / "static").rglob("*")
            if path.is_file()
        }
        self._link = ", ".join(f"<./{name}>; rel=modulepreload" for name in early())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a connection; see the ASGI specification."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        path = self._files.get(f"static/{scope['path'].rpartition('/static/')[2]}")
        if path is not None:
            await _answer(path)(scope, receive, send)
            return

        async def linked(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    headers["Link"] = self._link
            await send(message)

        await self._app(scope, receive, linked)


def early() -> list[str]:
    """Return the paths, in Streamlit's folder, of the scripts to fetch with the page."""
    return [
        path.relative_to(_FOLDER).as_posix()
        for name in _EARLY
        for path in (_FOLDER / "static" / "js").glob(f"{name}.*.js")
        # "Input" is not to find "Input.something.hash.js".
        if path.name.count(".") == name.count(".") + 2
    ]


def _answer(path: Path) -> Response:
    """Return the answer with a file; its name has a hash, so that browsers may keep it for good."""
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    caching = {"Cache-Control": "public, immutable, max-age=31536000"}
    return Response(_read(path), media_type=kind, headers=caching)


@functools.cache
def _read(path: Path) -> bytes:
    return path.read_bytes()
