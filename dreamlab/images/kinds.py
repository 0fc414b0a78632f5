"""Kinds of files: those that are read, and the first bytes of those that are not."""

import re

#: The formats that are read, by Pillow's name, whatever a file's own name. Pillow knows many more
#: formats, which strangers must not reach.
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")

_SPELLED = {"WEBP": "WebP"}
_NAMES = [_SPELLED.get(format, format) for format in FORMATS]

#: The formats that are read, in words.
SPOKEN = f"{', '.join(_NAMES[:-1])} or {_NAMES[-1]}"

_PICTURE = "which is not read: save it as JPEG or PNG"
_DRAWING = "which is not read: export it as PNG"
_VIDEO = "not a picture: save a frame of it as JPEG or PNG"
_ARCHIVE = "not a picture: unpack it, and choose a picture in it"
_DATA = "which is not read: save a picture of it as PNG"
_OTHER = "not a picture: choose another file"

#: What is said of a camera's raw picture, which looks like a TIFF picture from outside.
RAW = f"is a camera's raw picture, {_PICTURE}"

#: First bytes of files that are not read, as a pattern; what such a file is, and the way out.
_KINDS = [
    # Boxes of ISO's media files: the size, "ftyp", the main brand, a version and further brands.
    (rb"....ftyp(hei[cxms]|hev[cxms])", "an HEIC picture", _PICTURE),
    (rb"....ftyp(mif1|msf1|mif2)(?!.{0,60}avi[fs]).{0,60}(hei|hev)", "an HEIC picture", _PICTURE),
    (rb"....ftypcrx ", "a camera's raw picture (CR3)", _PICTURE),
    (rb"....ftyp(isom|iso[2-9]|mp4[12v]|M4[VP] |avc1|3g[p2].|dash|MSNV|f4v |mmp4)", "an MP4 video",
     _VIDEO),
    (rb"....ftypqt  |....(moov|mdat|wide)", "a QuickTime video", _VIDEO),
    (rb"\xff\x0a|\0\0\0\x0cJXL \r\n\x87\n", "a JPEG XL picture", _PICTURE),
    (rb"\0\0\0\x0cjP  \r\n\x87\n|\xff\x4f\xff\x51", "a JPEG 2000 picture", _PICTURE),
    (rb"II\xbc\x01", "a JPEG XR picture", _PICTURE),
    (rb"8BPS", "a Photoshop document (PSD)", _PICTURE),
    (rb"gimp xcf", "a GIMP document (XCF)", _PICTURE),
    (rb"\0\0[\x01\x02]\0[^\0]\0", "a Windows icon (ICO)", _PICTURE),
    (rb"icns", "a macOS icon (ICNS)", _PICTURE),
    (rb"v/1\x01", "an OpenEXR picture", _PICTURE),
    (rb"#\?(RADIANCE|RGBE)", "a Radiance HDR picture", _PICTURE),
    (rb"DDS \x7c", "a DirectDraw texture (DDS)", _PICTURE),
    (rb"\xabKTX", "a KTX texture", _PICTURE),
    (rb"P[1-7][\s#]", "a Netpbm picture (PBM, PGM, PPM or PAM)", _PICTURE),
    (rb"P[Ff]\n", "a floating-point map (PFM)", _PICTURE),
    (rb"qoif", "a QOI picture", _PICTURE),
    (rb"BPG\xfb", "a BPG picture", _PICTURE),
    (rb"FLIF", "a FLIF picture", _PICTURE),
    (rb"\x59\xa6\x6a\x95", "a Sun raster picture", _PICTURE),
    (rb"\x0a[\x00\x02-\x05]\x01[\x01\x02\x04\x08]", "a PCX picture", _PICTURE),
    (rb"FUJIFILMCCD-RAW|IIU\0[\x08\x18]|IIR[OS]\x08|MMOR|\0MRM|FOVb", "a camera's raw picture",
     _PICTURE),
    (rb"II\*\0....CR\x02", "a camera's raw picture (CR2)", _PICTURE),
    (rb"II\x1a\0\0\0HEAPCCDR", "a camera's raw picture (CRW)", _PICTURE),
    (rb".{128}DICM", "a DICOM file", _DATA),
    (rb"SIMPLE  =", "a FITS file", _DATA),
    (rb"\x93NUMPY", "a NumPy array (.npy)", "which is not read: save it as PNG or TIFF"),
    (rb"\x89HDF", "an HDF5 file", _DATA),
    (rb"CDF[\x01\x02]", "a NetCDF file", _DATA),
    (rb"%PDF-", "a PDF document", "not a picture: export the page as PNG"),
    (rb"%!PS|\xc5\xd0\xd3\xc6", "a PostScript drawing", _DRAWING),
    (rb"\xd7\xcd\xc6\x9a|\x01\0\0\0.{36} EMF", "a Windows metafile", _DRAWING),
    (rb"\x1aE\xdf\xa3", "a Matroska or WebM video", _VIDEO),
    (rb"RIFF....AVI ", "an AVI video", _VIDEO),
    (rb"RIFF....WAVE|ID3|fLaC|OggS", "a sound", _OTHER),
    (rb"PK(\x03\x04|\x05\x06|\x07\x08)", "a ZIP archive", _ARCHIVE),
    (rb"Rar!\x1a\x07|7z\xbc\xaf\x27\x1c|\x1f\x8b\x08|BZh[1-9]|\xfd7zXZ", "a packed archive",
     _ARCHIVE),
    (rb"MZ|\x7fELF|\xca\xfe\xba\xbe|\xcf\xfa\xed\xfe", "a program", _OTHER),
    (rb"version https://git-lfs", "a Git LFS pointer", _OTHER),
]  # fmt: skip

