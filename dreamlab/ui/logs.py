"""The log, bounded: what strangers cause is counted, and a fault that repeats is said once."""

import logging
import re
import sys
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType

#: Seconds after which what was counted is said.
MINUTE = 60.0

#: Seconds after which a fault that repeats has its trace again.
_HOUR = 3600.0

#: Most records of a kind in a minute: of the line that each dream has, and of any other.
_LINES, _OTHERS = 60, 1

#: Most kinds of records, and most characters of one and of its trace.
_KINDS, _LENGTH, _TRACE = 100, 500, 8000

#: What strangers cause: a record's logger, what it says with its exception, and what it counts as.
_STRANGE = (
    ("uvicorn", r"Invalid HTTP request|\bLocalProtocolError:", "requests that are not HTTP"),
    ("uvicorn", r"upgrade request|No supported WebSocket", "requests for another protocol"),
    ("uvicorn", r"\bClientDisconnect:", "uploads that broke off"),
    ("uvicorn", r"\bWebSocketDisconnected:", "WebSockets that broke off"),
    ("python_multipart", "", "garbled uploads"),
    ("streamlit", "^Upload rejected", "garbled uploads"),
    ("streamlit", "^Rejecting WebSocket|^Ignoring reconnect", "refused sessions"),
    ("streamlit", "^Session with id .* is already connected", "sessions taken up twice"),
    ("streamlit", "^Ignoring query string|^The fragment with id", "requests for what is not there"),
    ("streamlit", "^Client WebSocket message size", "messages that are not the page's"),
    ("dreamlab.messages", "", "messages that are not the page's"),
    ("dreamlab.connections", "", "closed connections"),
)

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]")

#: What says what was counted; it is not counted itself.
_teller = logging.getLogger("dreamlab.log")

_Trace = tuple[type[BaseException], BaseException, TracebackType | None]


@dataclass
class _Kind:
    """Records from the same place.

    Parameters
    ----------
    text : str
        What the first one said.
    most : int
        How many are written in a minute.
    is_told : bool
        Whether it is said how many more there were; nobody asked for what is only informative.
    count : int
        How many came in this minute.
    traced : float
        When one was written with its trace.
    """

    text: str
    most: int
    is_told: bool
    count: int = 0
    traced: float = float("-inf")


class Bound(logging.Filter):
    """Filter of loggers, which counts what is not to be written.

    Parameters
    ----------
    clock : callable
        Returns the time in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._strange = Counter[str]()
        self._kinds: dict[tuple[str, ...], _Kind] = {}
        # Reentrant, as a signal or the garbage collector may log in the midst of it.
        self._lock = threading.RLock()

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether a record is written; shorten it, and take the trace if it had one."""
        if record.name == _teller.name:
            return True
        if record.name.startswith("uvicorn") and record.levelno < logging.WARNING:
            return False  # each address that is asked for, with the names of visits
        fault, text = _exception(record), _plain(_message(record), _LENGTH)
        said = text if fault is None else f"{text}: {_said(fault)}"
        for name, pattern, words in _STRANGE:
            if record.name.startswith(name) and re.search(pattern, said):
                with self._lock:
                    self._strange[words] += 1
                return False
        with self._lock:
            kind = self._kind(record, fault, said)
            kind.count += 1
            if kind.count > kind.most:
                return False
            record.msg, record.args = text, ()
            record.__dict__.pop("color_message", None)  # uvicorn's, which would be written instead
            if fault is not None:
                now = self._clock()
                if now - kind.traced < _HOUR:
                    record.msg, record.exc_info, record.exc_text = said, None, None
                else:
                    kind.traced = now
                    trace = "".join(traceback.format_exception(*fault))[-_TRACE:].rstrip()
                    record.exc_text = _without_control(trace)
        return True

    def tell(self) -> None:
        """Say what was counted since this was last asked for, in one line or few."""
        with self._lock:
            strange, self._strange = self._strange, Counter()
            more = [
                (kind.count - kind.most, kind.text)
                for kind in self._kinds.values()
                if kind.is_told and kind.count > kind.most
            ]
            for kind in self._kinds.values():
                kind.count = 0
        if strange:
            counts = ", ".join(f"{count} {words}" for words, count in strange.most_common())
            _teller.info("dropped within a minute: %s", counts)
        for count, text in more:
            _teller.info("%d more within a minute: %s", count, text)

    def _kind(self, record: logging.LogRecord, fault: _Trace | None, said: str) -> _Kind:
        key: tuple[str, ...] = (record.name, record.pathname, str(record.lineno))
        if fault is not None:
            key += (fault[0].__qualname__, _place(fault))
        if key not in self._kinds and len(self._kinds) >= _KINDS:
            key, said = ("",), "other faults"
        ours = record.name.startswith("dreamlab")
        most = _LINES if ours and fault is None else _OTHERS
        is_told = ours or record.levelno >= logging.WARNING
        return self._kinds.setdefault(key, _Kind(said, most, is_told))


@contextmanager
def bounded(bound: Bound) -> Iterator[None]:
    """Bound what all loggers write, with warnings and the faults of threads among it."""
    before = logging.getLoggerClass()

    class Bounded(before):  # type: ignore[valid-type, misc]
        """A logger that is made later."""

        def __init__(self, name: str, level: int = logging.NOTSET) -> None:
            super().__init__(name, level)
            self.addFilter(bound)

    faults = logging.getLogger("dreamlab.faults")

    def of_thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            trace = (args.exc_type, args.exc_value, args.exc_traceback)
            faults.error("a thread failed", exc_info=trace)

    def of_nobody(args: "sys.UnraisableHookArgs") -> None:
        if args.exc_value is not None:
            trace = (args.exc_type, args.exc_value, args.exc_traceback)
            faults.error("what nobody waits for failed", exc_info=trace)

    hooks = threading.excepthook, sys.unraisablehook
    logging.setLoggerClass(Bounded)
    logging.captureWarnings(True)
    threading.excepthook, sys.unraisablehook = of_thread, of_nobody
    for logger in _loggers():
        logger.addFilter(bound)
    try:
        yield
    finally:
        threading.excepthook, sys.unraisablehook = hooks
        logging.captureWarnings(False)
        logging.setLoggerClass(before)
        for logger in _loggers():
            logger.removeFilter(bound)
        bound.tell()


def _loggers() -> list[logging.Logger]:
    """Return all loggers there are."""
    named = list(logging.root.manager.loggerDict.values())  # other threads may make some
    return [logging.root, *(each for each in named if isinstance(each, logging.Logger))]


def _exception(record: logging.LogRecord) -> _Trace | None:
    info = record.exc_info
    return None if not isinstance(info, tuple) or info[0] is None else info


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception:  # its words do not fit: no reason to fail for who logs it
        return str(record.msg)


def _said(fault: _Trace) -> str:
    try:
        text = str(fault[1])
    except Exception:
        text = "<exception str() failed>"  # as in a trace
    return _plain(f"{fault[0].__name__}: {text}", _LENGTH)


def _place(fault: _Trace) -> str:
    """Return where an exception was raised."""
    trace = fault[2]
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "" if trace is None else f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"


def _plain(text: str, most: int) -> str:
    """Return a text in one line without control characters, cut to so many characters."""
    text = text[: most + 1].strip()
    cut = text[:most] + "…" if len(text) > most else text
    return _without_control(cut.replace("\n", " "))


def _without_control(text: str) -> str:
    return _CONTROL.sub(lambda found: repr(found[0])[1:-1], text)
