"""Kinds of files by their first bytes."""

import numpy as np
import pytest
from PIL import Image

from dreamlab.errors import DreamError
from dreamlab.images import kinds, load_image
from tests.support.corpus import CORNERS, saved

PICTURE = Image.fromarray(CORNERS)
SVG = '<svg xmlns="http://www.w3.org/2000/svg"/>'

NOT_READ = {
    "HEIC picture": [
        b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(90),
        b"\0\0\0\x18ftypheix\0\0\0\0" + bytes(90),
        b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic" + bytes(90),
        b"\0\0\0\x18ftypmsf1\0\0\0\0hevc" + bytes(90),
    ],
    "JPEG XL picture": [b"\xff\x0a" + bytes(90), b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(90)],
    "JPEG 2000 picture": [saved(PICTURE, "JPEG2000"), b"\xff\x4f\xff\x51" + bytes(90)],
    "JPEG XR picture": [b"II\xbc\x01" + bytes(90)],
    "Photoshop document": [b"8BPS\0\1" + bytes(90)],
    "GIMP document": [b"gimp xcf v011\0" + bytes(90)],
    "Windows icon": [saved(PICTURE, "ICO")],
    "macOS icon": [b"icns" + bytes(90)],
    "OpenEXR picture": [b"v/1\x01\2\0\0\0" + bytes(90)],
    "Radiance HDR picture": [b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n"],
    "DirectDraw texture": [saved(PICTURE, "DDS")],
    "Netpbm picture": [saved(PICTURE, "PPM"), b"P5\n9 9\n255\n" + bytes(81)],
    "QOI picture": [b"qoif" + bytes(90)],
    "PCX picture": [saved(PICTURE, "PCX")],
    "camera's raw picture": [
        b"FUJIFILMCCD-RAW 0201" + bytes(90),
        b"II*\0\x10\0\0\0CR\2\0" + bytes(90),
        b"\0\0\0\x18ftypcrx \0\0\0\1" + bytes(90),
        b"IIU\0\x08\0\0\0" + bytes(90),
        b"IIU\0\x18\0\0\0" + bytes(90),
    ],
    "DICOM file": [bytes(128) + b"DICM" + bytes(90)],
    "FITS file": [b"SIMPLE  =                    T" + bytes(90)],
    "NumPy array": [b"\x93NUMPY\1\0v\0{'descr'"],
    "HDF5 file": [b"\x89HDF\r\n\x1a\n" + bytes(90)],
    "PDF document": [b"%PDF-1.7\n%%EOF"],
    "PostScript drawing": [b"%!PS-Adobe-3.0 EPSF-3.0\n", saved(PICTURE, "EPS")],
    "SVG drawing": [
        SVG.encode(),
        b"\xef\xbb\xbf" + SVG.encode(),
        f'<?xml version="1.0"?>\n<!-- by hand -->\n{SVG}'.encode(),
        b"<svg:svg xmlns:svg='http://www.w3.org/2000/svg'/>",
    ],
    "web page": [
        b"<!DOCTYPE html><img src=x>",
        b"\n <HTML><body>404</body></HTML>",
        f"<!-- old --><html><body>{SVG}</body></html>".encode(),
        b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"></html>',
    ],
    "MP4 video": [
        b"\0\0\0\x20ftypisom\0\0\2\0isomiso2" + bytes(90),
        b"\0\0\0\x18ftypmp42" + bytes(90),
    ],
    "QuickTime video": [b"\0\0\0\x14ftypqt  \0\0\0\0" + bytes(90)],
    "Matroska or WebM video": [b"\x1aE\xdf\xa3" + bytes(90)],
    "AVI video": [b"RIFF\0\0\0\0AVI LIST" + bytes(90)],
    "sound": [b"RIFF\0\0\0\0WAVEfmt ", b"ID3\3\0", b"OggS\0"],
    "ZIP archive": [b"PK\3\4" + bytes(90), b"PK\5\6" + bytes(18)],
    "packed archive": [b"\x1f\x8b\x08" + bytes(90), b"Rar!\x1a\x07\0", b"7z\xbc\xaf\x27\x1c"],
    "program": [b"MZ" + bytes(90), b"\x7fELF" + bytes(90)],
}


@pytest.mark.parametrize("name", NOT_READ)
def test_a_kind_that_is_not_read_is_named(name):
    for data in NOT_READ[name]:
        with pytest.raises(DreamError) as error:
            load_image(data)
        said = str(error.value)
        assert f" {name}" in said and said.startswith(("the picture is a ", "the picture is an "))
        assert ("not read: " in said or "not a picture: " in said) and "damaged" not in said


@pytest.mark.parametrize(
    ("marker", "precision", "name"),
    [
        (0xC1, 12, "JPEG picture of 12 bits"),
        (0xC3, 10, "lossless JPEG picture"),
        (0xF7, 8, "JPEG-LS picture"),
    ],
)
def test_a_jpeg_of_another_kind_is_named(marker, precision, name):
    data = bytearray(saved(PICTURE, "JPEG"))
    frame = data.index(b"\xff\xc0")
    data[frame + 1], data[frame + 4] = marker, precision
    words = f"is a {name}, which is not read: save it as JPEG of 8 bits or as PNG"
    with pytest.raises(DreamError, match=words):
        load_image(bytes(data))


@pytest.mark.parametrize("format", kinds.FORMATS)
def test_a_kind_that_is_read_is_not_named(format):
    data = saved(PICTURE, format)
    assert kinds.refusal(data) is None
    assert load_image(data).shape == (32, 48, 3)


SVG, PAGE = "is an SVG drawing, which is not read: export it as PNG", "is a web page, not a picture"
SVGS = {
    "plain": "<svg/>",
    "a namespace": '<svg:svg xmlns:svg="http://www.w3.org/2000/svg"/>',
    "a comment on pages": '<?xml version="1.0"?>\n<!-- exported from <body> --> <svg/>',
    "a generator": "<!-- Generator: for <html> -->\n<svg>",
    "a long comment": f'<?xml version="1.0"?><!--{"x" * 5000}--><svg/>',
    "many comments": "<!-- <html> -->\n" * 500 + "<svg/>",
    "a doctype": '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/G"><svg/>',
    "entities": '<!DOCTYPE svg [<!ENTITY a "http://b"> <!ENTITY c "d">]>\n<svg/>',
    "a style sheet": '<?xml-stylesheet href="a.css"?><svg/>',
}
PAGES = {
    "html": "<!DOCTYPE html><html><body><svg/></body></html>",
    "a comment on drawings": "<!-- <svg> --><html>",
    "a comment first": f"<!--{'x' * 3000}--><!doctype html>",
    "strict": '<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0"><html/>',
    "an error": "\n\n<head><title>404</title></head>",
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    ("text", "said"),
    [*((one, SVG) for one in SVGS.values()), *((one, PAGE) for one in PAGES.values())],
)
def test_the_first_element_tells_a_drawing_from_a_page(text, said, encoding):
    if encoding.startswith("utf-16-") and not text.startswith("<"):
        text = text.lstrip()
    with pytest.raises(DreamError, match=f"the picture {said}"):
        load_image(text.encode(encoding))


def test_markup_without_such_an_element_is_no_picture():
    for text in ("<?xml version='1.0'?><plist/>", "<!-- <svg/>", "<svg-like/ >", "text <svg/>"):
        with pytest.raises(DreamError, match="is not a PNG, JPEG, WebP, GIF, BMP, TIFF or AVIF"):
            load_image(text.encode())


def test_all_that_is_read_is_in_the_sentence_about_what_is_not():
    with pytest.raises(DreamError) as error:
        load_image(b"hello")
    assert str(error.value) == (
        "the picture is not a PNG, JPEG, WebP, GIF, BMP, TIFF or AVIF picture, or it is damaged; "
        "choose another"
    )


def test_avif_of_every_kind_is_read_and_turned():
    exif = Image.Exif()
    exif[0x0112] = 6
    for mode, options in (("RGB", {}), ("RGBA", {}), ("L", {}), ("RGB", {"exif": exif})):
        data = saved(PICTURE.convert(mode), "AVIF", quality=100, subsampling="4:4:4", **options)
        expected = np.asarray(PICTURE.convert(mode).convert("RGB")).astype(int)
        pixels = (load_image(data) + 1) * 127.5
        if options:
            expected = np.rot90(expected, -1)
        assert np.abs(pixels - expected).max() <= 6, mode


def test_avif_cut_short_is_damaged():
    data = saved(PICTURE, "AVIF")
    with pytest.raises(DreamError, match="is (damaged|not a PNG)"):
        load_image(data[:-60])
