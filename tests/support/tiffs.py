"""TIFF files put together by hand, in layouts that Pillow does not write."""

import struct
import zlib
from collections.abc import Callable

import numpy as np

_CODES = {3: "H", 4: "I", 16: "Q"}
_FORMATS = {"u": 1, "i": 2, "f": 3}


def lzw(data: bytes) -> bytes:
    """Pack bytes as LZW that clears its table so often that all codes have 9 bits."""
    codes = []
    for start in range(0, len(data), 250):
        codes += [256, *data[start : start + 250]]
    bits = "".join(f"{code:09b}" for code in [*codes, 257])
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8)


def packbits(data: bytes) -> bytes:
    """Pack bytes as literal runs of PackBits."""
    runs = [data[start : start + 128] for start in range(0, len(data), 128)]
    return b"".join(bytes([len(run) - 1]) + run for run in runs)


PACKERS: dict[int, Callable[[bytes], bytes]] = {
    1: bytes,
    5: lzw,
    8: zlib.compress,
    32773: packbits,
}


def tiff(
    samples: np.ndarray,
    photometric: int,
    *,
    order: str = "<",
    bits: int = 0,
    compression: int = 1,
    predictor: int = 1,
    rows: int = 0,
    tile: tuple[int, int] | None = None,
    planar: bool = False,
    large: bool = False,
    reverse: bool = False,
    tags: dict[int, list[int]] | None = None,
) -> bytes:
    """Make a TIFF file of samples, shape (H, W) or (H, W, samples).

    `bits` packs unsigned samples to so many bits; `rows` is the height of a strip, and `tile`
    height and width of a tile; `reverse` turns the bits of each byte round; `tags` adds tags, or
    replaces them.
    """
    samples = samples if samples.ndim == 3 else samples[:, :, None]
    height, width, count = samples.shape
    depth = bits or samples.dtype.itemsize * 8
    block = tile or (rows or height, width)
    planes = [samples[:, :, [band]] for band in range(count)] if planar else [samples]
    blocks = []
    for plane in planes:
        for top in range(0, height, block[0]):
            for left in range(0, width, block[1]):
                part = plane[top : top + block[0], left : left + block[1]]
                if tile:
                    missing = [
                        (0, side - there) for side, there in zip(tile, part.shape[:2], strict=True)
                    ]
                    part = np.pad(part, [*missing, (0, 0)])
                packed = PACKERS[compression](_bytes(part, order, bits, predictor))
                if reverse:
                    packed = bytes(int(f"{byte:08b}"[::-1], 2) for byte in packed)
                blocks.append(packed)
    entries = {
        256: [width],
        257: [height],
        258: [depth] * count,
        259: [compression],
        262: [photometric],
        277: [count],
        284: [2 if planar else 1],
        317: [predictor],
        339: [_FORMATS[samples.dtype.kind]] * count,
        266: [2 if reverse else 1],
    }
    places, counts = (324, 325) if tile else (273, 279)
    entries |= {323: [block[0]], 322: [block[1]]} if tile else {278: [block[0]]}
    entries |= {places: [0] * len(blocks), counts: [len(block) for block in blocks]}
    entries |= tags or {}
    return _file(entries, places, blocks, order, large)


def _bytes(part: np.ndarray, order: str, bits: int, predictor: int) -> bytes:
    rows = part.reshape(len(part), -1)
    if bits:
        digits = rows[:, :, None] >> np.arange(bits)[::-1] & 1
        return np.packbits(digits.reshape(len(part), -1).astype(np.uint8), axis=1).tobytes()
    if predictor == 2:
        whole = part.view(f"u{part.dtype.itemsize}")
        part = np.diff(whole, axis=1, prepend=np.zeros_like(whole[:, :1]))
    if predictor == 3:
        size = part.dtype.itemsize
        big = rows.astype(rows.dtype.newbyteorder(">")).tobytes()
        split = np.frombuffer(big, np.uint8).reshape(len(part), -1, size).transpose(0, 2, 1)
        split = split.reshape(len(part), -1, part.shape[2])
        return np.diff(split, axis=1, prepend=np.zeros_like(split[:, :1])).tobytes()
    return part.astype(part.dtype.newbyteorder(order)).tobytes()


def _file(
    entries: dict[int, list[int]], places: int, blocks: list[bytes], order: str, large: bool
) -> bytes:
    number, inline = (20, 8) if large else (12, 4)
    head = 16 if large else 8
    rest = head + (8 if large else 2) + number * len(entries) + inline
    kinds = {
        tag: 4 if max(values) > 65535 or tag == places else 3 for tag, values in entries.items()
    }
    sizes = {tag: struct.calcsize(_CODES[kinds[tag]]) * len(entries[tag]) for tag in entries}
    start = rest + sum(size for size in sizes.values() if size > inline)
    entries[places] = [start + sum(map(len, blocks[:index])) for index in range(len(blocks))]
    directory, tail = b"", b""
    for tag in sorted(entries):
        values = struct.pack(f"{order}{len(entries[tag])}{_CODES[kinds[tag]]}", *entries[tag])
        word = "Q" if large else "I"
        if sizes[tag] > inline:
            where = struct.pack(order + word, rest + len(tail))
            tail += values
        else:
            where = values.ljust(inline, b"\0")
        directory += struct.pack(f"{order}HH{word}", tag, kinds[tag], len(entries[tag])) + where
    magic = b"II" if order == "<" else b"MM"
    if large:
        magic += struct.pack(order + "HHHQQ", 43, 8, 0, 16, len(entries))
    else:
        magic += struct.pack(order + "HIH", 42, 8, len(entries))
    return magic + directory + bytes(inline) + tail + b"".join(blocks)
