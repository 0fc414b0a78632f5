"""What a PNG file says of its colours and Pillow passes over: chunks cICP and sBIT."""

import struct
from typing import Any

from dreamlab.images.encoding import is_known


def unread(data: bytes) -> dict[Any, Any]:
    """Return what a PNG file says of its colours and Pillow passes over.

    Parameters
    ----------
    data : bytes
        The file.

    Returns
    -------
    dict of str to value
        Under ``"cicp"`` the data of that chunk, if it is of a kind that is known; under ``"sbit"``
        the significant bits of the first sample, and under ``"alpha_bits"`` those of transparency.
    """
    found: dict[Any, Any] = {}
    place = 8
    while place + 8 <= len(data):
        size, name = struct.unpack_from(">I4s", data, place)
        content = data[place + 8 : place + 8 + min(size, 4)]
        if name == b"cICP" and is_known(content):
            found["cicp"] = content
        elif name == b"sBIT" and content:
            found["sbit"] = content[0]
            if size in (2, 4):
                found["alpha_bits"] = content[-1]
        elif name in (b"IDAT", b"PLTE"):  # both stand before them
            break
        place += 12 + size
    return found
