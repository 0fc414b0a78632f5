"""Counts the parts of a file before a decoder sees it: some cost time, whatever the pixels.

A picture's pixels bound what decoding takes only where each is drawn a few times. A JPEG may draw
them anew with each scan, and a decoder may look through all parts for each one. The looks here
take time by the bytes of the file, and stop at the first part too many.
"""

import math
import re
import struct
from typing import NamedTuple

import numpy as np

from dreamlab.errors import DreamError
from dreamlab.images import part_tables
from dreamlab.images.kinds import refusal

#: Most scans of a JPEG, and of the largest ones; progressive ones have about ten.
MOST_SCANS, FEW_SCANS = 100, 20

#: Most pixels that all scans of a JPEG draw, if it has more than few.
MOST_DRAWN = 1e9

#: Most segments of a JPEG; a profile or the words of a program take some hundreds at the most.
MOST_SEGMENTS = 2000

#: Most chunks of a PNG, and most beside those of pixels and of an animation's frames.
MOST_CHUNKS, MOST_OTHERS = 100_000, 500

#: Most blocks of words that stand before a GIF's picture.
MOST_BLOCKS = 10_000

#: Which bytes after 0xff make a marker that has a length: none within a scan, nor 0x01.
_MARKS = np.ones(256, bool)
_MARKS[[0x00, 0x01, *range(0xD0, 0xD8), 0xFF]] = False

#: Bytes that are looked through for a marker at a time.
_WINDOW = 2**18

_SCAN, _END = 0xDA, 0xD9

#: Markers of a frame's head, which has height and width.
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}

#: PNG's chunks of pixels and of an animation's frames.
_PIXELS = (b"IDAT", b"fdAT", b"fcTL")

#: Where an extension of a GIF, its picture or its end begins.
_BEGINS = re.compile(rb"[!,;]")


class Parts(NamedTuple):
    """How many parts of a kind a file has.

    Parameters
    ----------
    number : int
        How many were counted.
    what : str
        What they are.
    most : int
        How many are read.
    way : str
        The way out where there are more.
    """

    number: int
    what: str
    most: int
    way: str


def check_parts(data: bytes, label: str) -> None:
    """Raise `DreamError` if a file has too many parts.

    Parameters
    ----------
    data : bytes
        The file, of any kind.
    label : str
        Its name in the sentence.
    """
    for counted in _counted(data):
        if counted.number > counted.most:
            raise DreamError(
                f"{label} has {counted.number:,} {counted.what}; at most {counted.most:,} are "
                f"read: {counted.way}"
            )


def _counted(data: bytes) -> list[Parts]:
    if data.startswith(b"\xff\xd8"):
        return _jpeg(data)
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return _png(data)
    if data.startswith((b"GIF87a", b"GIF89a")):
        return [Parts(_gif(data), "blocks before its picture", MOST_BLOCKS, "save it again as PNG")]
    if data[:4] in part_tables.TIFF:
        return [Parts(*counted, "save it again as PNG") for counted in part_tables.tiff(data)]
    if data[4:8] == b"ftyp" and refusal(data) is None:
        return [Parts(*counted, "save it again as PNG") for counted in part_tables.avif(data)]
    return []


def _jpeg(data: bytes) -> list[Parts]:
    place, scans, segments, height, width = 2, 0, 0, 0, 0
    while segments <= MOST_SEGMENTS:
        place = _next_marker(data, place)
        marker = data[place + 1] if place + 1 < len(data) else _END
        if marker == _END:
            break
        segments += 1
        scans += marker == _SCAN
        if marker in _FRAMES and place + 9 <= len(data):
            size = struct.unpack_from(">HH", data, place + 5)
            # A second head is an error, but not before what stands ahead of it is decoded.
            height, width = max((height, width), size, key=math.prod)
        place += 2 + int.from_bytes(data[place + 2 : place + 4])
    most = min(MOST_SCANS, max(FEW_SCANS, int(MOST_DRAWN / max(1, height * width))))
    what = f"scans of {width} x {height} px"
    return [
        Parts(scans, what, most, "save it again as baseline JPEG or as PNG"),
        Parts(segments, "segments", MOST_SEGMENTS, "save it again without its metadata"),
    ]


def _next_marker(data: bytes, place: int) -> int:
    """Return where the next marker of a JPEG begins; the length of the file if there is none."""
    if data[place : place + 1] == b"\xff" and place + 1 < len(data) and _MARKS[data[place + 1]]:
        return place
    while place + 1 < len(data):
        window = np.frombuffer(data, np.uint8, min(_WINDOW, len(data) - place), place)
        begins = np.flatnonzero(window[:-1] == 0xFF)
        begins = begins[_MARKS[window[begins + 1]]]
        if begins.size:
            return place + int(begins[0])
        place += len(window) - 1
    return len(data)


def _png(data: bytes) -> list[Parts]:
    place, chunks, others = 8, 0, 0
    while place + 8 <= len(data) and chunks <= MOST_CHUNKS and others <= MOST_OTHERS:
        size, name = struct.unpack_from(">I4s", data, place)
        chunks += 1
        others += name not in _PIXELS
        place += 12 + size
    return [
        Parts(chunks, "chunks", MOST_CHUNKS, "save it again as PNG"),
        Parts(others, "chunks beside its pixels", MOST_OTHERS, "save it again without metadata"),
    ]


def _gif(data: bytes) -> int:
    """Return the number of blocks before the picture of a GIF."""
    flags = data[10] if len(data) > 10 else 0
    place = 13 + (3 << (flags & 7) + 1 if flags & 128 else 0)
    blocks = 0
    while blocks <= MOST_BLOCKS and (begins := _BEGINS.search(data, place)):
        if begins[0] != b"!":
            break
        place = begins.end() + 1
        while blocks <= MOST_BLOCKS and place < len(data) and data[place]:
            blocks += 1
            place += 1 + data[place]
        blocks += 1  # the empty one at the end
        place += 1
    return blocks