_PATTERNS = [(re.compile(pattern, re.DOTALL), what, way) for pattern, what, way in _KINDS]

#: What stands before the first element of a markup file: space, comments, instructions, and a
#: declaration, whose part in brackets may hold elements of its own.
_BEFORE = re.compile(
    r"(?:\s+|<!--.*?-->|<\?.*?\?>|<!doctype\s+(?!html)[^\[>]*(?:\[.*?\]\s*)?>)", re.DOTALL | re.I
)

#: The first element, or the declaration, that tells a drawing from a web page.
_FIRST = re.compile(
    r"<(?:\w{1,9}:)?(svg|html|!doctype\s+html|head|body|script|meta|title|link|style|div|center|p|h\d)"
    r"(?=[\s/>]|$)",
    re.I,
)

#: Marks at the start of text, and its encoding.
_MARKS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be", b"\xef\xbb\xbf": "utf-8"}

#: Bytes of a markup file in which its first element is looked for.
_SOUGHT = 2**20

#: JPEG's markers of frames: of JPEG-LS, of lossless ones, and of others.
_LS, _LOSSLESS, _FRAMES = 0xF7, (0xC3, 0xC7, 0xCB, 0xCF), (0xC0, 0xC1, 0xC2, 0xC9, 0xCA)

#: Bytes at the start of a file in which its kind shows.
_HEAD = 2000


def refusal(data: bytes) -> str | None:
    """Return what a file is that is not read, and the way out, as the end of a sentence.

    Parameters
    ----------
    data : bytes
        The file, or its start.

    Returns
    -------
    str or None
        Such as ``"is an HEIC picture, which is not read: save it as JPEG or PNG"``; None for a file
        of a kind that is read, or that is not known.
    """
    head = data[:_HEAD].removeprefix(b"\xef\xbb\xbf")
    for pattern, what, way in _PATTERNS:
        if pattern.match(head):
            return f"is {what}, {way}"
    if head.startswith(b"\xff\xd8\xff"):
        jpeg = _jpeg(data)
        return (
            f"is {jpeg}, which is not read: save it as JPEG of 8 bits or as PNG" if jpeg else None
        )
    first = _first_element(data[:_SOUGHT])
    if first is None:
        return None
    if first == "svg":
        return f"is an SVG drawing, {_DRAWING}"
    return "is a web page, not a picture: open it, and save the picture on it"


def _first_element(data: bytes) -> str | None:
    """Return the name of a markup file's first element; None for other files."""
    encoding = next((name for mark, name in _MARKS.items() if data.startswith(mark)), "latin-1")
    if data.startswith((b"<\0", b"\0<")):  # without a mark
        encoding = "utf-16-le" if data[1] == 0 else "utf-16-be"
    text = data.decode(encoding, "replace").removeprefix("\ufeff")
    place = 0
    while before := _BEFORE.match(text, place):
        place = before.end()
    first = _FIRST.match(text, place)
    return first[1].lower() if first else None


def _jpeg(data: bytes) -> str | None:
    """Return what is unusual about a JPEG file; None if nothing is, or it cannot be told."""
    place = 2
    while place + 5 <= len(data) and data[place] == 0xFF:
        marker, precision = data[place + 1], data[place + 4]
        if marker == _LS:
            return "a JPEG-LS picture"
        if marker in _LOSSLESS:
            return "a lossless JPEG picture"
        if marker in _FRAMES:
            return None if precision == 8 else f"a JPEG picture of {precision} bits"
        place += 2 + int.from_bytes(data[place + 2 : place + 4])
    return None
