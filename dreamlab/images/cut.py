"""JPEG pictures whose end is missing, as after a download that broke off."""

import io
import re
import zlib
from dataclasses import dataclass, field

import numpy as np
from PIL import Image

from dreamlab.images.upright import last_rows

_END = b"\xff\xd9"

#: Bytes in place of the missing ones, to see where those would show: any but 0xff, which begins a
#: marker.
_ANY = np.random.default_rng(0).integers(0, 255, (64, 512), np.uint8)

#: A marker that is none of those within a scan.
_MARKER = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])", re.DOTALL)

#: Markers of a frame's head, without three others in their midst; of a scan's; and of the end.
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_PROGRESSIVE = (0xC2, 0xCA)
_SCAN, _LAST, _INTERVAL = 0xDA, 0xD9, 0xDD

#: Markers within a scan, which number its intervals from 0 to 7 over and over.
_RESTART = re.compile(rb"\xff([\xd0-\xd7])")

#: Zeros at a file's end that its last block would hardly have.
_PADDING = 64

#: The largest part of the rows that may be missing; rows that are coded together may be in any
#: case. Of a picture that has no others, the largest part of the columns.
_MOST, _MOST_COLUMNS = 0.1, 0.5


@dataclass
class _Structure:
    """The parts of a JPEG file, as far as they go.

    Parameters
    ----------
    stop : int
        Where a part begins whose head is cut off; else the file's length.
    progressive : bool
        Whether its scans bring ever more of each block.
    interval : int
        Blocks between the markers within a scan; 0 without those.
    last : int
        Where the last scan begins.
    components : dict of int to int
        Rows of blocks that a unit has of each component, by the component's number.
    last_components : tuple of int
        Numbers of the components in the last scan.
    scans : list of dict
        What each scan brings: a component and the place of a coefficient, and how many of its
        lowest bits come later.
    """

    stop: int
    progressive: bool = False
    interval: int = 0
    last: int = 0
    components: dict[int, int] = field(default_factory=dict)
    last_components: tuple[int, ...] = ()
    scans: list[dict[tuple[int, int], int]] = field(default_factory=list)

    @property
    def unit_rows(self) -> int:
        """Rows of the picture that the last scan codes together."""
        rows = 8 * max(self.components.values(), default=1)
        # A component on its own is coded in rows of its own blocks.
        alone = len(self.last_components) == 1
        return rows // self.components.get(self.last_components[0], 1) if alone else rows

    def lacks(self, scans: int) -> bool:
        """Return whether a number of scans leave out a coefficient."""
        return len(self._sent(scans)) < 64 * len(self.components)

    def blurs(self) -> bool:
        """Return whether all scans together leave out bits of a coefficient."""
        return any(self._sent(len(self.scans)).values())

    def _sent(self, scans: int) -> dict[tuple[int, int], int]:
        return {place: bits for scan in self.scans[:scans] for place, bits in scan.items()}


class CutOffError(Exception):
    """Too much of a picture is missing; the message is the end of a sentence about it."""


def unpadded(data: bytes) -> bytes:
    """Return a JPEG file without zeros at its end, which stand for what never came."""
    is_padded = data.startswith(b"\xff\xd8") and data.endswith(bytes(_PADDING))
    return data.rstrip(b"\0") if is_padded else data


def mended(data: bytes, size: tuple[int, int]) -> tuple[Image.Image, str | None]:
    """Read a JPEG picture that lacks its end.

    Parameters
    ----------
    data : bytes
        The file.
    size : (int, int)
        Width and height for Pillow's ``draft``, in pixels.

    Returns
    -------
    PIL.Image.Image
        The picture, loaded. What is missing of it is grey, or less sharp.
    str or None
        What is missing, as the end of a sentence; None if nothing but the end marker is.

    Raises
    ------
    CutOffError
        If more rows are missing than a tenth and than are coded together, or too much of all.
    OSError
        If the picture is damaged besides.
    """
    parts = _structure(data)
    whole = data[: parts.stop].rstrip(b"\xff")  # with the next byte it would make a marker
    lost, columns = _lost(whole, parts, size)
    # Decoded last, so that never two pictures, nor their coefficients, are in memory.
    picture, height = _loaded(whole + _END, size)
    where = last_rows(picture, lost, height)
    if parts.progressive:
        count = len(parts.scans)
        if parts.lacks(count):
            raise CutOffError("is cut off and lacks much of what makes it sharp")
        if not parts.lacks(count - bool(lost)):
            if parts.blurs() or lost == height:
                return picture, "is cut off, so that it lacks detail"
            return picture, f"is cut off: its {where} lack detail" if lost else None
    if lost > max(_MOST * height, parts.unit_rows) or columns > _MOST_COLUMNS:
        raise CutOffError(f"is cut off and lacks its {where}")
    gaps = f"is cut off: its {where} are missing in part, and grey there"
    return picture, gaps if lost else None


