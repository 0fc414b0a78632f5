"""The first directory of a TIFF file, in both byte orders and both sizes, without its pixels."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass

#: Codes of `struct` for the types of whole numbers, by the number of the type.
_TYPES = {1: "B", 2: "B", 3: "H", 4: "I", 6: "b", 7: "B", 8: "h", 9: "i", 13: "I", 16: "Q", 17: "q"}

WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC = 256, 257, 258, 259, 262
MAKE, OFFSETS, ORIENTATION, SAMPLES, ROWS, COUNTS = 271, 273, 274, 277, 278, 279
FILL_ORDER, LARGEST, PLANAR, PREDICTOR = 266, 281, 284, 317
TILE_WIDTH, TILE_HEIGHT, TILE_OFFSETS, TILE_COUNTS = 322, 323, 324, 325
DIRECTORIES, EXTRA, FORMAT, PROFILE, REDUCED, DNG = 330, 338, 339, 34675, 254, 50706

#: All tags that are read, and the most numbers of one: the places of as many tiles.
_READ = {
    *(WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC, MAKE, OFFSETS, ORIENTATION, SAMPLES, ROWS),
    *(COUNTS, FILL_ORDER, LARGEST, PLANAR, PREDICTOR, TILE_WIDTH, TILE_HEIGHT, TILE_OFFSETS),
    *(TILE_COUNTS, DIRECTORIES, EXTRA, FORMAT, REDUCED, DNG),
}
_MOST = 2**19

#: Colour spaces of sensors: a colour filter's mosaic, and linear light.
_SENSORS = (32803, 34892)


@dataclass(frozen=True)
class Tags:
    """Tags of the first directory of a TIFF file.

    Parameters
    ----------
    order : str
        Byte order, ``"<"`` or ``">"``.
    large : bool
        Whether the file is a BigTIFF.
    values : mapping of int to tuple of int
        Values of the tags that are read; letters are numbers.
    profile : bytes
        The ICC profile, or nothing.
    """

    order: str
    large: bool
    values: Mapping[int, tuple[int, ...]]
    profile: bytes

    def one(self, tag: int, default: int = 0) -> int:
        """Return the first value of a tag."""
        return self.values.get(tag, (default,))[0]

    @property
    def is_raw(self) -> bool:
        """Whether the file is the raw picture of a camera: its first directory is a thumbnail."""
        thumbnail = self.one(REDUCED) & 1 and DIRECTORIES in self.values and MAKE in self.values
        return DNG in self.values or self.one(PHOTOMETRIC) in _SENSORS or bool(thumbnail)


def read_tags(data: bytes) -> Tags | None:
    """Return the tags of a TIFF file's first directory; None if the file is no TIFF.

    Raises
    ------
    ValueError, struct.error
        If the directory lies outside the file.
    """
    if data[:4] not in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        return None
    order = "<" if data[:2] == b"II" else ">"
    large = b"+" in data[2:4]
    (start,) = struct.unpack_from(order + ("Q" if large else "I"), data, 8 if large else 4)
    (count,) = struct.unpack_from(order + ("Q" if large else "H"), data, start)
    start += 8 if large else 2
    entry = struct.Struct(order + ("HHQ8s" if large else "HHI4s"))
    if start + count * entry.size > len(data):
        raise ValueError("the directory is cut off")
    values: dict[int, tuple[int, ...]] = {}
    profile = b""
    for place in range(start, start + count * entry.size, entry.size):
        tag, kind, number, inline = entry.unpack_from(data, place)
        if tag not in _READ | {PROFILE} or tag in values or kind not in _TYPES or not number:
            continue
        size = number * struct.calcsize(_TYPES[kind])
        if size > len(inline):
            (at,) = struct.unpack(order + ("Q" if large else "I"), inline)
            packed = data[at : at + size]
        else:
            packed = inline[:size]
        if tag == PROFILE:
            profile = packed
        elif number > _MOST:
            raise ValueError("the picture has too many parts")
        else:
            values[tag] = struct.unpack(f"{order}{number}{_TYPES[kind]}", packed)
    return Tags(order, large, values, profile)
