"""Marks of the values that ReLU lets through, for the way back: a bit each, eight in a byte.

The first of the eight is in the lowest bit. Each position has bytes of its own, so that the last
one is filled up with zeros where the channels are no multiple of eight.
"""

import numpy as np

from dreamlab.kernels.compiled import compiled

#: What a feature map is or becomes: as it is, marked by ReLU, or pooled; and the mark of a pooled
#: value that ReLU stopped.
PLAIN, MARKED, POOLED = range(3)
NONE = 4

#: What stands for marks where there are none: nobody looks at it.
NO_MARKS = np.zeros((1, 1, 1, 1), np.uint8)

#: For each byte its bits as eight bytes, 0 or 1 each, in one word.
_SPREAD = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1, bitorder="little").view(
    np.uint64
)[:, 0]

#: A product with it gathers the lowest bits of eight bytes in the highest byte.
_GATHER = np.uint64(0x0102040810204080)


def mark_bytes(channels: int) -> int:
    """Return the number of bytes that the marks of a position take."""
    return -(-channels // 8)


@compiled(inline="always")
def gather_marks(flags: np.ndarray, marks: np.ndarray) -> None:
    """Write a bit for each flag.

    Parameters
    ----------
    flags : numpy.ndarray
        uint8, shape (8 * bytes,), contiguous, at a multiple of eight bytes: 0 or 1 each.
    marks : numpy.ndarray
        uint8, shape (bytes,); written.
    """
    words = flags.view(np.uint64)
    for place in range(marks.size):
        marks[place] = np.uint8((words[place] * _GATHER) >> np.uint64(56))


@compiled(inline="always")
def spread_marks(marks: np.ndarray, flags: np.ndarray) -> None:
    """Write a flag for each bit; the reverse of `gather_marks`."""
    words = flags.view(np.uint64)
    for place in range(marks.size):
        words[place] = _SPREAD[marks[place]]
