"""The server's connections: what each may take its time for, and how many there are.

Uvicorn waits for the rest of a request as long as it takes. Whoever opens many connections and says
little on each would thus keep all others out.
"""

import asyncio
import logging
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

logger = logging.getLogger("dreamlab.connections")

#: Seconds that the head of a request may take.
HEAD_SECONDS = 20.0

#: Seconds in which a body may bring nothing, and an answer may go unread.
STILL_SECONDS = 40.0

#: Bytes a second that a body brings at least, on average, once those seconds are over: a tenth of
#: what a poor line of 1 Mbit/s carries.
SLOWEST = 12_000

#: Most connections. A tab has a WebSocket and up to 6 others, so that a class needs some 400.
MOST = 1000

#: Files that the process has open beside its connections, with room to spare.
_OTHER_FILES = 100

_BODY = (b"content-length", b"transfer-encoding")

_current: ContextVar["Connection | None"] = ContextVar("connection", default=None)


class Connections:
    """All connections of the server.

    Parameters
    ----------
    most : int
        Most connections at a time.
    clock : callable
        Returns the time in seconds.
    """

    def __init__(self, most: int = MOST, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self.clock = clock
        self._open: dict[Connection, None] = {}  # oldest first

    def __len__(self) -> int:
        return len(self._open)

    def mind(self, loop: asyncio.AbstractEventLoop) -> None:
        """Mind the connections of each server that the loop creates from now on."""
        create = loop.create_server

        async def minded(
            protocol_factory: Callable[[], asyncio.Protocol], *arguments: Any, **options: Any
        ) -> Any:
            return await create(lambda: Connection(protocol_factory(), self), *arguments, **options)

        loop.create_server = minded  # type: ignore[method-assign, assignment]

    def admit(self, connection: "Connection") -> None:
        """Take in a connection; close one if there are too many.

        That is one of the address that has most of them: the one that has waited longest for a
        request, else the newest. One address thus cannot keep the others out.
        """
        self._open[connection] = None
        if len(self._open) > self._most:
            self._forget_closed()
        if len(self._open) <= self._most:
            return
        counts = Counter(each.address for each in self._open)
        most = max(counts.values())
        crowd = [each for each in self._open if counts[each.address] == most]
        idle = [each for each in crowd if each.is_idle and each is not connection]
        self._close(idle[0] if idle else crowd[-1], "too many connections")

    def drop(self, connection: "Connection") -> None:
        """Forget a connection that is over."""
        self._open.pop(connection, None)

    def look(self) -> None:
        """Close the connections that take too long."""
        self._forget_closed()
        now = self.clock()
        for connection in list(self._open):
            if fault := connection.fault(now):
                self._close(connection, fault)

    def _forget_closed(self) -> None:
        # A WebSocket's end is told to its own protocol alone.
        for connection in [each for each in self._open if each.transport.is_closing()]:
            self.drop(connection)

    def _close(self, connection: "Connection", why: str) -> None:
        logger.warning(why)
        self.drop(connection)
        connection.transport.abort()


class Connection(asyncio.Protocol):
    """A connection, which passes on all it hears to the server's own protocol, and minds the time.

    Once a WebSocket is opened, the server talks past it: Streamlit's pings end a silent one.

    Parameters
    ----------
    server : asyncio.Protocol
        The server's protocol.
    connections : Connections
        All connections.
    """

    def __init__(self, server: asyncio.Protocol, connections: Connections) -> None:
        self._server = server
        self._all = connections
        self.transport: asyncio.Transport
        self.address = ""
        # Requests that are being answered, and since when none is: then a head is awaited.
        self._requests = 0
        self._head: float = connections.clock()
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
        self.address = peer[0] if isinstance(peer, tuple) else ""
        self._server.connection_made(transport)
        self._all.admit(self)

    def data_received(self, data: bytes) -> None:
        """Pass on bytes; a request that begins with them knows its connection."""
        self._heard = self._all.clock()
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
        self._all.drop(self)
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
            self._body, self._came = self._all.clock(), 0

    def complete(self) -> None:
        """Note that the body of a request is complete."""
        self._body = None

    def end(self) -> None:
        """Note that a request is answered."""
        self._requests -= 1
        self._body = None
        self._head = self._all.clock()

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


def most_connections() -> int:
    """Return how many connections the process may have, given how many files it may open."""
    if sys.platform == "win32":
        return MOST
    import resource

    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST if files == resource.RLIM_INFINITY else max(1, min(MOST, files - _OTHER_FILES))
