"""What the machine has."""

import contextlib
from pathlib import Path

import psutil

#: Where Linux says how much a container may take, in its second and first version.
_LIMIT_FILES = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)

#: Memory of the machine, in bytes, from which half a gigabyte of it may be spent on speed.
_MUCH = 8e9


def machine_memory() -> float:
    """Return the bytes of memory that the machine has, or its container may take."""
    limits = [float(psutil.virtual_memory().total)]
    for file in _LIMIT_FILES:
        with contextlib.suppress(OSError, ValueError):  # not there, or "max"
            limits.append(float(file.read_text()))
    return min(limits)


def has_much_memory() -> bool:
    """Return whether the machine has memory to spare for speed."""
    return machine_memory() >= _MUCH
