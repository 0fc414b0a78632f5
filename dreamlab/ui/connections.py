"""All connections of the server, so many and no more.

Whoever opens many connections and says little on each would keep all others out.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import psutil

from dreamlab.ui.connection import Connection

logger = logging.getLogger("dreamlab.connections")

#: Most connections. A tab has a WebSocket and up to 6 others, so that a class needs some 400.
MOST = 1000

#: Files that the process has open beside its connections, with room to spare.
_OTHER_FILES = 100


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
        self._clock = clock
        self._open: dict[Connection, None] = {}  # oldest first

    def __len__(self) -> int:
        return len(self._open)

    def mind(self, loop: asyncio.AbstractEventLoop) -> None:
        """Mind the connections of each server that the loop creates from now on."""
        create = loop.create_server

        async def minded(
            protocol_factory: Callable[[], asyncio.Protocol], *arguments: Any, **options: Any
        ) -> Any:
            def connection() -> Connection:
                return Connection(protocol_factory(), self._clock, self.admit, self.drop)

            return await create(connection, *arguments, **options)

        loop.create_server = minded  # type: ignore[method-assign, assignment]

    def admit(self, connection: Connection) -> None:
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

    def drop(self, connection: Connection) -> None:
        """Forget a connection that is over."""
        self._open.pop(connection, None)

    def look(self) -> None:
        """Close the connections that take too long."""
        self._forget_closed()
        now = self._clock()
        for connection in list(self._open):
            if fault := connection.fault(now):
                self._close(connection, fault)

    def _forget_closed(self) -> None:
        # A WebSocket's end is told to its own protocol alone.
        for connection in [each for each in self._open if each.transport.is_closing()]:
            self.drop(connection)

    def _close(self, connection: Connection, why: str) -> None:
        logger.warning(why)
        self.drop(connection)
        connection.transport.abort()


def most_connections() -> int:
    """Return how many connections the process may have, given how many files it may open."""
    if not hasattr(psutil, "RLIMIT_NOFILE"):  # Linux and FreeBSD say it
        return MOST
    files, _ = psutil.Process().rlimit(psutil.RLIMIT_NOFILE)
    return MOST if files == psutil.RLIM_INFINITY else max(1, min(MOST, files - _OTHER_FILES))
