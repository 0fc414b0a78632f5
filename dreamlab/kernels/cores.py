"""Shares the work of a kernel over the cores of the process.

Compiled code runs without Python's lock, so that plain threads are enough. They are few, live as
long as the process and serve all callers: networks that dream at the same time take no more cores
than there are. (Numba's own threads tolerate a single caller at a time in their default form, and
make the kernels take twice as long to compile.)
"""

import functools
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

import numba
import numpy as np

#: Bytes at which arrays begin: a cache line, and what TensorFlow takes over without a copy.
_ALIGNMENT = 64

Answer = TypeVar("Answer")

_mine = threading.local()

_lending = threading.Lock()
_large = np.empty(0, np.float32)


def cores() -> int:
    """Return the number of cores that the process may run on, as Numba counts them."""
    return numba.config.NUMBA_NUM_THREADS


@functools.cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(cores(), "dreamlab-kernel")


def share(work: Callable[..., Answer], pieces: Iterable[tuple[Any, ...]]) -> list[Answer]:
    """Call a function for each piece of work, on all cores; the next free core takes the next.

    Parameters
    ----------
    work : callable
        It releases Python's lock for most of its time.
    pieces : iterable of tuple
        The arguments of each call.

    Returns
    -------
    list
        The answers, in the order of the pieces.
    """
    arguments = list(pieces)
    if len(arguments) == 1:
        return [work(*arguments[0])]
    return list(_threads().map(lambda piece: work(*piece), arguments))


def scratch(size: int) -> np.ndarray:
    """Return memory that belongs to the calling thread until it asks again.

    Parameters
    ----------
    size : int
        Number of values.

    Returns
    -------
    numpy.ndarray
        float32, shape (size,), with whatever it held before.
    """
    held = getattr(_mine, "held", None)
    if held is None or held.size < size:
        held = _mine.held = aligned((size,))
    return held[:size]


@contextmanager
def lent(size: int) -> Iterator[np.ndarray]:
    """Lend large memory that the process has once; who comes while it is lent gets some anew.

    Parameters
    ----------
    size : int
        Number of values.

    Yields
    ------
    numpy.ndarray
        float32, shape (size,), with whatever it held before.
    """
    global _large
    if not _lending.acquire(blocking=False):
        yield aligned((size,))
        return
    try:
        if _large.size < size:
            _large = aligned((size,))
        yield _large[:size]
    finally:
        _lending.release()


def aligned(shape: tuple[int, ...], dtype: np.typing.DTypeLike = np.float32) -> np.ndarray:
    """Return a new array that begins at a cache line; its values are not set."""
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    buffer = np.empty(size + _ALIGNMENT, np.uint8)
    start = -buffer.ctypes.data % _ALIGNMENT
    return buffer[start : start + size].view(dtype).reshape(shape)


def cuts(count: int, parts: int) -> list[tuple[int, int]]:
    """Cut a number of things into parts of about the same size: first and last, exclusive."""
    parts = min(parts, count)
    ends = [count * number // parts for number in range(parts + 1)] if parts else []
    return list(zip(ends, ends[1:], strict=False))
