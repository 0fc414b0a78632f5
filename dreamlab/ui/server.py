"""What stands between the network and the page: security headers, and health with the worker."""

import asyncio
import base64
import hashlib
import importlib
import logging
import os
import re
import secrets
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psutil
import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.formparsers import MultiPartParser
from starlette.middleware import Middleware
from starlette.requests import cookie_parser
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

from dreamlab.errors import DreamError
from dreamlab.jobs import Backend
from dreamlab.jobs.service import checked
from dreamlab.ui.session import backend, visitors

_HEALTH = "/_stcore/health"

#: What a browser asks with whether what it has is still good.
_IF = (b"if-none-match", b"if-modified-since")

#: Bytes of uploads a session may hold and still add one; the page asks for one picture at a time.
_UPLOADS = 20 * 2**20

# Uploads stay in memory: nothing of a visitor's is written to disk, which may be full besides.
MultiPartParser.spool_max_size = 11 * 2**20


def policy() -> str:
    """Return the page's Content-Security-Policy: all comes from this server and nowhere else.

    Streamlit's own page has one script within it, which is allowed by its hash. Its charts make
    functions from text, its components are loaded from blobs, and its styles stand in the page.
    """
    page = (Path(st.__file__).parent / "static" / "index.html").read_text("utf-8")
    scripts = [
        f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
        for text in re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    ]
    parts = {
        "default-src": "'self'",
        "script-src": " ".join(["'self'", "'unsafe-eval'", "blob:", *scripts]),
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "worker-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        # Streamlit Community Cloud shows a page in a frame of its own address.
        "frame-ancestors": "'self'",
    }
    return "; ".join(f"{name} {value}" for name, value in parts.items())


class Guard:
    """ASGI middleware: headers on every answer, a cookie, a bound on uploads, the worker's health.

    Parameters
    ----------
    app : callable
        What it stands before.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._headers = {
            "Content-Security-Policy": policy(),
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "SAMEORIGIN",
            # An address has the name of a visit in it: it is told to no other site.
            "Referrer-Policy": "same-origin",
            "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a connection as ASGI says."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        has_cookie = visitors.COOKIE in cookie_parser(Headers(scope=scope).get("cookie", ""))
        if not has_cookie:  # "the page is as it was" would leave a browser that comes back nameless
            scope = {
                **scope,
                "headers": [header for header in scope["headers"] if header[0] not in _IF],
            }

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(self._headers)
                if not has_cookie and headers.get("content-type", "").startswith("text/html"):
                    headers.append("Set-Cookie", _cookie(scope))
            await send(message)

        wrong = None
        if scope["path"].endswith(_HEALTH) and not _of_page(scope):
            wrong = problem(backend.get())
        if wrong is not None:
            answer = PlainTextResponse(wrong, 503, headers={"Cache-Control": "no-cache"})
            await answer(scope, receive, guarded)
        elif scope["method"] == "PUT" and _upload_bytes(scope["path"]) > _UPLOADS:
            answer = PlainTextResponse("there are too many uploads: take some back", 413)
            await answer(scope, receive, guarded)
        else:
            await self._app(scope, receive, guarded)


def _cookie(scope: Scope) -> str:
    """Make the cookie that a browser's dreams are found again by."""
    value = f"{visitors.COOKIE}={secrets.token_urlsafe(16)}; Path=/; HttpOnly; SameSite=Lax"
    return value + ("; Secure" if scope["scheme"] == "https" else "")


def _upload_bytes(path: str) -> int:
    """Return the bytes of all that the session has uploaded to which a path uploads one more."""
    match = re.search(r"/_stcore/upload_file/([^/]+)/[^/]+$", path)
    if match is None or not runtime.exists():
        return 0
    manager = runtime.get_instance().uploaded_file_mgr
    if not isinstance(manager, MemoryUploadedFileManager):
        return 0
    files = manager.file_storage.get(match[1], {})
    return sum(len(file.data) for file in list(files.values()))


def problem(jobs: Backend) -> str | None:
    """Return why no dream could run now, in one sentence, or None."""
    return jobs.problem or (None if jobs.workers else "the worker is being started")


def answer_at_once() -> None:
    """Send each small message when it is written, not 40 ms later with the next.

    asyncio does so on sockets it makes itself, not on one that Streamlit hands over:
    https://github.com/Kludex/uvicorn/issues/3149. Connections inherit it from the listener.
    """
    for connection in psutil.Process().net_connections("tcp"):
        if connection.status == psutil.CONN_LISTEN and connection.fd >= 0:
            with socket.socket(fileno=os.dup(connection.fd)) as listener:
                listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


@asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[None]:
    """Start the worker with the server, not with the first visitor, and end it with the server."""
    _log_dreams()
    answer_at_once()
    jobs = await asyncio.to_thread(backend.get)
    loading = asyncio.create_task(asyncio.to_thread(_load))
    try:
        yield
        await loading
    finally:
        await asyncio.to_thread(jobs.close)


def middleware() -> list[Middleware]:
    """Return what `st.App` is to put before the page; ends the program if a setting is wrong."""
    try:
        checked()
    except DreamError as error:
        sys.exit(f"dreamlab: {error}")  # before anything is started, and without a trace
    return [Middleware(Guard)]


def _load() -> None:
    """Load what the first visitor would wait for, while the visitor's browser is still coming."""
    # Charts look whether pandas is loaded, and fail in one session while another is loading it.
    importlib.import_module("pandas")
    importlib.import_module("dreamlab.ui.page")


def _log_dreams() -> None:
    """Write the line that each dream leaves, with its sizes and times, where the server writes."""
    logger = logging.getLogger("dreamlab")
    if not logger.handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
        logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False


def _of_page(scope: Scope) -> bool:
    """Say whether a page asks, which opens only where the answer is good.

    Visitors are let in while there is no worker, to read that on the page. Browsers name the
    page they ask from, as the headers above allow; monitors and load balancers do not.
    """
    return any(name == b"referer" for name, _ in scope["headers"])
