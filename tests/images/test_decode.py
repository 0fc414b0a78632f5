"""Files to arrays."""

import io
import os
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from dreamlab import images
from dreamlab.errors import DreamError
from dreamlab.images import files, load_image, to_pixels
from tests.support.corpus import CORNERS, FILES, claimed, saved


@pytest.mark.parametrize(
    ("format", "options", "tolerance"),
    [
        ("PNG", {}, 0),
        ("BMP", {}, 0),
        ("TIFF", {}, 0),
        ("TIFF", {"compression": "tiff_lzw"}, 0),
        ("GIF", {}, 0),
        ("WEBP", {"lossless": True}, 0),
        ("JPEG", {"quality": 95, "subsampling": 0}, 3),
    ],
)
def test_every_format_gives_the_same_pixels(format, options, tolerance):
    image = load_image(saved(Image.fromarray(CORNERS), format, **options))
    assert image.shape == (32, 48, 3) and image.dtype == np.float32
    assert image.flags["C_CONTIGUOUS"] and image.flags["WRITEABLE"]
    np.testing.assert_allclose(image, CORNERS / 127.5 - 1, atol=tolerance / 127.5 + 1e-6)


def test_a_path_a_string_bytes_and_a_file_are_read_alike(tmp_path):
    path = tmp_path / "picture.jpg"  # a PNG inside: the content counts
    path.write_bytes(saved(Image.fromarray(CORNERS), "PNG"))
    with path.open("rb") as opened:
        read = [load_image(file) for file in (path, str(path), path.read_bytes(), opened)]
    for image in read:
        np.testing.assert_array_equal(to_pixels(image), CORNERS)


def test_the_first_frame_of_an_animation_is_read():
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    for format in ("GIF", "WEBP", "PNG", "TIFF"):
        data = saved(frames[0], format, save_all=True, append_images=frames[1:])
        pixel = to_pixels(load_image(data))[0, 0]
        np.testing.assert_allclose(pixel.astype(int), [255, 0, 0], atol=2, err_msg=format)


def test_a_phone_s_jpeg_with_a_second_picture_in_it_is_read():
    red, blue = (Image.new("RGB", (16, 16), colour) for colour in ("red", "blue"))
    data = saved(red, "MPO", save_all=True, append_images=[blue])
    pixel = to_pixels(load_image(data))[0, 0]
    np.testing.assert_allclose(pixel.astype(int), [255, 0, 0], atol=2)


TURNS = [
    (1, lambda a: a),
    (2, lambda a: a[:, ::-1]),
    (3, lambda a: a[::-1, ::-1]),
    (4, lambda a: a[::-1]),
    (5, lambda a: a.transpose(1, 0, 2)),
    (6, lambda a: np.rot90(a, -1)),  # the camera's top is on the right: turn clockwise
    (7, lambda a: a[::-1, ::-1].transpose(1, 0, 2)),
    (8, lambda a: np.rot90(a, 1)),
]


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize(("orientation", "upright"), TURNS)
def test_exif_orientation_is_applied_once(format, orientation, upright):
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"lossless": True} if format == "WEBP" else {}
    if format == "JPEG":
        options = {"quality": 95, "subsampling": 0}
    data = saved(Image.fromarray(CORNERS), format, exif=exif, **options)
    pixels = to_pixels(load_image(data)).astype(int)
    expected = upright(CORNERS)
    assert pixels.shape == expected.shape
    np.testing.assert_allclose(pixels, expected, atol=3)


def test_broken_exif_is_ignored():
    data = saved(Image.fromarray(CORNERS), "PNG", exif=b"Exif\0\0II*\0\xff\xff\xff\xffgarbage")
    np.testing.assert_array_equal(to_pixels(load_image(data)), CORNERS)


def test_max_side_scales_down_and_keeps_the_ratio():
    data = saved(Image.new("RGB", (600, 400), (10, 20, 30)), "PNG")
    image = load_image(data, max_side=300)
    assert image.shape == (200, 300, 3)
    assert (to_pixels(image) == [10, 20, 30]).all()
    assert load_image(saved(Image.new("RGB", (40, 90)), "PNG"), max_side=30).shape == (30, 13, 3)


def test_max_side_never_scales_up():
    data = saved(Image.fromarray(CORNERS), "PNG")
    np.testing.assert_array_equal(to_pixels(load_image(data, max_side=600)), CORNERS)
    assert load_image(data, max_side=48).shape == (32, 48, 3)


def test_scaling_down_averages_and_does_not_skip():
    stripes = np.zeros((64, 64, 3), np.uint8)
    stripes[:, ::2] = 255
    small = to_pixels(load_image(saved(Image.fromarray(stripes), "PNG"), max_side=16))
    assert abs(small[4:-4, 4:-4].astype(int) - 127).max() <= 2


