"""How kernels are compiled: without Python's lock, and kept on disk where that is possible."""

import functools
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from numba import njit


@functools.cache
def _version() -> str:
    """Return a checksum of this folder's sources."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def compiled(**options: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator that compiles a function when it is first called.

    The machine code is kept beside the module, else in ``NUMBA_CACHE_DIR`` or the user's cache
    folder; where nothing can be written, each process compiles anew.

    Parameters
    ----------
    **options
        Options of `numba.njit`.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        # Numba compiles anew when a function's own file changes, and not when one does whose
        # functions it calls: the name that it looks for on disk has the version of all of them.
        function.__qualname__ += f"_{_version()}"
        try:
            return njit(nogil=True, cache=True, **options)(function)
        except RuntimeError:  # Numba finds no folder to write to
            return njit(nogil=True, **options)(function)

    return decorate
