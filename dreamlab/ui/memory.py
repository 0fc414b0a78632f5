"""The page's memory: what is free in the process goes back to the machine."""

import ctypes
import gc
import sys
from collections.abc import Callable
from functools import cache

#: glibc's names of what `mallopt` sets (malloc.h), and what the page sets: uploads and pictures are
#: mapped each on its own and go at once, and threads share two arenas, of which each keeps its top.
_MMAP_THRESHOLD, _ARENA_MAX = -3, -8
_MAPPED_FROM = 256 * 1024
_ARENAS = 2


def settle() -> None:
    """Set how the C library keeps free memory; does nothing where it is not glibc."""
    if (set_option := _of_glibc("mallopt")) is not None:
        set_option(_MMAP_THRESHOLD, _MAPPED_FROM)
        set_option(_ARENA_MAX, _ARENAS)


def give_back() -> None:
    """Collect what is unreachable, and give free memory back to the machine."""
    gc.collect()
    if (trim := _of_glibc("malloc_trim")) is not None:
        trim(0)


@cache
def _of_glibc(name: str) -> Callable[..., int] | None:
    if not sys.platform.startswith("linux"):
        return None
    return getattr(ctypes.CDLL(None), name, None)