def _lost(data: bytes, parts: _Structure, size: tuple[int, int]) -> tuple[int, float]:
    """Return how many of the last rows are missing in part.

    If those are all rows, the part of the columns that are is returned too; else 0.
    """
    ends = [b"", *(_filled(rest, data, parts) for rest in (_ANY, 254 - _ANY))]
    # Of a few bits of any filling, one may be right by chance.
    rows, columns = zip(*(_digests(data + end + _END, size) for end in ends), strict=True)
    differs = (rows[0] != rows[1]) | (rows[0] != rows[2])
    if not differs.any():
        return 0, 0.0
    with Image.open(io.BytesIO(data + _END), formats=["JPEG"]) as opened:
        height = opened.height
    scale, unit = height / len(differs), parts.unit_rows
    # Smoothing between units carries a difference into the last row before them.
    row = int(differs.argmax()) * scale + (scale if scale < unit else 0)
    lost = height - int(row // unit) * unit
    if lost < height:
        return lost, 0.0
    return lost, float(((columns[0] != columns[1]) | (columns[0] != columns[2])).mean())


def _digests(data: bytes, size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Return a checksum of each row of a picture, and of each column of its uppermost rows."""
    picture, _ = _loaded(data, size)
    top = picture.crop((0, 0, picture.width, min(picture.height, 32)))
    turned = top.transpose(Image.Transpose.TRANSPOSE)
    return _checksums(picture), _checksums(turned)


def _checksums(picture: Image.Image) -> np.ndarray:
    rows = (picture.crop((0, row, picture.width, row + 1)) for row in range(picture.height))
    return np.array([zlib.crc32(row.tobytes()) for row in rows])


def _filled(rest: np.ndarray, data: bytes, parts: _Structure) -> bytes:
    """Return bytes in place of the missing ones, with the markers that are due among them."""
    if not parts.interval:
        return rest.tobytes()
    before = _RESTART.findall(data, parts.last)
    due = before[-1][0] + 1 if before else 0
    return b"".join(
        piece.tobytes() + bytes([0xFF, 0xD0 + (due + index) % 8])
        for index, piece in enumerate(rest)
    )


def _loaded(data: bytes, size: tuple[int, int]) -> tuple[Image.Image, int]:
    """Return a picture, and its height before it was drafted, in pixels."""
    picture = Image.open(io.BytesIO(data), formats=["JPEG"])
    height = picture.height
    picture.draft(None, size)
    picture.load()
    return picture, height


def _structure(data: bytes) -> _Structure:
    parts = _Structure(len(data))
    place = 2
    while (found := _MARKER.search(data, place)) and found[1][0] != _LAST:
        marker, start = found[1][0], found.end()
        place = start + int.from_bytes(data[start : start + 2])
        if start + 2 > len(data) or place > len(data):
            parts.stop = found.start()
            break
        head = data[start + 2 : place]
        if marker in _FRAMES and len(head) > 6:
            parts.progressive = marker in _PROGRESSIVE
            parts.components = {
                number: max(1, sampling & 15)
                for number, sampling in zip(head[6::3], head[7::3], strict=False)
            }
        elif marker == _INTERVAL:
            parts.interval = int.from_bytes(head)
        elif marker == _SCAN and len(head) > 3:
            parts.last, parts.last_components = place, tuple(head[1:-3:2])
            begin, end, bits = head[-3:]
            parts.scans.append(
                {
                    (component, coefficient): bits & 15
                    for component in head[1:-3:2]
                    for coefficient in range(begin, end + 1)
                }
            )
    return parts
