"""Small files that would take their reader long, or much memory, put together by hand."""

import io
import struct
import zlib

import numpy as np
from PIL import Image

from tests.support.corpus import chunk
from tests.support.pngs import GREY


def jpeg_of_scans(repeats: int, side: int = 64) -> bytes:
    """A grey progressive JPEG whose last scan stands there `repeats` times."""
    data = _jpeg(side, progressive=True)
    last = data.rindex(b"\xff\xda")
    table = data.rfind(b"\xff\xc4", 0, last)
    return data[:table] + data[table:-2] * repeats + data[-2:]


def jpeg_of_segments(count: int) -> bytes:
    """A JPEG with `count` segments of EXIF of eleven bytes."""
    data = _jpeg(64)
    return data[:2] + b"\xff\xe1\0\x09Exif\0\0a" * count + data[2:]


def jpeg_hiding_scans(repeats: int, side: int = 64) -> bytes:
    """A JPEG of scans, before each of which a marker stands that has no length."""
    data = _jpeg(side, progressive=True)
    last = data.rindex(b"\xff\xda")
    table = data.rfind(b"\xff\xc4", 0, last)
    return data[:table] + (b"\xff\x01" + data[table:-2]) * repeats + data[-2:]


def png_of_chunks(count: int, name: bytes = b"prVt", content: bytes = b"") -> bytes:
    """A PNG with `count` chunks of a name before its pixels."""
    data = np.zeros((64, 64), np.uint8)
    rows = zlib.compress(b"".join(b"\0" + row.tobytes() for row in data))
    head = struct.pack(">IIBBBBB", 64, 64, 8, GREY, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(name, content) * count
        + chunk(b"IDAT", rows)
        + chunk(b"IEND", b"")
    )


def png_of_profiles(count: int) -> bytes:
    """A PNG with `count` ICC profiles, each a thousand times as large once unpacked."""
    return png_of_chunks(count, b"iCCP", b"a\0\0" + zlib.compress(bytes(2**20 - 1), 9))


def gif_of_blocks(count: int) -> bytes:
    """A GIF with `count` blocks of comment before its picture."""
    data = _saved(Image.new("L", (64, 64)), "GIF")
    start = data.index(b"\x2c")
    return (
        data[:start]
        + b"\x21\xfe"
        + b"\xff"
        + b"a" * 255
        + (b"\xff" + b"a" * 255) * (count - 1)
        + b"\0"
        + data[start:]
    )


def directory(count: int, size: int) -> bytes:
    """A TIFF directory of `count` tags, each of which claims the same `size` bytes."""
    entries = [struct.pack("<HHII", 40000 + tag, 1, size, 8) for tag in range(count)]
    return b"II*\0" + struct.pack("<IH", 8, count) + b"".join(entries) + bytes(4) + bytes(size)


def png_with_exif(exif: bytes) -> bytes:
    """A PNG with EXIF data."""
    return png_of_chunks(1, b"eXIf", exif)


def tiff_of_tags(count: int, size: int) -> bytes:
    """A grey TIFF with `count` further tags, each of which claims the same `size` bytes."""
    place = 8 + 2 + 12 * (count + 8) + 4
    usual = [(256, 64), (257, 64), (258, 8), (259, 1), (262, 1), (273, place), (278, 64)]
    usual.append((279, 4096))
    entries = [struct.pack("<HHII", tag, 4, 1, value) for tag, value in usual]
    entries += [struct.pack("<HHII", 40000 + tag, 1, size, place) for tag in range(count)]
    head = b"II*\0" + struct.pack("<IH", 8, count + 8) + b"".join(entries) + bytes(4)
    return head + bytes(max(4096, size))


def tiff_of_strips(count: int, size: int = 64, compression: int = 1) -> bytes:
    """A grey TIFF of `count` strips of a row, each of which is the same `size` bytes."""
    places = 8 + 2 + 12 * 8 + 4
    content = places + 8 * count
    values = [(256, 64), (257, count), (258, 8), (259, compression), (262, 1)]
    entries = [struct.pack("<HHII", tag, 4, 1, value) for tag, value in values]
    entries.append(struct.pack("<HHII", 273, 4, count, places))
    entries.append(struct.pack("<HHII", 278, 4, 1, 1))
    entries.append(struct.pack("<HHII", 279, 4, count, places + 4 * count))
    head = b"II*\0" + struct.pack("<IH", 8, 8) + b"".join(entries) + bytes(4)
    tables = np.full(count, content, "<u4").tobytes() + np.full(count, size, "<u4").tobytes()
    return head + tables + bytes(size)


def avif_of_items(count: int) -> bytes:
    """An AVIF whose table of places lists `count` items."""
    items = b"".join(struct.pack(">IHHH", number, 0, 0, 0) for number in range(1, count + 1))
    parts = (
        _box(b"hdlr", bytes(8) + b"pict" + bytes(13))
        + _box(b"pitm", bytes(4) + b"\0\1")
        + _box(b"iloc", b"\2\0\0\0" + b"\0\0" + struct.pack(">I", count) + items)
    )
    return _box(b"ftyp", b"avif" + bytes(4) + b"avifmif1") + _box(b"meta", bytes(4) + parts)


def webp_of_frames(count: int) -> bytes:
    """A WebP of `count` equal frames."""
    single = _saved(Image.new("RGB", (16, 16)), "WEBP", lossless=True)
    frame = bytes(6) + b"\x0f\0\0\x0f\0\0" + bytes(4) + single[12:]
    animation = b"ANMF" + struct.pack("<I", len(frame)) + frame
    head = b"VP8X" + struct.pack("<I", 10) + b"\2\0\0\0\x0f\0\0\x0f\0\0"
    body = b"WEBP" + head + b"ANIM" + struct.pack("<I", 6) + bytes(6) + animation * count
    return b"RIFF" + struct.pack("<I", len(body)) + body


def bmp_of_runs(size: int, side: int = 4000) -> bytes:
    """A BMP whose `size` bytes of runs draw nothing but its first row."""
    head = struct.pack("<IiiHHIIiiII", 40, side, side, 1, 8, 1, size, 0, 0, 256, 0)
    place = 14 + 40 + 1024
    return (
        b"BM"
        + struct.pack("<IHHI", place + size, 0, 0, place)
        + head
        + bytes(1024)
        + (b"\xff\1" * (size // 2))
    )


def _box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", len(content) + 8, name) + content


def _jpeg(side: int, **options: bool) -> bytes:
    return _saved(Image.linear_gradient("L").resize((side, side)), "JPEG", **options)


def _saved(picture: Image.Image, format: str, **options: bool) -> bytes:
    file = io.BytesIO()
    picture.save(file, format, **options)
    return file.getvalue()
