"""A connection of the server: what each may take its time for.

Uvicorn waits for the rest of a request as long as it takes.
"""

import asyncio
from collections.abc import Callable
from contextvars import ContextVar

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dreamlab.ui.addresses import household

#: Seconds that the head of a request may take.
HEAD_SECONDS = 20.0

#: Seconds in which a body may bring nothing, and an answer may go unread.
STILL_SECONDS = 40.0

#: Bytes a second that a body brings at least, on average, once those seconds are over: a tenth of
#: what a poor line of 1 Mbit/s carries.
SLOWEST = 12_000

_BODY = (b"content-length", b"transfer-encoding")

_current: ContextVar["Connection | None"] = ContextVar("connection", default=None)


class Connection(asyncio.Protocol):
    """A connection, which passes on all it hears to the server's own protocol, and minds the time.

    Once a WebSocket is opened, the server talks past it: Streamlit's pings end a silent one.

    Parameters
    ----------
    server : asyncio.Protocol
        The server's protocol.
    clock : callable
        Returns the time in seconds.
    made, lost : callable
        Are told when the connection is there, and when it is over.
    """

    def __init__(
        self,
        server: asyncio.Protocol,
        clock: Callable[[], float],
        made: Callable[["Connection"], None],
        lost: Callable[["Connection"], None],
    ) -> None:
        self._server = server
        self._clock, self._made, self._lost = clock, made, lost
        self.transport: asyncio.Transport
        self.address = ""
        # Requests that are being answered, and since when none is: then a head is awaited.
        self._requests = 0
        self._head: float = clock()
        # Since when a body is awaited, if one is, and how many bytes came since.
        self._body: float | None = None
        self._came = 0
        # When bytes came last; what is unread of the answers, and since when it does not change.
        self._heard = self._unread_since = self._head
        self._unread = 0

    @property
    def is_idle(self) -> bool:
        """Whether it waits for the head of a request."""
        return not self._requests and self.transport.get_protocol() is self

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let the server have the connection, if there is room."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        peer = transport.get_extra_info("peername")
        self.address = household(peer[0]) if isinstance(peer, tuple) else ""
        self._server.connection_made(transport)
        self._made(self)

    def data_received(self, data: bytes) -> None:
        """Pass on bytes; a request that begins with them knows its connection."""
        self._heard = self._clock()
        self._came += len(data)
        token = _current.set(self)
        try:
            self._server.data_received(data)
        finally:
            _current.reset(token)

    def eof_received(self) -> bool | None:
        """Pass on that no more bytes come."""
        return self._server.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """Pass on that it is over."""
        self._lost(self)
        self._server.connection_lost(exc)

    def pause_writing(self) -> None:
        """Pass on that answers go unread."""
        self._server.pause_writing()

    def resume_writing(self) -> None:
        """Pass on that answers are read again."""
        self._server.resume_writing()

    def begin(self, *, body: bool) -> None:
        """Note that the head of a request is complete, and whether a body follows."""
        self._requests += 1
        if body:
            self._body, self._came = self._clock(), 0

    def complete(self) -> None:
        """Note that the body of a request is complete."""
        self._body = None

    def end(self) -> None:
        """Note that a request is answered."""
        self._requests -= 1
        self._body = None
        self._head = self._clock()

    def fault(self, now: float) -> str | None:
        """Return why the connection has to be closed, or None."""
        unread = self.transport.get_write_buffer_size()
        if unread != self._unread or not unread:
            self._unread, self._unread_since = unread, now
        elif now - self._unread_since > STILL_SECONDS:
            return "an answer was not read"
        if self.is_idle:
            return "a request did not come" if now - self._head > HEAD_SECONDS else None
        if self._body is None:
            return None
        if now - max(self._heard, self._body) > STILL_SECONDS:
            return "a body did not come"
        slow = self._came < SLOWEST * (now - self._body - STILL_SECONDS)
        return "a body came too slowly" if slow else None


class Minded:
    """ASGI middleware: tells a connection how far its requests are.

    Parameters
    ----------
    app : callable
        The ASGI application behind it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a connection; see the ASGI specification."""
        connection = _current.get()
        if connection is None or scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def received() -> Message:
            message = await receive()
            if not message.get("more_body"):
                connection.complete()
            return message

        connection.begin(body=any(name in _BODY for name, _ in scope["headers"]))
        try:
            await self._app(scope, received, send)
        finally:
            connection.end()
