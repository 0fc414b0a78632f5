"""The visits of this server: each visitor's jobs, by name; pictures stay with the backend.

A visit has an unguessable name, which is part of the address: a reloaded page finds its dreams by
that name. Only the same browser finds them, so a shared address shows nobody's pictures.
"""

from collections.abc import Callable

from dreamlab.ui.session.recent import Recent
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
        self._recent = Recent[Visit](max_seconds)

    def find(self, name: str, browser: str) -> Visit | None:
        """Return the visit of that name and browser; None for a browser without the cookie."""
        visit = self._recent.get(name)
        return visit if visit is not None and browser and visit.browser == browser else None

    def in_frame(self, frame: str, browser: str) -> Visit | None:
        """Return the browser's latest visit that began in a frame with that query, or None."""
        visits = reversed(self.of(browser) if frame else [])
        return next((visit for visit in visits if visit.frame == frame), None)

    def of(self, browser: str) -> list[Visit]:
        """Return the visits of a browser; none of one without the cookie."""
        return [visit for visit in self._recent.all() if browser and visit.browser == browser]

    def touch(self, visit: Visit) -> None:
        """Renew the time of a visit."""
        self._recent.touch(visit.name)

    def add(self, visit: Visit, busy: Callable[[Visit], bool]) -> None:
        """Store a visit; drop the oldest visits, except busy ones."""
        self._recent.keep(visit.name, lambda: visit, MAX_VISITS, busy)
