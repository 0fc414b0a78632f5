"""PNG files put together by hand, and colours that they may state."""

import struct
import zlib

import numpy as np

from tests.support.corpus import chunk

#: PNG's colour types.
GREY, COLOURS, GREY_ALPHA, ALPHA = 0, 2, 4, 6

#: Colours of Display P3 and what they are in sRGB, by CSS Color 4's matrices; red and green of P3
#: lie outside of sRGB and are clipped.
P3 = {
    (255, 255, 255): (255, 255, 255),
    (128, 128, 128): (128, 128, 128),
    (255, 0, 0): (255, 0, 0),
    (0, 255, 0): (0, 255, 0),
    (200, 100, 50): (215, 93, 31),
    (100, 150, 200): (83, 152, 205),
}


def png(values, kind, *chunks, depth=8):
    """A PNG of numbers, shape (H, W) or (H, W, samples), in their byte order."""
    rows = values.astype(">u2" if depth == 16 else "u1").reshape(len(values), -1)
    packed = zlib.compress(b"".join(b"\0" + row.tobytes() for row in rows))
    head = struct.pack(">IIBBBBB", values.shape[1], len(values), depth, kind, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + b"".join(chunks)
        + chunk(b"IDAT", packed)
        + chunk(b"IEND", b"")
    )


def light(values):
    """sRGB's own curve, from 0 to 1."""
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
