"""The layer between the network and the page: security headers, cookie, limits and health."""

import asyncio
import importlib
import logging
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psutil
import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.formparsers import MultiPartParser
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config
from streamlit.web.server.server_util import get_url

from dreamlab.config.deployment import DeploymentSettings
from dreamlab.errors import DreamError
from dreamlab.jobs import Backend
from dreamlab.jobs.own_files import offer_own
from dreamlab.jobs.service import checked
from dreamlab.ui.assets import Assets
from dreamlab.ui.connection import Minded
from dreamlab.ui.headers import has_cookie, security, set_cookies
from dreamlab.ui.messages import Messages
from dreamlab.ui.origins import is_foreign
from dreamlab.ui.preview import Preview
from dreamlab.ui.session import backend, decoding, uploads
from dreamlab.ui.upkeep import upkeep

_HEALTH = "/_stcore/health"

#: Where Streamlit tells everybody how many sessions there are, and what they hold.
_OF_OWNER = ("/_stcore/metrics",)

#: What the page has no use for: a login, whose errors are logged, and driving it without a browser.
_UNUSED = (
    *("/auth/login", "/auth/logout", "/oauth2callback"),
    *("/_stcore/agent/interact", "/_stcore/agent/mcp", "/_stcore/agent/openapi.json"),
)

#: Headers of a conditional request.
_IF = (b"if-none-match", b"if-modified-since")

# Keep uploads in memory: no visitor's data goes to disk, and the disk may be full.
MultiPartParser.spool_max_size = uploads.MOST_OF_SESSION


class Guard:
    """ASGI middleware: security headers, a cookie, limits and the worker's health.

    Parameters
    ----------
    app : callable
        The ASGI application behind it.
    settings : DeploymentSettings, optional
        What is allowed; by default what the environment says.
    """

    def __init__(self, app: ASGIApp, settings: DeploymentSettings | None = None) -> None:
        self._app = app
        settings = settings or DeploymentSettings.from_environment()
        self._headers = security(settings.frames)
        self._framed = bool(settings.frames)
        self._kept = settings.store_seconds
        self._closed = _UNUSED if settings.status else _UNUSED + _OF_OWNER

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a connection; see the ASGI specification."""
        if scope["type"] == "websocket" and is_foreign(scope):
            await send({"type": "websocket.close"})  # before it is accepted: status 403
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if not has_cookie(scope):  # a 304 would carry no Set-Cookie, so force a full response
            scope = {
                **scope,
                "headers": [header for header in scope["headers"] if header[0] not in _IF],
            }

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(self._headers)
                set_cookies(headers, scope, self._framed, self._kept)
            await send(message)

        # Starlette's patterns pass over a line's end behind an address.
        if scope["path"].rstrip("\n").endswith(self._closed):
            await PlainTextResponse("Not Found", 404)(scope, receive, guarded)
            return
        wrong = None
        if scope["path"].endswith(_HEALTH) and not _of_page(scope):
            wrong = problem(backend.get())
        if wrong is not None:
            answer = PlainTextResponse(wrong, 503, headers={"Cache-Control": "no-cache"})
            await answer(scope, receive, guarded)
            return
        session = uploads.session_of(scope["path"]) if scope["method"] == "PUT" else None
        if session is None:
            await self._app(scope, receive, guarded)
            return
        with uploads.admitted(session, Headers(scope=scope).get("content-length", "")) as room:
            full = PlainTextResponse("there are too many uploads: take some back", 413)
            await (self._app if room else full)(scope, receive, guarded)


def problem(jobs: Backend) -> str | None:
    """Return why no dream can run now, in one sentence, or None."""
    return jobs.problem or (None if jobs.workers else "the worker is being started")


def answer_at_once() -> None:
    """Turn off Nagle's algorithm, which delays small messages by 40 ms.

    asyncio does this on sockets that it creates, but not on the listener that Streamlit passes:
    https://github.com/Kludex/uvicorn/issues/3149. Connections inherit the option from the listener.
    """
    for connection in psutil.Process().net_connections("tcp"):
        if connection.status == psutil.CONN_LISTEN and connection.fd >= 0:
            with socket.socket(fileno=os.dup(connection.fd)) as listener:
                listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


@asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[None]:
    """Start the worker when the server starts, and end it when the server ends.

    The server answers after this. What the first visitor needs is imported by then, before the
    worker is started: imports would hold up the answers, and the worker's take both of 2 cores.
    """
    _log_dreams()
    answer_at_once()
    await asyncio.to_thread(_load)
    await asyncio.to_thread(decoding.decoders)  # a first upload does not wait for them
    jobs = await asyncio.to_thread(backend.get)
    try:
        # Meanwhile the worker is being started, which takes as long.
        await asyncio.to_thread(offer_own, checked())
        host = config.get_option("server.address")
        at = get_url("localhost" if host in (None, "", "0.0.0.0", "::") else host)
        logging.getLogger("dreamlab").info("the page is at %s", at)
        async with upkeep():
            yield
    finally:
        await asyncio.to_thread(decoding.close)
        await asyncio.to_thread(jobs.close)


def middleware() -> list[Middleware]:
    """Return the middleware for `st.App`."""
    return [Middleware(each) for each in (Minded, Guard, Messages, Preview, Assets)]


def check() -> None:
    """End the program, before anything is started, if a setting is wrong.

    Streamlit makes variables of the environment of its secrets when it loads them. It looks for
    them beside the script of the `st.App` that is there already.
    """
    st.secrets.load_if_toml_exists()
    try:
        checked()
    except DreamError as error:
        sys.exit(f"dreamlab: {error}")  # without a traceback


def _load() -> None:
    """Import the slow modules, so that the first visitor does not wait for them."""
    # Charts check whether pandas is loaded, and fail while another session is importing it.
    importlib.import_module("pandas")
    importlib.import_module("dreamlab.ui.page")


def _log_dreams() -> None:
    """Log one line for each dream, with sizes and times, to the server's standard error."""
    logger = logging.getLogger("dreamlab")
    if not logger.handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
        logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False


def _of_page(scope: Scope) -> bool:
    """Return whether the page itself asks for the health.

    The page opens only if the answer is good, and visitors without a worker should read the
    problem there. Browsers send a Referer, as the headers above allow; monitors do not.
    """
    return any(name == b"referer" for name, _ in scope["headers"])
