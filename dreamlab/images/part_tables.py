"""Counts what the tables of a TIFF or AVIF file list, before a decoder sees it."""

import struct
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from dreamlab.images.avif_colour import boxes

#: First bytes of TIFF files.
TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")

#: Most tags of a TIFF, and most strips or tiles: rows of a picture 20,000 px high.
MOST_TAGS, MOST_BLOCKS = 2000, 20_000

#: How many times the strips or tiles may be as large as the file: some files share equal tiles.
_SHARED = 4

#: Bytes that the strips or tiles of any file may have.
_FEW = 2**24

#: Most bytes of the tables of an AVIF: decoders look through all of them for each entry. Those of a
#: picture of 100 megapixels in tiles take 10 kB, those of 5,000 frames 40 kB.
MOST_TABLES = 2**17

#: Tags of a TIFF with the places and the sizes of strips and of tiles, and codes of their types.
_PLACES, _SIZES = (273, 324), (279, 325)
_TYPES = {3: "u2", 4: "u4", 13: "u4", 16: "u8"}

#: Boxes of an AVIF with tables, and those within that hold pixels and a profile.
_META, _MOVIE, _WITHIN = b"meta", b"moov", (b"iprp", b"ipco")
_CONTENT = (b"idat", b"colr")


class Counted(NamedTuple):
    """How many parts of a kind there are, what they are, and how many are read."""

    number: int
    what: str
    most: int


def tiff(data: bytes) -> list[Counted]:
    """Count tags, strips and tiles of a TIFF file's first directory, as far as it goes.

    Parameters
    ----------
    data : bytes
        The file.
    """
    order = "<" if data[:2] == b"II" else ">"
    large = b"+" in data[2:4]
    wide = "Q" if large else "I"
    try:
        (start,) = struct.unpack_from(order + wide, data, 8 if large else 4)
        (count,) = struct.unpack_from(order + ("Q" if large else "H"), data, start)
    except struct.error:
        return []
    start += 8 if large else 2
    counts = [Counted(count, "tags", MOST_TAGS)]
    if count > MOST_TAGS:
        return counts
    entry = struct.Struct(f"{order}HH{wide}{8 if large else 4}s")
    tables: dict[int, np.ndarray] = {}
    for place in range(
        start, min(start + count * entry.size, len(data) - entry.size + 1), entry.size
    ):
        tag, kind, number, inline = entry.unpack_from(data, place)
        if tag in _PLACES + _SIZES and kind in _TYPES and tag not in tables:
            counts.append(Counted(number, "strips or tiles", MOST_BLOCKS))
            if number > MOST_BLOCKS:
                return counts
            kept = np.dtype(order + _TYPES[kind])
            at = struct.unpack(order + wide, inline)[0]
            packed = inline if number * kept.itemsize <= len(inline) else data[at:]
            tables[tag] = np.frombuffer(packed, kept, min(number, len(packed) // kept.itemsize))
    for places, sizes in zip(_PLACES, _SIZES, strict=True):
        if places in tables and sizes in tables:
            taken = _taken(tables[places], tables[sizes], len(data))
            counts.append(
                Counted(taken, "bytes in strips or tiles", max(_SHARED * len(data), _FEW))
            )
    return counts


def _taken(places: np.ndarray, sizes: np.ndarray, length: int) -> int:
    """Return the bytes of all strips or tiles, as far as they lie in a file of a length."""
    both = min(len(places), len(sizes))
    left = length - places[:both].astype(np.float64)  # numbers of 64 bits may be too large
    return int(np.minimum(sizes[:both].astype(np.float64), np.maximum(left, 0)).sum())


def avif(data: bytes) -> list[Counted]:
    """Count the bytes of the tables of an AVIF file.

    Parameters
    ----------
    data : bytes
        The file.
    """
    size = sum(
        len(content) if name == _MOVIE else sum(_sizes(content[4:]))
        for name, content in boxes(data)
        if name in (_META, _MOVIE)
    )
    return [Counted(size, "bytes of tables", MOST_TABLES)]


def _sizes(content: bytes) -> Iterator[int]:
    """Yield the bytes of the boxes in a box, without those of pixels and profiles."""
    for name, inner in boxes(content):
        if name in _WITHIN:
            yield from _sizes(inner)
        elif name not in _CONTENT:
            yield 8 + len(inner)