@pytest.mark.filterwarnings("ignore::dreamlab.images.PictureNote")
@pytest.mark.parametrize("name", [name for name in FILES if isinstance(FILES[name][1], tuple)])
def test_scaling_while_reading_is_scaling_what_was_read(name):
    data, _ = FILES[name]
    whole = to_pixels(load_image(data))
    for side in (40, 12):
        small = to_pixels(load_image(data, max_side=side)).astype(int)
        error = abs(small - images.resize_pixels(whole, *small.shape[:2]))
        assert error.mean() < 2, side
        if "jp" not in name and "phone" not in name and "orientation" not in name:
            assert error.max() <= 1, side


@pytest.mark.parametrize("mode", ["RGB", "CMYK", "L"])
def test_a_jpeg_decoded_smaller_keeps_its_place(mode):
    # At an eighth, 1001 x 667 px become 126 x 84, the last of each row and column but in part.
    across, down = np.meshgrid(np.linspace(0, 250, 1001), np.linspace(0, 250, 667))
    pixels = np.stack([across, down, 250 - across], axis=-1).astype(np.uint8)
    data = saved(Image.fromarray(pixels).convert(mode), "JPEG", quality=95, subsampling=0)
    whole = to_pixels(load_image(data))
    for side in (60, 101, 130, 400):
        small = to_pixels(load_image(data, max_side=side)).astype(int)
        assert small.shape == (round(667 * side / 1001), side, 3)
        assert abs(small - images.resize_pixels(whole, *small.shape[:2])).max() <= 4, side


@pytest.mark.parametrize(("orientation", "upright"), TURNS)
def test_a_jpeg_decoded_smaller_is_turned(orientation, upright):
    exif = Image.Exif()
    exif[0x0112] = orientation
    large = CORNERS.repeat(8, axis=0).repeat(8, axis=1)
    data = saved(Image.fromarray(large), "JPEG", exif=exif, quality=95, subsampling=0)
    small = to_pixels(load_image(data, max_side=48)).astype(int)
    expected = upright(CORNERS)
    assert small.shape == expected.shape
    assert abs(small - expected)[[4, -5]][:, [4, -5]].max() <= 4


@pytest.mark.parametrize("max_side", [1, 0, -5])
def test_max_side_too_small_is_refused(max_side):
    with pytest.raises(DreamError, match=f"max_side is {max_side}; choose 2 px or more"):
        load_image(saved(Image.fromarray(CORNERS), "PNG"), max_side=max_side)


