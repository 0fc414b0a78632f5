"""Pictures of any mode brought to plain 8-bit sRGB."""

import io

import numpy as np
import pytest
from PIL import Image, ImageCms

from dreamlab.images import PictureNote, colour, load_image, to_pixels
from tests.support.corpus import FILES, swapped_profile


def loaded(picture, format="PNG", **options):
    file = io.BytesIO()
    picture.save(file, format, **options)
    return to_pixels(load_image(file.getvalue()))


def pixel(picture, format="PNG", **options):
    return loaded(picture, format, **options)[0, 0].tolist()


def filled(mode, colour):
    return Image.new(mode, (4, 4), colour)


def test_greyscale_and_bilevel():
    assert pixel(filled("L", 77)) == [77, 77, 77]
    assert pixel(filled("1", 1)) == [255, 255, 255]
    assert pixel(filled("1", 0)) == [0, 0, 0]


def test_transparency_lies_over_white():
    # A quarter of red: 255, and 255 * 3 / 4 = 191 of white shining through.
    assert pixel(filled("RGBA", (255, 0, 0, 64))) == [255, 191, 191]
    assert pixel(filled("RGBA", (0, 0, 0, 0))) == [255, 255, 255]
    assert pixel(filled("LA", (0, 128))) == [127, 127, 127]
    assert pixel(filled("RGBA", (0, 0, 0, 0)), "WEBP", lossless=True) == [255, 255, 255]
    assert pixel(filled("RGBA", (0, 0, 0, 0)), "TIFF") == [255, 255, 255]


def test_palettes():
    picture = Image.new("P", (4, 4), 1)
    picture.putpalette([0, 0, 0, 10, 20, 30])
    assert pixel(picture) == [10, 20, 30]
    assert pixel(picture, "GIF") == [10, 20, 30]
    assert pixel(picture, transparency=0) == [10, 20, 30]
    assert pixel(picture, transparency=1) == [255, 255, 255]
    assert pixel(picture, "GIF", transparency=1) == [255, 255, 255]
    # Half there: 10 * 0.5 + 255 * 0.5 and so on, of 255 steps.
    assert np.allclose(pixel(picture, transparency=b"\xff\x80"), [132, 137, 142], atol=1)


def test_a_transparent_colour_without_an_alpha_channel():
    picture = Image.new("RGB", (4, 4), (9, 8, 7))
    picture.putpixel((0, 0), (1, 2, 3))
    pixels = loaded(picture, transparency=(1, 2, 3))
    assert pixels[0, 0].tolist() == [255, 255, 255] and pixels[1, 1].tolist() == [9, 8, 7]
    assert pixel(filled("L", 5), transparency=5) == [255, 255, 255]


@pytest.mark.parametrize("format", ["JPEG", "TIFF"])
def test_cmyk(format):
    # Full cyan ink and nothing else; and all black ink.
    assert np.allclose(pixel(filled("CMYK", (255, 0, 0, 0)), format), [0, 255, 255], atol=2)
    assert np.allclose(pixel(filled("CMYK", (0, 0, 0, 255)), format), [0, 0, 0], atol=2)


@pytest.mark.parametrize("format", ["PNG", "TIFF"])
def test_16_bit_grey_is_scaled_and_not_clipped(format):
    values = np.array([[0, 257, 32896, 65535], [128, 129, 600, 65406]], np.uint16)
    grey = loaded(Image.fromarray(values), format)[..., 0]
    # 128 / 257 rounds down and 129 / 257 up; 65406 / 257 = 254.498.
    assert grey.tolist() == [[0, 1, 128, 255], [0, 1, 2, 254]]


def test_big_endian_16_bit_tiff():
    values = np.array([[0, 65535], [257 * 3, 257 * 200]], ">u2")
    picture = Image.frombytes("I;16B", (2, 2), values.tobytes())
    assert loaded(picture, "TIFF")[..., 1].tolist() == [[0, 255], [3, 200]]


