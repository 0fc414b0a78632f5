"""Sessions whose tab is closed: what they hold goes by a timer.

Streamlit keeps a session that is disconnected, as its tab may come back, until another session is:
on a quiet server that is never. Beyond 128 it drops the oldest without closing them, and the
pictures that they showed stay.
"""

import math
import time
from collections.abc import Callable

from streamlit.runtime import Runtime
from streamlit.runtime.caching.ttl_cache import TTLCache
from streamlit.runtime.memory_session_storage import MemorySessionStorage

from dreamlab.ui.session import uploads

#: Most sessions that are away; those that left first are closed before their time.
MOST_AWAY = 128


class Departed:
    """The sessions that are known, and since when those are away that are.

    Parameters
    ----------
    seconds : float
        Time after which a session that is away is closed, in seconds.
    clock : callable
        Returns the time in seconds.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._away: dict[str, float] = {}

    def look(self, server: Runtime) -> int:
        """Close the sessions that are away for too long, and return how many.

        Call it in the server's event loop.
        """
        _drop_none(server)
        now = self._clock()
        known = sessions(server)
        away = {name for name in known if not server.is_active_session(name)}
        self._away = {name: self._away.get(name, now) for name in away}
        first = sorted(self._away, key=self._away.__getitem__)
        over = len(first) - MOST_AWAY
        gone = [
            name
            for number, name in enumerate(first)
            if number < over or now - self._away[name] >= self._seconds
        ]
        for name in gone:
            server.close_session(name)
            uploads.forget(name)  # one may have come after the end
        return len(gone)


def _drop_none(server: Runtime) -> None:
    """Have Streamlit keep all sessions that are away, until they are closed."""
    storage = getattr(server._session_mgr, "_session_storage", None)
    cache = storage._cache if isinstance(storage, MemorySessionStorage) else None
    if isinstance(cache, TTLCache):
        cache._maxsize = math.inf


def sessions(server: Runtime) -> set[str]:
    """Return the names of all sessions of which Streamlit holds anything."""
    listed = {info.session.id for info in server._session_mgr.list_sessions()}
    return listed | uploads.sessions()
