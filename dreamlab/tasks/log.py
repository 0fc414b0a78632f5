"""The events of one run, in order and bounded in bytes."""

import math
import threading
from collections.abc import Iterable
from typing import TypeVar

from dreamlab.results.frame import Frame, rounded, surplus
from dreamlab.tasks.events import Checkpoint, Event, Place, Preview, nbytes

#: Of these the last alone says anything.
_REPLACED = (Checkpoint, Place, Preview)

_E = TypeVar("_E")

#: An event and its number in the log.
Numbered = tuple[int, Event]


class EventLog:
    """An append-only log, safe to use from any thread; each event has a number, from 0.

    A preview, place or checkpoint replaces the one before it. Of frames that do not fit
    `Frame.exact` goes first; then they are left out as `dreamlab.results.recording.surplus` says.

    Parameters
    ----------
    max_bytes : float
        Most bytes of frames.
    events : iterable of Event
        Its first events.

    Attributes
    ----------
    dropped : int
        Number of frames that did not fit.
    """

    def __init__(self, max_bytes: float, events: Iterable[Event] = ()) -> None:
        self.dropped = 0
        self._max_bytes = max_bytes
        self._events: dict[int, Event] = {}
        self._last: dict[type, int] = {}  # number of the last event of a kind that is replaced
        self._bytes: dict[int, int] = {}  # of each frame, by its number
        self._total = 0
        self._length = 0
        self._lock = threading.Lock()
        for event in events:
            self.append(event)

    def __len__(self) -> int:
        """Return the number of events ever appended, which is the next one's number."""
        return self._length

    @property
    def events(self) -> tuple[Event, ...]:
        """The events that are kept, in order."""
        with self._lock:
            return tuple(self._events.values())

    def last(self, kind: type[_E]) -> _E | None:
        """Return the last event of a kind, or None."""
        matches = [event for event in self.events if isinstance(event, kind)]
        return matches[-1] if matches else None

    def append(self, event: Event) -> None:
        """Add an event behind all others."""
        with self._lock:
            if isinstance(event, _REPLACED):
                self._events.pop(self._last.get(type(event), -1), None)
                self._last[type(event)] = self._length
            self._events[self._length] = event
            self._length += 1
            if isinstance(event, Frame):
                self._bytes[self._length - 1] = event.nbytes
                self._total += event.nbytes
                self._fit()

    def since(self, number: int, max_bytes: float = math.inf) -> tuple[Numbered, ...]:
        """Return the events from a number on, and forget those before it.

        Parameters
        ----------
        number : int
            Number of the first event.
        max_bytes : float
            Bytes of pictures after which the answer ends; it has an event at least.
        """
        with self._lock:
            for known in [known for known in self._events if known < number]:
                del self._events[known]
                self._total -= self._bytes.pop(known, 0)
            events, size = list(self._events.items()), 0
            for count, (_, event) in enumerate(events, 1):
                size += nbytes(event)
                if size > max_bytes:
                    return tuple(events[:count])
            return tuple(events)

    def _fit(self) -> None:
        if self._total <= self._max_bytes:
            return
        numbers = list(self._bytes)
        frames = rounded(
            [event for event in self._events.values() if isinstance(event, Frame)], self._max_bytes
        )
        for number, frame in zip(numbers, frames, strict=True):
            self._events[number] = frame
            self._total += frame.nbytes - self._bytes[number]
            self._bytes[number] = frame.nbytes
        for place in surplus(frames, self._max_bytes):
            del self._events[numbers[place]]
            self._total -= self._bytes.pop(numbers[place])
            self.dropped += 1