def test_float_grey_within_0_and_1_is_taken_as_it_is():
    values = np.array([[0.0, 0.2], [0.4, 0.6]], np.float32)
    assert loaded(Image.fromarray(values), "TIFF")[..., 0].tolist() == [[0, 51], [102, 153]]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.array([[-100, 0], [100, 100]], np.float32), [[0, 128], [255, 255]]),
        (np.array([[np.nan, 2], [4, np.inf]], np.float32), [[0, 0], [255, 255]]),
        (np.array([[np.nan, np.nan], [np.inf, -np.inf]], np.float32), [[0, 0], [255, 0]]),
        (np.array([[-3e38, 3e38], [0, 0]], np.float32), [[0, 255], [128, 128]]),
        (np.array([[7, 7], [7, 7]], np.float32), [[0, 0], [0, 0]]),
        (np.array([[1000, 3000], [2000, 5000]], np.int32), [[0, 128], [64, 255]]),
    ],
)
def test_other_32_bit_grey_is_stretched(values, expected):
    with pytest.warns(PictureNote):
        grey = loaded(Image.fromarray(values), "TIFF")[..., 0]
    assert grey.tolist() == expected


def test_lab():
    # Lightness 53.2 %, a 80 and b 67 (stored 128 higher) is the red of sRGB.
    picture = filled("LAB", (136, 208, 195))
    assert np.allclose(pixel(picture, "TIFF"), [255, 0, 0], atol=12)


def test_an_icc_profile_is_followed():
    profile = swapped_profile()
    for picture in (
        filled("RGB", (255, 0, 0)),
        filled("RGBA", (255, 0, 0, 255)),
        filled("RGB", (255, 0, 0)).quantize(4),
    ):
        assert np.allclose(pixel(picture, icc_profile=profile), [0, 0, 255], atol=3), picture.mode
    half = pixel(filled("RGBA", (255, 0, 0, 0)), icc_profile=profile)
    assert np.allclose(half, [255, 255, 255], atol=1)


def test_the_usual_profile_changes_nothing():
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert np.allclose(
        pixel(filled("RGB", (200, 100, 50)), icc_profile=srgb), [200, 100, 50], atol=1
    )


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_a_profile_that_is_no_good_or_not_for_this_picture_is_ignored(mode):
    picture = filled(mode, (0,) * len(Image.new(mode, (1, 1)).getbands()))
    format = "TIFF" if mode == "CMYK" else "PNG"
    for profile in (b"not a profile at all", swapped_profile()[:200]):
        assert pixel(picture, format, icc_profile=profile) == pixel(picture, format)
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    assert pixel(picture, format, icc_profile=lab) == pixel(picture, format)


def test_an_rgb_profile_on_a_cmyk_picture_is_ignored():
    cyan = filled("CMYK", (255, 0, 0, 0))
    assert pixel(cyan, "TIFF", icc_profile=swapped_profile()) == pixel(cyan, "TIFF")


@pytest.mark.filterwarnings("ignore::dreamlab.images.PictureNote")
@pytest.mark.parametrize("name", [name for name in FILES if isinstance(FILES[name][1], tuple)])
def test_a_picture_in_strips_is_the_whole_picture(name, monkeypatch):
    whole = load_image(FILES[name][0])
    for pixels in (1, 500):
        monkeypatch.setattr(colour, "_STRIP", pixels)
        assert np.array_equal(load_image(FILES[name][0]), whole)


def test_levels_are_those_of_the_whole_picture_and_not_of_a_strip(monkeypatch):
    monkeypatch.setattr(colour, "_STRIP", 2)
    values = np.array([[100, 100], [np.nan, np.inf], [300, 200]], np.float32)
    with pytest.warns(PictureNote):
        grey = to_pixels(load_image(Image.fromarray(values)))[..., 0]
    assert grey.tolist() == [[0, 0], [0, 255], [255, 128]]