WHOLE = saved(
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)), "PNG"
)
BAD = {
    "empty": (b"", "is empty"),
    "text": (b"hello, I am a picture", "is not a PNG"),
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', "is an SVG drawing"),
    "html": (b"<!DOCTYPE html><img src=x onerror=alert(1)>", "is a web page"),
    "eps": (
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%EndComments\n",
        "is a PostScript drawing",
    ),
    "ppm": (saved(Image.new("RGB", (9, 9)), "PPM"), "is a Netpbm picture"),
    "header alone": (b"\x89PNG\r\n\x1a\n", "is not a PNG"),
    "half a png": (WHOLE[: len(WHOLE) // 2], "is damaged"),
    "nothing in it": (claimed(64, 64), "is damaged"),
    "1 x 1": (saved(Image.new("RGB", (1, 1)), "PNG"), "is 1 x 1 px; at least 2 x 2 are needed"),
    "line": (saved(Image.new("L", (20000, 1)), "PNG"), "is 20000 x 1 px; at least 2 x 2"),
    "ribbon": (
        saved(Image.new("L", (1000, 10)), "PNG"),
        "one side 100 times the other; at most 50",
    ),
    "large": (claimed(8001, 8000), r"64,008,000 pixels; at most 64,000,000 are read"),
    "bomb": (claimed(50000, 50000), "more than 64,000,000 pixels"),
    "nonsense size": (claimed(2**31 - 1, 2**31 - 1), "more than 64,000,000 pixels"),
}
for _format in ("JPEG", "WEBP", "GIF", "BMP", "TIFF"):
    _data = saved(Image.open(io.BytesIO(WHOLE)), _format)
    BAD[f"half a {_format}"] = (_data[: len(_data) // 2], "is damaged")


@pytest.mark.parametrize(("data", "message"), BAD.values(), ids=BAD)
def test_a_bad_file_gets_one_sentence(data, message, tmp_path):
    path = tmp_path / "holiday.png"
    path.write_bytes(data)
    with pytest.raises(DreamError, match=f"^holiday.png .*{message}") as caught:
        load_image(path)
    text = str(caught.value)
    assert "\n" not in text and str(tmp_path) not in text and ("; " in text or ": " in text)
    with pytest.raises(DreamError, match=f"^the picture .*{message}"):
        load_image(data)


@given(st.binary(max_size=200), st.integers(0, len(WHOLE) - 1))
def test_damage_anywhere_gives_a_picture_or_one_sentence(patch, place):
    try:
        image = load_image(WHOLE[:place] + patch + WHOLE[place + len(patch) :])
    except DreamError:
        return
    assert image.dtype == np.float32 and image.shape[2] == 3 and abs(image).max() <= 1


def test_a_pixel_cap_of_one_s_own():
    data = saved(Image.new("RGB", (30, 20)), "PNG")
    assert load_image(data, max_pixels=600).shape == (20, 30, 3)
    with pytest.raises(DreamError, match="is 30 x 20 px, 600 pixels; at most 599 are read"):
        load_image(data, max_pixels=599)


@pytest.mark.parametrize(
    ("mode", "format", "options", "each"),
    [
        ("RGB", "PNG", {}, 4),
        ("L", "PNG", {}, 1),
        ("I;16", "PNG", {}, 2),
        ("P", "GIF", {}, 2),
        ("RGB", "BMP", {}, 16),
        ("RGB", "TIFF", {}, 16),
        ("1", "TIFF", {}, 4),
        ("RGB", "WEBP", {}, 16),
        # Coefficients of 2 bytes, of colour in full or a quarter; and the picture.
        ("RGB", "JPEG", {"subsampling": "4:4:4"}, 6 + 4),
        ("RGB", "JPEG", {"subsampling": "4:2:0"}, 3 + 4),
        ("L", "JPEG", {}, 2 + 1),
        ("CMYK", "JPEG", {}, 8 + 4),
    ],
)
def test_a_cap_on_memory(mode, format, options, each):
    data = saved(Image.new(mode, (30, 20)), format, **options)
    assert load_image(data, max_memory=600 * each).shape == (20, 30, 3)
    refusal = f"30 x 20 px, 600 pixels; of a {format} like it at most 599 are read: choose a"
    with pytest.raises(DreamError, match=refusal):
        load_image(data, max_memory=600 * each - 1)


def test_a_jpeg_that_is_decoded_smaller_takes_less():
    data = saved(Image.new("RGB", (64, 64)), "JPEG", subsampling="4:4:4")
    for side, held in ((8, 4 / 16), (16, 4 / 4), (17, 4)):
        assert load_image(data, max_side=side, max_memory=64 * 64 * (6 + held)).shape[0] == side
        with pytest.raises(DreamError, match="at most 4,095 are read"):
            load_image(data, max_side=side, max_memory=64 * 64 * (6 + held) - 1)


def test_a_file_too_large_is_not_read_whole(monkeypatch):
    monkeypatch.setattr(files, "MAX_BYTES", 1 << 20)
    file = io.BytesIO(bytes((1 << 20) + 500))
    with pytest.raises(DreamError, match="the picture is larger than 1 MB"):
        load_image(file)
    assert file.tell() == (1 << 20) + 1


def test_a_directory_and_a_missing_file(tmp_path):
    with pytest.raises(DreamError, match=f"^{tmp_path.name} is not a file; choose a picture file"):
        load_image(tmp_path)
    with pytest.raises(DreamError, match="^no.png cannot be read: no such file or directory; "):
        load_image(tmp_path / "no.png")
    with pytest.raises(DreamError, match="cannot be read"):
        load_image("a\0b.png")


def test_a_file_that_may_not_be_read(tmp_path, monkeypatch):
    path = tmp_path / "secret.png"
    path.write_bytes(WHOLE)

    def refused(*_):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", refused)  # the superuser may read anything
    with pytest.raises(DreamError, match="^secret.png cannot be read: permission denied; choose"):
        load_image(path)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no named pipes")
def test_a_named_pipe_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(DreamError, match="pipe.png is not a file"):
        load_image(tmp_path / "pipe.png")


def test_file_names_are_made_fit_for_a_sentence(tmp_path):
    path = tmp_path / "a\nb\x1b[31m\u202egnp.png"
    path.write_bytes(b"no picture")
    with pytest.raises(DreamError, match=r"^a\?b\?\[31m\?gnp\.png is not"):
        load_image(path)
    file = io.BytesIO(b"no picture")
    file.name = "x" * 300 + ".png"
    with pytest.raises(DreamError) as caught:
        load_image(file)
    assert str(caught.value).startswith("x" * 40 + "..." + "x" * 13 + ".png is not")


def test_pillow_s_warnings_do_not_leak():
    tiff = bytearray(saved(Image.fromarray(CORNERS), "TIFF"))
    picture = Image.new("P", (8, 8))
    picture.putpalette([0, 0, 0, 255, 255, 255])
    png = saved(picture, "PNG", transparency=b"\x80\x10")  # "Palette images with Transparency"
    filters = list(warnings.filters)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        load_image(bytes(tiff) + b"\0" * 10)
        load_image(png)
    assert not caught
    assert list(warnings.filters) == filters
