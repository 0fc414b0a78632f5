"""The visits of this server: each visitor's jobs, by name; pictures stay with the backend.

A visit has an unguessable name, which is part of the address: a reloaded page finds its dreams by
that name. Only the same browser finds them, so a shared address shows nobody's pictures.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from dreamlab.ui.session.visitors import Visit

#: Most visits; the oldest are dropped first.
MAX_VISITS = 500


class Visits:
    """The visits of this server that have jobs.

    Parameters
    ----------
    max_seconds : float
        Longest time that a visit stays after its last `touch`, in seconds.
    """

    def __init__(self, max_seconds: float) -> None:
        self._max_seconds = max_seconds
        self._visits: OrderedDict[str, tuple[Visit, float]] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, name: str, browser: str) -> Visit | None:
        """Return the visit of that name and browser; None for a browser without the cookie."""
        with self._lock:
            visit, _ = self._visits.get(name, (None, 0.0))
        return visit if visit is not None and browser and visit.browser == browser else None

    def in_frame(self, frame: str, browser: str) -> Visit | None:
        """Return the browser's latest visit that began in a frame with that query, or None."""
        with self._lock:
            visits = [visit for visit, _ in self._visits.values() if frame and browser]
        found = (
            visit for visit in reversed(visits) if (visit.frame, visit.browser) == (frame, browser)
        )
        return next(found, None)

    def of(self, browser: str) -> list[Visit]:
        """Return the visits of a browser; none of one without the cookie."""
        with self._lock:
            visits = [visit for visit, _ in self._visits.values()]
        return [visit for visit in visits if browser and visit.browser == browser]

    def touch(self, visit: Visit) -> None:
        """Renew the time of a visit."""
        with self._lock:
            if visit.name in self._visits:
                self._visits[visit.name] = visit, time.monotonic()
                self._visits.move_to_end(visit.name)

    def add(self, visit: Visit, busy: Callable[[Visit], bool]) -> None:
        """Store a visit; drop the oldest visits, except busy ones."""
        with self._lock:
            now = time.monotonic()
            self._visits[visit.name] = visit, now
            self._visits.move_to_end(visit.name)
            over = len(self._visits) - MAX_VISITS
            for name, (old, last) in list(self._visits.items()):
                if over <= 0 and now - last <= self._max_seconds:
                    break
                if old is not visit and not busy(old):
                    del self._visits[name]
                    over -= 1
