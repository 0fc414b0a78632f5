"""Pictures that are arrays, or Pillow's, are taken as the files of the same pixels are."""

import io

import numpy as np
import pytest
from PIL import Image

from dreamlab.errors import DreamError
from dreamlab.images import from_pixels, load_image, png

PIXELS = np.random.default_rng(0).integers(0, 256, (24, 36, 3), np.uint8)
EXPECTED = PIXELS.astype(np.float32) / 127.5 - 1


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.int64, np.uint32])
def test_whole_numbers_of_any_type_are_pixels(kind):
    image = load_image(PIXELS.astype(kind))
    assert image.dtype == np.float32
    np.testing.assert_array_equal(image, EXPECTED)


def test_pillow_s_pictures_and_bytes_and_files_are_one_and_the_same():
    for source in (Image.fromarray(PIXELS), png(PIXELS), io.BytesIO(png(PIXELS)), PIXELS):
        np.testing.assert_array_equal(load_image(source), EXPECTED)


def test_a_pillow_picture_that_was_opened_is_turned_upright():
    exif = Image.Exif()
    exif[274] = 6  # a quarter turn to the right
    file = io.BytesIO()
    Image.fromarray(PIXELS).save(file, "PNG", exif=exif)
    np.testing.assert_array_equal(load_image(Image.open(file)), np.rot90(EXPECTED, -1))


def test_a_pillow_picture_that_is_damaged_is_one_sentence():
    opened = Image.open(io.BytesIO(png(PIXELS)[:600]))
    with pytest.raises(DreamError, match="the picture is damaged and cannot be decoded"):
        load_image(opened)


def test_grey_one_band_and_transparency():
    grey = PIXELS[:, :, 0]
    expected = from_pixels(np.repeat(grey[:, :, None], 3, 2))
    np.testing.assert_array_equal(load_image(grey), expected)
    np.testing.assert_array_equal(load_image(grey[:, :, None]), expected)
    clear = np.dstack([PIXELS, np.zeros_like(grey)])
    np.testing.assert_array_equal(load_image(clear), np.ones_like(EXPECTED))  # white below


def test_true_and_false_are_white_and_black():
    mask = PIXELS[:, :, 0] > 127
    np.testing.assert_array_equal(load_image(mask)[:, :, 0], np.where(mask, 1.0, -1.0))


def test_floats_are_taken_as_they_are():
    for source in (EXPECTED, EXPECTED.astype(np.float64), EXPECTED.astype(np.float16)):
        image = load_image(source)
        assert image.dtype == np.float32
        np.testing.assert_array_equal(image, source.astype(np.float32))
    np.testing.assert_array_equal(load_image(EXPECTED[:, :, 0])[:, :, 2], EXPECTED[:, :, 0])


def test_all_are_scaled_down_alike():
    small = load_image(PIXELS, max_side=12)
    assert small.shape == (8, 12, 3)
    np.testing.assert_array_equal(small, load_image(Image.fromarray(PIXELS), max_side=12))
    # Pixels are rounded twice on the way, across and down, by half a step of 2 / 255; floats never.
    np.testing.assert_allclose(load_image(EXPECTED, max_side=12), small, atol=2.01 / 255)


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (PIXELS.astype(int) + 1, r"an array of int64 from 1 to 256; give 0 to 255, or floats"),
        (PIXELS.astype(int) - 9, r"from -9 to \d+; give 0 to 255"),
        (PIXELS.astype(float), r"float values from 0 to 255; give -1 to 1, or uint8"),
        (EXPECTED[None], r"shape \(1, 24, 36, 3\); give height x width x 3"),
        (PIXELS[:, :, :2], r"shape \(24, 36, 2\); give height x width x 3"),
        (np.full((9, 9, 3), np.nan), r"not finite numbers"),
        (PIXELS.astype(str), r"an array of <U\d+; give uint8 pixels or floats"),
        (None, r"the picture is None; give a path, bytes"),
        ([[1, 2]], r"the picture is \[\[1, 2\]\]; give a path, bytes"),
        (np.zeros((1, 9, 3), np.uint8), r"9 x 1 px; at least 2 x 2 are needed"),
    ],
)
def test_what_cannot_be_a_picture_is_one_sentence(source, sentence):
    with pytest.raises(DreamError, match=sentence):
        load_image(source)
