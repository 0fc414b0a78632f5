"""What an AVIF file says of its colours and Pillow passes over: the code points of a box nclx."""

import struct
from collections.abc import Iterator
from typing import Any

from dreamlab.images.encoding import is_known

#: Code points for "not specified", and what stands for them: the primaries and the curve of sRGB.
_UNSPECIFIED, _SRGB_PRIMARIES, _SRGB_CURVE = 2, 1, 13


def unread(data: bytes) -> dict[Any, Any]:
    """Return what an AVIF file says of its colours and Pillow passes over.

    Parameters
    ----------
    data : bytes
        The file.

    Returns
    -------
    dict of str to bytes
        Under ``"cicp"`` the code points of the main picture, as a PNG has them, if they are of a
        kind that is known.
    """
    try:
        codes = [code for code in _properties(data) if code.startswith(b"nclx")]
        primaries, curve = struct.unpack_from(">HH", codes[0], 4)
    except (IndexError, KeyError, struct.error):
        return {}
    primaries = _SRGB_PRIMARIES if primaries == _UNSPECIFIED else primaries
    curve = _SRGB_CURVE if curve == _UNSPECIFIED else curve
    # Pillow's decoder applies the matrix and the range.
    code = bytes([primaries & 255, curve & 255, 0, 1])
    return {"cicp": code} if max(primaries, curve) < 256 and is_known(code) else {}


def _properties(data: bytes) -> list[bytes]:
    """Return the main picture's boxes of colour, without their heads."""
    meta = dict(boxes(dict(boxes(data))[b"meta"][4:]))
    wide = meta[b"pitm"][0] > 0
    (main,) = struct.unpack_from(">I" if wide else ">H", meta[b"pitm"], 4)
    parts = dict(boxes(meta[b"iprp"]))
    properties = list(boxes(parts[b"ipco"]))
    numbers = _associated(parts[b"ipma"], main)
    found = [properties[index - 1] for index in numbers]
    return [content for name, content in found if name == b"colr"]


def _associated(box: bytes, main: int) -> list[int]:
    """Return the numbers of an item's properties, from 1."""
    item = struct.Struct(">I" if box[0] > 0 else ">H")
    each = struct.Struct(">H" if box[3] & 1 else ">B")
    (count,) = struct.unpack_from(">I", box, 4)
    place = 8
    for _ in range(count):
        (number,) = item.unpack_from(box, place)
        start = place + item.size + 1
        place = start + box[start - 1] * each.size
        if number == main:
            # The highest bit says whether a property is essential.
            mask = 2 ** (8 * each.size - 1) - 1
            found = (code & mask for (code,) in each.iter_unpack(box[start:place]))
            return [code for code in found if code]
    return []


def boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the type and the content of each box."""
    place = 0
    while place + 8 <= len(data):
        size, name = struct.unpack_from(">I4s", data, place)
        head = 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, place + 8)
            head = 16
        end = place + size if size else len(data)
        if end < place + head:
            return
        yield name, data[place + head : end]
        place = end
