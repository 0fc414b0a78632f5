"""What was touched lately, by name: bounded in number and age."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

_T = TypeVar("_T")


class Recent(Generic[_T]):
    """Things by name, those touched last at the end; safe to use from several threads.

    Parameters
    ----------
    max_seconds : float
        Longest time that a thing stays after it was last touched, in seconds.
    """

    def __init__(self, max_seconds: float) -> None:
        self._max_seconds = max_seconds
        self._things: OrderedDict[str, tuple[_T, float]] = OrderedDict()
        self._lock = threading.RLock()

    def get(self, name: str) -> _T | None:
        """Return a thing, or None."""
        with self._lock:
            thing, _ = self._things.get(name, (None, 0.0))
        return thing

    def all(self) -> list[_T]:
        """Return all things, those touched last at the end."""
        with self._lock:
            return [thing for thing, _ in self._things.values()]

    def touch(self, name: str) -> None:
        """Renew the time of a thing, if it is there."""
        with self._lock:
            if name in self._things:
                self._renew(name, self._things[name][0])

    def keep(self, name: str, make: Callable[[], _T], most: int, busy: Callable[[_T], bool]) -> _T:
        """Return the thing of a name, made if need be; drop the oldest, but busy ones.

        Parameters
        ----------
        name : str
            Its name.
        make : callable
            Returns it, where it is not there.
        most : int
            Most things.
        busy : callable
            Says whether a thing has to stay.
        """
        with self._lock:
            thing = self._things[name][0] if name in self._things else make()
            self._renew(name, thing)
            over, now = len(self._things) - most, time.monotonic()
            for other, (old, last) in list(self._things.items()):
                if over <= 0 and now - last <= self._max_seconds:
                    break
                if old is not thing and not busy(old):
                    del self._things[other]
                    over -= 1
            return thing

    def _renew(self, name: str, thing: _T) -> None:
        self._things[name] = thing, time.monotonic()
        self._things.move_to_end(name)
