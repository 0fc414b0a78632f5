"""Pixels, the engine's numbers and encoded pictures."""

import base64
import io

import imageio.v3 as iio
import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from dreamlab import images
from dreamlab.images import from_pixels, load_image, to_pixels
from tests.support.corpus import CORNERS, saved


def test_every_pixel_value_makes_the_round_trip():
    pixels = np.arange(256, dtype=np.uint8).repeat(3).reshape(16, 16, 3)
    image = from_pixels(pixels)
    assert image.dtype == np.float32
    assert image.flat[0] == -1 and image.flat[-1] == 1
    np.testing.assert_array_equal(to_pixels(image), pixels)


def test_to_pixels_clips_rounds_and_leaves_its_input_alone():
    image = np.array([[[-7, 7, 0], [np.nan, np.inf, -np.inf], [0.5, 0.004, -0.004]]], np.float32)
    before = image.copy()
    # 0 -> 127.5 -> 128 (to even); 0.5 -> 191.25; +-0.004 -> 128.01 and 126.99.
    expected = [[[0, 255, 128], [128, 255, 0], [191, 128, 127]]]
    np.testing.assert_array_equal(to_pixels(image), expected)
    np.testing.assert_array_equal(image, before)


def test_png_keeps_pixels_and_text_and_nothing_else():
    data = images.png(CORNERS, text={"dreamlab": '{"a": 1}'})
    np.testing.assert_array_equal(iio.imread(data), CORNERS)
    assert Image.open(io.BytesIO(data)).info == {"dreamlab": '{"a": 1}'}
    assert Image.open(io.BytesIO(images.png(CORNERS))).info == {}
    assert images.png(CORNERS) == images.png(CORNERS)


def test_metadata_of_a_picture_does_not_reach_what_is_made_of_it():
    exif = Image.Exif()
    exif[0x010E] = "my garden"
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "my garden")
    data = saved(Image.fromarray(CORNERS), "PNG", exif=exif, pnginfo=info)
    assert b"my garden" in data
    pixels = to_pixels(load_image(data))
    for made in (images.png(pixels), images.jpeg(pixels)):
        assert b"my garden" not in made and b"Exif" not in made and b"eXIf" not in made


def test_jpeg_scales_down_only():
    large = Image.open(io.BytesIO(images.jpeg(CORNERS, max_side=24)))
    assert large.format == "JPEG" and large.size == (24, 16)
    same = iio.imread(images.jpeg(CORNERS, max_side=500, quality=95)).astype(int)
    assert same.shape == CORNERS.shape
    assert abs(same - CORNERS)[4:12, 4:20].max() <= 4
    assert len(images.jpeg(CORNERS, quality=20)) < len(images.jpeg(CORNERS, quality=95))


@pytest.mark.parametrize(("write", "kind"), [(images.png, "png"), (images.jpeg, "jpeg")])
def test_data_url(write, kind):
    start, data = images.data_url(write(CORNERS)).split(",")
    assert start == f"data:image/{kind};base64" and base64.b64decode(data) == write(CORNERS)


def test_resize_pixels():
    assert images.resize_pixels(CORNERS, 32, 48) is CORNERS
    larger = images.resize_pixels(CORNERS, 64, 96)
    assert larger.shape == (64, 96, 3) and larger.dtype == np.uint8
    np.testing.assert_array_equal(larger[8, 8], [255, 0, 0])
    np.testing.assert_array_equal(larger[56, 88], [255, 255, 255])
