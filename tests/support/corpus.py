"""Files that strangers send: what each must come to, a picture of a known size or a sentence.

All are generated, with a fixed seed. `FILES` maps a name to its bytes and to what is expected:
a `(height, width)` for a picture that is to be read, or a piece of the sentence that refuses it.
"""

import io
import struct
import zlib
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageCms, PngImagePlugin

from tests.support.tiffs import tiff

SIZE = (48, 72)
_rng = np.random.default_rng(0)
PIXELS = _rng.integers(0, 256, (*SIZE, 3), np.uint8)
RGB = Image.fromarray(PIXELS)
GREY = RGB.convert("L")

#: Four colours that a JPEG of 8-pixel blocks keeps apart.
CORNERS = (
    np.array([[[255, 0, 0], [0, 255, 0]], [[0, 0, 255], [255, 255, 255]]], np.uint8)
    .repeat(16, axis=0)
    .repeat(24, axis=1)
)

#: A place on Earth and a name, which must come out of nothing that is served.
SECRET = b"Secret Visitor 12345"

DAMAGED = "damaged"
NOT_A_PICTURE = "is not a PNG, JPEG, WebP, GIF, BMP, TIFF or AVIF picture"


def saved(picture: Image.Image, format: str, **options) -> bytes:
    """Encode a picture."""
    file = io.BytesIO()
    picture.save(file, format, **options)
    return file.getvalue()


def chunk(name: bytes, payload: bytes) -> bytes:
    """Make a PNG chunk."""
    checksum = zlib.crc32(name + payload)
    return struct.pack(">I", len(payload)) + name + payload + struct.pack(">I", checksum)


def claimed(width: int, height: int, data: bytes = b"\0", depth: int = 8) -> bytes:
    """Make a PNG of any claimed size."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, 2, 0, 0, 0))
    packed = chunk(b"IDAT", zlib.compress(data))
    return b"\x89PNG\r\n\x1a\n" + head + packed + chunk(b"IEND", b"")


def swapped_profile():
    """An RGB profile whose first channel is blue: real, valid, and seen at once if ignored."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = int.from_bytes(data[128:132])
    entries = {bytes(data[e : e + 4]): e for e in range(132, 132 + 12 * count, 12)}
    red, blue = entries[b"rXYZ"], entries[b"bXYZ"]
    data[red + 4 : red + 12], data[blue + 4 : blue + 12] = (
        data[blue + 4 : blue + 12],
        data[red + 4 : red + 12],
    )
    return bytes(data)


