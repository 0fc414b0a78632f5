"""Strips and tiles of a TIFF file to arrays of samples, a band of rows at a time."""

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PIL import TiffImagePlugin

from dreamlab.images.shape import Shape

#: Samples of a band of rows, so that the copies in double precision stay small.
_SAMPLES = 2**20

#: Compressions that pack bytes, whatever the samples: none, LZW, two of deflate, PackBits, LZMA
#: and Zstandard.
_NONE = 1
COMPRESSIONS = (_NONE, 5, 8, 32946, 32773, 34925, 50000)

#: Those after which the samples may be differences of their neighbours.
_PREDICTED = (5, 8, 32946, 34925, 50000)

_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


@dataclass(frozen=True)
class Blocks:
    """Where the samples of a picture lie, and how they are packed.

    Parameters
    ----------
    data : bytes
        The file.
    order : str
        Byte order, ``"<"`` or ``">"``.
    shape : Shape
        Height and width of the picture, in pixels.
    block : Shape
        Height and width of a strip or tile, in pixels.
    samples : int
        Samples of a pixel.
    kind : str
        NumPy's code of the samples' type: ``"u"``, ``"i"`` or ``"f"``.
    bits : int
        Bits of a sample.
    container : int
        Bits that a sample takes in the file.
    planar : bool
        Whether each sample's plane has blocks of its own.
    places : tuple of (int, int)
        First byte and number of bytes of each block, by rows; planes come one after another.
    compression, predictor : int
        As TIFF numbers them.
    reversed : bool
        Whether the bits of each byte are in reverse.
    """

    data: bytes
    order: str
    shape: Shape
    block: Shape
    samples: int
    kind: str
    bits: int
    container: int
    planar: bool
    places: tuple[tuple[int, int], ...]
    compression: int
    predictor: int
    reversed: bool

    @property
    def row_bytes(self) -> int:
        """Bytes of a row of a block, once unpacked."""
        return (self.block.width * self._interleaved * self.container + 7) // 8

    @property
    def block_bytes(self) -> int:
        """Bytes of a block, once unpacked."""
        return self.row_bytes * self.block.height

    @property
    def _interleaved(self) -> int:
        """Samples of a pixel that lie beside one another."""
        return 1 if self.planar else self.samples

    def bands(self) -> Iterator[tuple[int, np.ndarray]]:
        """Yield the first row of each band, and its samples, shape (rows, width, samples).

        Raises
        ------
        ValueError, OSError
            If a block lies outside the file or cannot be unpacked.
        """
        across = -(-self.shape.width // self.block.width)
        down = -(-self.shape.height // self.block.height)
        rows = max(1, _SAMPLES // (self.shape.width * self.samples))
        planes = self.samples if self.planar else 1
        for row in range(down):
            top = row * self.block.height
            height = min(self.block.height, self.shape.height - top)
            blocks = [
                [
                    self._unpacked((plane * down + row) * across + column, height)
                    for column in range(across)
                ]
                for plane in range(planes)
            ]
            for start in range(0, height, rows):
                part = slice(start, min(start + rows, height))
                band = [
                    np.concatenate([self._samples(block[part]) for block in plane], axis=1)
                    for plane in blocks
                ]
                yield top + start, np.concatenate(band, axis=2)[:, : self.shape.width]

    def _unpacked(self, index: int, height: int) -> np.ndarray:
        """Return rows of bytes of a block, shape (height, row_bytes)."""
        start, count = self.places[index]
        wanted = height * self.row_bytes
        packed: bytes | memoryview = memoryview(self.data)[start : start + count]
        if self.reversed:
            packed = bytes(packed).translate(_REVERSED)
        if self.compression != _NONE:
            return _unpack(bytes(packed), self.compression, height, self.row_bytes)
        if len(packed) < wanted:
            raise ValueError("a strip or tile is cut off")
        return np.frombuffer(packed, np.uint8, wanted).reshape(height, self.row_bytes)

    def _samples(self, rows: np.ndarray) -> np.ndarray:
        """Return the samples of rows of bytes, shape (rows, block's width, interleaved)."""
        predictor = self.predictor if self.compression in _PREDICTED else 1
        shape = len(rows), self.block.width, self._interleaved
        if self.container % 8:
            return _packed(rows, self.container, shape)
        size = self.container // 8
        if predictor == 3:
            sums = np.cumsum(rows.reshape(len(rows), -1, shape[2]), axis=1, dtype=np.uint8)
            planes = sums.reshape(len(rows), size, -1)
            big = np.ascontiguousarray(planes.transpose(0, 2, 1))
            return big.view(f">{self.kind}{size}").reshape(shape)
        values = np.ascontiguousarray(rows).view(f"{self.order}u{size}").reshape(shape)
        if predictor == 2:
            values = np.cumsum(values, axis=1, dtype=f"u{size}")
            return values.view(f"{self.kind}{size}")
        return values.view(f"{self.order}{self.kind}{size}")


def _packed(rows: np.ndarray, bits: int, shape: tuple[int, int, int]) -> np.ndarray:
    """Return samples of a number of bits that no type has, from the highest bit on."""
    count = shape[1] * shape[2]
    digits = np.unpackbits(rows, axis=1, count=count * bits).reshape(len(rows), count, bits)
    values = np.zeros((len(rows), count), np.uint32)
    for bit in range(bits):
        values = values * 2 + digits[:, :, bit]
    return values.reshape(shape)


def _unpack(packed: bytes, compression: int, height: int, width: int) -> np.ndarray:
    """Unpack bytes, as rows; libtiff takes them for the grey picture of 8 bits that they could be.

    So every compression of bytes is read, whatever numbers the bytes stand for.
    """
    entries = [
        *((256, width), (257, height), (258, 8), (259, compression), (262, 1)),
        *((273, 8 + 2 + 9 * 12 + 4), (277, 1), (278, height), (279, len(packed))),
    ]
    head = b"II*\0" + struct.pack("<IH", 8, len(entries))
    head += b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries)
    with TiffImagePlugin.TiffImageFile(io.BytesIO(head + bytes(4) + packed)) as picture:
        picture.load()
        return np.asarray(picture)
