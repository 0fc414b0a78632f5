"""Whose turn it is: few places, and visitors who each may take one at a time."""

import itertools
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from dreamlab.errors import DreamError

#: Seconds after which it no longer counts what a visitor took.
_FORGOTTEN_SECONDS = 120.0


class Turns:
    """Places in the order in which visitors came, each later by the seconds that it took of late.

    Those who took little thus go before the greedy. Newcomers, whom anybody can make without end,
    do not go before all who came earlier.

    Parameters
    ----------
    count : int
        Number of places.
    seconds : float
        Longest that a visitor waits, in seconds.
    """

    def __init__(self, count: int, seconds: float) -> None:
        self._free = list(range(count))
        self._seconds = seconds
        self._changed = threading.Condition()
        self._tickets = itertools.count()
        self._waiting: dict[int, tuple[str, float]] = {}  # whose ticket it is, and since when
        self._busy: set[str] = set()
        #: Seconds that each visitor took of late, and when the last of them ended.
        self._taken: dict[str, tuple[float, float]] = {}

    @contextmanager
    def turn(self, visitor: str) -> Iterator[int]:
        """Wait for a turn of a visitor, and yield the number of its place.

        Raises
        ------
        DreamError
            If there is none in time.
        """
        place = self._take(visitor)
        start = time.monotonic()
        try:
            yield place
        finally:
            self._give(visitor, place, start)

    def _take(self, visitor: str) -> int:
        with self._changed:
            ticket = next(self._tickets)
            self._waiting[ticket] = visitor, time.monotonic()
            try:
                if not self._changed.wait_for(lambda: self._is_next(ticket), self._seconds):
                    raise DreamError(
                        "as many pictures are being read as the page can; try again in a minute"
                    )
                self._busy.add(visitor)
                return self._free.pop()
            finally:
                del self._waiting[ticket]
                self._changed.notify_all()  # a place may be left for another

    def _give(self, visitor: str, place: int, start: float) -> None:
        with self._changed:
            now = time.monotonic()
            for name, (_, last) in list(self._taken.items()):
                if now - last > _FORGOTTEN_SECONDS:
                    del self._taken[name]
            self._taken[visitor] = self._of_late(visitor) + now - start, now
            self._busy.discard(visitor)
            self._free.append(place)
            self._changed.notify_all()

    def _is_next(self, ticket: int) -> bool:
        ready = [
            (since + self._of_late(visitor), number)
            for number, (visitor, since) in self._waiting.items()
            if visitor not in self._busy
        ]
        return bool(self._free) and bool(ready) and min(ready)[1] == ticket

    def _of_late(self, visitor: str) -> float:
        return self._taken.get(visitor, (0.0, 0.0))[0]