def with_exif(orientation: int = 1, padding: int = 0) -> bytes:
    """Make a JPEG with a camera's EXIF: orientation, owner, place, and some ballast."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x013B] = SECRET.decode()
    exif[0x010E] = "x" * padding
    place = exif.get_ifd(0x8825)
    place[1], place[2] = "N", (52.0, 31.0, 12.0)
    place[3], place[4] = "E", (13.0, 24.0, 36.0)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return saved(RGB, "JPEG", exif=exif, icc_profile=profile, comment=SECRET, quality=95)


def with_text() -> bytes:
    """Make a PNG with text, time and EXIF chunks."""
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", SECRET.decode())
    info.add_itxt("Location", SECRET.decode(), zip=True)
    exif = Image.Exif()
    exif[0x013B] = SECRET.decode()
    return saved(RGB, "PNG", pnginfo=info, exif=exif)


def _text_bomb() -> bytes:
    plain = saved(RGB, "PNG")
    text = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"a" * 80_000_000, 9))
    return plain[:33] + text + plain[33:]


def _texts() -> bytes:
    """Make a PNG with 6 MB of text, which each chunk alone may have."""
    plain = saved(RGB, "PNG")
    packed = zlib.compress("\U0001f600".encode() + b"a" * 1_000_000)
    texts = [chunk(b"iTXt", b"Comment %d\0\1\0\0\0" % number + packed) for number in range(6)]
    return plain[:33] + b"".join(texts) + plain[33:]


def _icc(payload: bytes) -> bytes:
    return saved(RGB, "PNG", icc_profile=payload)


def _animated(format: str, **options) -> bytes:
    others = [Image.new("RGB", RGB.size, colour) for colour in ("red", "blue")]
    return saved(RGB, format, save_all=True, append_images=others, duration=50, **options)


def _svg(body: str) -> bytes:
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">{body}</svg>'.encode()


def _grey16() -> Image.Image:
    return Image.fromarray((GREY_PIXELS * 257).astype(np.uint16))


GREY_PIXELS = np.asarray(GREY).astype(np.uint16)
_PNG, _JPEG = saved(RGB, "PNG"), saved(RGB, "JPEG", quality=95)
_WEBP, _GIF = saved(RGB, "WEBP", lossless=True), saved(RGB, "GIF")
_BMP, _TIFF = saved(RGB, "BMP"), saved(RGB, "TIFF")
_PLAIN = {"png": _PNG, "jpeg": _JPEG, "webp": _WEBP, "gif": _GIF, "bmp": _BMP, "tiff": _TIFF}

FILES: dict[str, tuple[bytes, tuple[int, int] | str]] = {
    # Plain ones, and those whose colours or bits are unusual.
    **{f"plain.{name}": (data, SIZE) for name, data in _PLAIN.items()},
    "grey.png": (saved(GREY, "PNG"), SIZE),
    "bilevel.png": (saved(GREY.convert("1"), "PNG"), SIZE),
    "palette.png": (saved(RGB.quantize(16), "PNG"), SIZE),
    "palette-transparent.gif": (saved(RGB.quantize(16), "GIF", transparency=3), SIZE),
    "rgba.png": (saved(RGB.convert("RGBA"), "PNG"), SIZE),
    "grey-alpha.png": (saved(GREY.convert("LA"), "PNG"), SIZE),
    "rgba.webp": (saved(RGB.convert("RGBA"), "WEBP"), SIZE),
    "cmyk.jpg": (saved(RGB.convert("CMYK"), "JPEG"), SIZE),
    "cmyk.tiff": (saved(RGB.convert("CMYK"), "TIFF"), SIZE),
    "ycbcr.tiff": (saved(RGB.convert("YCbCr"), "TIFF"), SIZE),
    "lab.tiff": (
        saved(Image.merge("LAB", [GREY, GREY, GREY]), "TIFF"),
        SIZE,
    ),
    "grey16.png": (saved(_grey16(), "PNG"), SIZE),
    "grey16.tiff": (saved(_grey16(), "TIFF"), SIZE),
    "grey32.tiff": (saved(Image.fromarray(GREY_PIXELS.astype(np.int32)), "TIFF"), SIZE),
    "float.tiff": (saved(Image.fromarray(GREY_PIXELS.astype(np.float32)), "TIFF"), SIZE),
    "nan.tiff": (saved(Image.fromarray(np.full(SIZE, np.nan, np.float32)), "TIFF"), SIZE),
    "infinite.tiff": (saved(Image.fromarray(np.full(SIZE, np.inf, np.float32)), "TIFF"), SIZE),
    "progressive.jpg": (saved(RGB, "JPEG", progressive=True), SIZE),
    "interlaced.png": (saved(RGB, "PNG", interlace=1), SIZE),
    "lzw.tiff": (saved(RGB, "TIFF", compression="tiff_lzw"), SIZE),
    "deflate.tiff": (saved(RGB, "TIFF", compression="tiff_adobe_deflate"), SIZE),
    "jpeg.tiff": (saved(RGB, "TIFF", compression="jpeg"), SIZE),
    # More than one picture in a file: the first counts.
    "animated.gif": (_animated("GIF"), SIZE),
    "animated.webp": (_animated("WEBP"), SIZE),
    "animated.png": (_animated("PNG"), SIZE),
    "pages.tiff": (_animated("TIFF"), SIZE),
    "endless.gif": (_animated("GIF", loop=0), SIZE),
    # Metadata: followed where it is the picture's, else ignored.
    "phone.jpg": (with_exif(), SIZE),
    "turned.jpg": (with_exif(6), SIZE[::-1]),
    "mirrored-and-turned.jpg": (with_exif(7), SIZE[::-1]),
    "orientation-99.jpg": (with_exif(99), SIZE),
    "huge-exif.jpg": (with_exif(padding=64_000), SIZE),
    "text.png": (with_text(), SIZE),
    "no-icc.png": (_icc(b"no profile"), SIZE),
    "icc-of-zeros.png": (_icc(bytes(3000)), SIZE),
    "icc-huge.png": (_icc(bytes(900_000)), SIZE),
    "text-bomb.png": (_text_bomb(), DAMAGED),
    "many-texts.png": (_texts(), DAMAGED),
    "more-after-the-end.png": (_PNG + b"PK\x03\x04" + bytes(5000), SIZE),
    "script-after-the-end.gif": (_GIF + b"<script>alert(1)</script>", SIZE),
    # Names that lie: what is in the file counts.
    "jpeg-called.png": (_JPEG, SIZE),
    "png-called.jpg": (_PNG, SIZE),
    "webp-called.gif": (_WEBP, SIZE),
    "bmp-called.jpeg": (_BMP, SIZE),
    # Cut off, at the start and towards the end.
    **{f"a-third.{name}": (data[: len(data) // 3], DAMAGED) for name, data in _PLAIN.items()},
    **{f"header-only.{name}": (data[:12], DAMAGED) for name, data in _PLAIN.items()},
    "without-its-end.png": (_PNG[:-400], DAMAGED),
    "zeros-within.jpg": (_JPEG[:300] + bytes(400) + _JPEG[700:], DAMAGED),
    # Sizes out of all bounds: refused by the header, before anything is decoded.
    "one-pixel.png": (saved(RGB.crop((0, 0, 1, 1)), "PNG"), "at least 2 x 2"),
    "20000-x-1.png": (saved(Image.new("RGB", (20_000, 1)), "PNG"), "at least 2 x 2"),
    "1-x-20000.bmp": (saved(Image.new("RGB", (1, 20_000)), "BMP"), "at least 2 x 2"),
    "20000-x-3.png": (saved(Image.new("RGB", (20_000, 3)), "PNG"), "times the other"),
    "2-x-2.png": (saved(RGB.crop((0, 0, 2, 2)), "PNG"), (2, 2)),
    "bomb-50000.png": (claimed(50_000, 50_000), "pixels"),
    "bomb-largest.png": (claimed(2**31 - 1, 2**31 - 1), "pixels"),
    "bomb-9000.png": (claimed(9_000, 9_000, bytes(100)), "at most 64,000,000"),
    "bomb.bmp": (_BMP[:18] + struct.pack("<ii", 60_000, 60_000) + _BMP[26:], "pixels"),
    "bomb.gif": (_GIF[:6] + struct.pack("<HH", 65_535, 65_535) + _GIF[10:], "pixels"),
    "no-size.png": (claimed(0, 0), DAMAGED),
    "claims-more-than-it-has.png": (claimed(4_000, 4_000), DAMAGED),
    "depth-3.png": (claimed(48, 48, depth=3), DAMAGED),
    # Not pictures at all, whatever they are called.
    "empty.png": (b"", "is empty"),
    "one-byte.jpg": (b"\xff", NOT_A_PICTURE),
    "zeros.png": (bytes(10_000), NOT_A_PICTURE),
    "noise.jpg": (_rng.bytes(10_000), NOT_A_PICTURE),
    "vector.png": (_svg("<script>alert(1)</script>"), "is an SVG drawing"),
    "entities.svg": (
        b'<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]>' + _svg("&d;"),
        "is an SVG drawing",
    ),
    "page.jpg": (b"<!doctype html><script>alert(1)</script>", "is a web page"),
    "text.gif": (b"GIF89a is how it begins", NOT_A_PICTURE),
    "pickle.png": (b"\x80\x04cos\nsystem\n(S'true'\ntR.", NOT_A_PICTURE),
    "yaml.jpg": (b"!!python/object/apply:os.system ['true']", NOT_A_PICTURE),
    "zip.webp": (b"PK\x05\x06" + bytes(18), "is a ZIP archive"),
    "program.bmp": (b"MZ" + bytes(500), "is a program"),
    "print.tiff": (b"%!PS-Adobe-3.0 EPSF-3.0\n", "is a PostScript drawing"),
    "document.png": (b"%PDF-1.7\n%%EOF", "is a PDF document"),
    "icon.png": (saved(RGB, "ICO"), "is a Windows icon"),
    "portable.png": (saved(RGB, "PPM"), "is a Netpbm picture"),
    "targa.png": (saved(RGB, "TGA"), NOT_A_PICTURE),
    "photoshop.png": (b"8BPS\0\x01" + bytes(6) + b"\0\x03" + bytes(500), "is a Photoshop document"),
    # Names with markup, control characters, or more of them than anyone would read.
    "<img src=x onerror=alert(1)>.png": (b"?", NOT_A_PICTURE),
    "**bold** [link](javascript:alert(1)).png": (b"?", NOT_A_PICTURE),
    "line\nbreak\x1b[31m\u202egnp.exe": (b"?", NOT_A_PICTURE),
    "$(touch here); `id`.png": (b"?", NOT_A_PICTURE),
    "n" * 250 + ".png": (b"?", NOT_A_PICTURE),
    "../../etc/passwd": (b"?", NOT_A_PICTURE),
    "null\0byte.png": (b"?", NOT_A_PICTURE),
}


def _large(mode: str, side: int, format: str, **options) -> Callable[[], bytes]:
    return lambda: saved(Image.new(mode, (side, side), 1), format, **options)


def _film(mode: str, side: int, format: str, **options) -> Callable[[], bytes]:
    others = [Image.new(mode, (side, side), 2)]
    return _large(mode, side, format, save_all=True, append_images=others, **options)


def _deep_png() -> bytes:
    """Make a PNG of 16 bits a channel in linear light."""
    data = claimed(4080, 4080, bytes(4080 * (1 + 4080 * 6)), depth=16)
    return data[:33] + chunk(b"gAMA", struct.pack(">I", 100_000)) + data[33:]


_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
_TURNED = Image.Exif()
_TURNED[0x0112] = 6
_DEFLATE = {"compression": "tiff_adobe_deflate"}
_ONE_STRIP = {**_DEFLATE, "strip_size": 2**40}

#: Small files of pictures about as large as the page reads of their kind: what makes each.
LARGE: dict[str, Callable[[], bytes]] = {
    "rgba.png": _large("RGBA", 7071, "PNG", icc_profile=_SRGB),
    "turned.png": _large("RGBA", 7071, "PNG", exif=_TURNED),
    "grey-alpha.png": _large("LA", 7071, "PNG"),
    "grey16.png": _large("I;16", 8000, "PNG"),
    "palette.png": _large("P", 8000, "PNG", transparency=b"\x80\x40"),
    "animated.png": _film("RGBA", 7071, "PNG", disposal=1),
    "animated.gif": _film("P", 8000, "GIF", disposal=2),
    "grey32.tiff": _large("I", 3535, "TIFF", **_DEFLATE),
    "float.tiff": _large("F", 3535, "TIFF", **_ONE_STRIP),
    "turned.tiff": _large("RGBA", 3535, "TIFF", exif=_TURNED, **_ONE_STRIP),
    "turned.jpg": _large("RGB", 7070, "JPEG", exif=_TURNED),
    "profile.jpg": _large("RGB", 7070, "JPEG", icc_profile=_SRGB),
    "progressive.jpg": _large("RGB", 5344, "JPEG", progressive=True, subsampling=0),
    "cmyk.jpg": _large("CMYK", 4712, "JPEG", progressive=True),
    "animated.webp": _film("RGBA", 3535, "WEBP", method=0),
    "transparent.avif": _large("RGBA", 3535, "AVIF", speed=10, subsampling="4:4:4"),
    "linear16.png": _deep_png,
    "rgb16.tiff": lambda: tiff(np.zeros((3010, 3010, 3), np.uint16), 2, compression=8),
    "double.tiff": lambda: tiff(np.zeros((2600, 2600), np.float64), 1, compression=8, predictor=3),
    "planar16.tiff": lambda: tiff(np.zeros((4000, 4000, 3), np.uint16), 2, planar=True),
}
