"""What analyses share, kept for a while: a picture's dreams are dreamt once for all of them."""

import threading
from collections import OrderedDict
from collections.abc import Hashable

from dreamlab.analysis.base import Item


class Kept:
    """A cache of items, bounded in memory and in time.

    Nothing is left of a picture when the time is over, whether or not anything else is asked for.

    Parameters
    ----------
    max_bytes : int
        Most bytes of all pictures; the item that was used least recently goes first.
    seconds : float
        How long an item is kept at most, in seconds: all are dropped this long after the first.
    """

    def __init__(self, max_bytes: int, seconds: float) -> None:
        self._max_bytes = max_bytes
        self._seconds = seconds
        self._items: OrderedDict[Hashable, Item] = OrderedDict()
        self._lock = threading.Lock()
        self._end: threading.Timer | None = None

    def get(self, key: Hashable) -> Item | None:
        """Return the item of a key, or None."""
        with self._lock:
            if key in self._items:
                self._items.move_to_end(key)
            return self._items.get(key)

    def put(self, key: Hashable, item: Item) -> None:
        """Keep an item that is finished."""
        with self._lock:
            self._items[key] = item
            self._items.move_to_end(key)
            while sum(map(_nbytes, self._items.values())) > self._max_bytes:
                self._items.popitem(last=False)
            if self._end is None:
                self._end = threading.Timer(self._seconds, self.clear)
                self._end.daemon = True
                self._end.start()

    def clear(self) -> None:
        """Drop everything."""
        with self._lock:
            self._items.clear()
            if self._end is not None:
                self._end.cancel()
                self._end = None


def _nbytes(item: Item) -> int:
    return 0 if item.picture is None else item.picture.nbytes


#: The dreams of the process's last analyses.
DREAMS = Kept(max_bytes=64_000_000, seconds=600)
