"""Notices on an event loop: who waits for one, and who wakes them."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator


class Notifier:
    """Wakes all who wait. Who takes `next` before looking around misses no notice."""

    def __init__(self) -> None:
        self.next = asyncio.Event()

    def notify(self) -> None:
        """Wake those who wait now; who waits from now on waits for the next notice."""
        self.next.set()
        self.next = asyncio.Event()


class Bell:
    """Wakes all who wait on an event loop, from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}

    def ring(self) -> None:
        """Wake those who listen."""
        with self._lock:
            for event, loop in self._waiting.items():
                with contextlib.suppress(RuntimeError):  # the loop is closed
                    loop.call_soon_threadsafe(event.set)

    @contextlib.contextmanager
    def heard(self) -> Iterator[asyncio.Event]:
        """Give an event that is set when it rings, from now on."""
        event = asyncio.Event()
        with self._lock:
            self._waiting[event] = asyncio.get_running_loop()
        try:
            yield event
        finally:
            with self._lock:
                del self._waiting[event]


async def wait_any(notice: asyncio.Event, seconds: float, *others: asyncio.Future) -> None:
    """Wait for a notice, for one of the others, or until so many seconds have passed."""
    noticed = asyncio.ensure_future(notice.wait())
    try:
        await asyncio.wait({noticed, *others}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        noticed.cancel()
