"""What the machine has, or the container that the process is in."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

#: Memory of the machine, in bytes, from which half a gigabyte of it may be spent on speed.
_MUCH = 8e9


@dataclass(frozen=True)
class _Group:
    """The files in which Linux says what a container may take, and takes.

    Parameters
    ----------
    limit, used, parts : str
        Paths below `_ROOT`: the bytes it may take, those it takes, and what they are of.
    cache : str
        The part that is files which were read: Linux lets go of them first.
    """

    limit: str
    used: str
    parts: str
    cache: str

    def read(self) -> tuple[float, float] | None:
        """Return the bytes that it may take, and those that it takes for good; None if no limit."""
        try:
            limit = float((_ROOT / self.limit).read_text())
        except (OSError, ValueError):  # not there, or "max"
            return None
        used = cache = 0.0
        with contextlib.suppress(OSError, ValueError):
            used = float((_ROOT / self.used).read_text())
            lines = (_ROOT / self.parts).read_text().splitlines()
            cache = float(dict(line.split() for line in lines).get(self.cache, 0))
        return limit, max(0.0, used - cache)


_ROOT = Path("/sys/fs/cgroup")

#: In the second version of control groups, and in the first.
_GROUPS = (
    _Group("memory.max", "memory.current", "memory.stat", "inactive_file"),
    _Group(
        "memory/memory.limit_in_bytes",
        "memory/memory.usage_in_bytes",
        "memory/memory.stat",
        "total_inactive_file",
    ),
)


def machine_memory() -> float:
    """Return the bytes of memory that the machine has, or its container may take."""
    return min([float(psutil.virtual_memory().total), *(limit for limit, _ in _containers())])


def free_memory() -> float:
    """Return the bytes of memory that are free on the machine, and in its container."""
    free = float(psutil.virtual_memory().available)
    return max(0.0, min([free, *(limit - used for limit, used in _containers())]))


def _containers() -> Iterator[tuple[float, float]]:
    yield from filter(None, (group.read() for group in _GROUPS))


def has_much_memory() -> bool:
    """Return whether the machine has memory to spare for speed."""
    return machine_memory() >= _MUCH
