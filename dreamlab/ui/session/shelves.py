"""The shelves of this server: what each browser has dreamt, as far as the backend still keeps it.

A shelf holds names and settings; pictures stay with the backend. Only the browser's cookie opens
it.
"""

import threading
import time
from collections.abc import Callable, Collection
from typing import NamedTuple

from dreamlab.ui.session.recent import Recent
from dreamlab.ui.session.visitors import Batch, Run, connected

#: Most dreams of a browser, and most shelves; the oldest are dropped first.
MAX_DREAMS = 60
MAX_SHELVES = 500

#: Most names of dreams that went, which are told.
_MOST_GONE = MAX_DREAMS


class Gone(NamedTuple):
    """A dream that is no longer kept: its name, and when that was noticed (`time.time`)."""

    name: str
    when: float


class Shelf:
    """The dreams of a browser; safe to use from the threads of all its tabs.

    Attributes
    ----------
    sessions : set of str
        Streamlit's session names of the browser's tabs.
    """

    def __init__(self) -> None:
        self.sessions: set[str] = set()
        self._batches: tuple[Batch, ...] = ()
        self._gone: tuple[Gone, ...] = ()
        self._thumbnails: dict[str, bytes] = {}
        self._lock = threading.Lock()

    @property
    def batches(self) -> tuple[Batch, ...]:
        """What was sent off, the newest first."""
        return self._batches[::-1]

    @property
    def jobs(self) -> list[str]:
        """The jobs of all dreams, the oldest first."""
        return [run.job for run in self._runs()]

    def _runs(self) -> list[Run]:
        return [run for batch in self._batches for run in batch.runs]

    def add(self, batch: Batch, active: Callable[[str], bool]) -> list[str]:
        """Put a batch on the shelf; return the jobs of the dreams dropped for it.

        Parameters
        ----------
        batch : Batch
            What was sent off.
        active : callable
            Says whether a job waits or runs: those stay.
        """
        with self._lock:
            runs = self._runs()
            over = max(0, len(runs) + len(batch.runs) - MAX_DREAMS)
            dropped = [run.job for run in runs if not active(run.job)][:over]
            self._batches += (batch,)
            self._let_go(dropped)
        return dropped

    def let_go(self, jobs: Collection[str]) -> None:
        """Note that some dreams are no longer kept; their names are told for a while."""
        with self._lock:
            self._let_go(jobs)

    def _let_go(self, jobs: Collection[str]) -> None:
        now = time.time()
        gone = [Gone(run.name, now) for run in self._runs() if run.job in jobs]
        self._gone = (*self._gone, *gone)[-_MOST_GONE:]
        self._remove(jobs)

    def remove(self, jobs: Collection[str]) -> None:
        """Take dreams off the shelf without a word."""
        with self._lock:
            self._remove(jobs)

    def _remove(self, jobs: Collection[str]) -> None:
        if jobs:
            left = (batch.without(jobs) for batch in self._batches)
            self._batches = tuple(batch for batch in left if batch.runs)
            for job in jobs:
                self._thumbnails.pop(job, None)

    def gone(self, since: float) -> list[str]:
        """Return the names of the dreams that went since a time, the latest first."""
        return [each.name for each in reversed(self._gone) if each.when >= since]

    def tell_no_more(self) -> None:
        """Forget the names of the dreams that went."""
        self._gone = ()

    def thumbnail(self, job: str, make: Callable[[], bytes]) -> bytes:
        """Return the small picture of a dream that has ended, which is made once."""
        known = self._thumbnails.get(job)
        if known is None:
            known = make()
            with self._lock:
                if job in self.jobs:  # else it was deleted meanwhile, in another tab
                    self._thumbnails[job] = known
        return known

    def is_connected(self) -> bool:
        """Return whether a tab of the browser is connected."""
        return connected(self.sessions)


class Shelves:
    """The shelves of the browsers that have dreamt.

    Parameters
    ----------
    max_seconds : float
        Longest time that a shelf stays after its last `touch`, in seconds.
    """

    def __init__(self, max_seconds: float) -> None:
        self._recent = Recent[Shelf](max_seconds)

    def find(self, browser: str) -> Shelf | None:
        """Return the shelf of a browser, by its cookie; None where nothing was dreamt."""
        return self._recent.get(browser) if browser else None

    def touch(self, browser: str) -> None:
        """Renew the time of a shelf, if there is one."""
        self._recent.touch(browser)

    def made(self, browser: str, busy: Callable[[Shelf], bool]) -> Shelf:
        """Return the shelf of a browser, a new one if need be; drop the oldest, but busy ones.

        Parameters
        ----------
        browser : str
            Its cookie, not empty.
        busy : callable
            Says whether a shelf has dreams that wait or run.
        """
        return self._recent.keep(browser, Shelf, MAX_SHELVES, busy)
