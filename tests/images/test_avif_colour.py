"""AVIF pictures whose colours are not sRGB."""

import struct
import warnings

import numpy as np
import pytest
from PIL import Image

from dreamlab.images import avif_colour, load_image, to_pixels
from tests.support.corpus import saved, swapped_profile
from tests.support.pngs import P3, light


def avif(picture, primaries=1, curve=13, **options):
    """A picture whose box nclx has other code points than the encoder wrote."""
    options = {"quality": 100, "subsampling": "4:4:4"} | options
    data = bytearray(saved(picture, "AVIF", **options))
    place = data.index(b"colrnclx") + 8
    data[place : place + 4] = struct.pack(">HH", primaries, curve)
    return bytes(data)


def read(data):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return to_pixels(load_image(data)).astype(int)


@pytest.mark.parametrize(("colour", "expected"), P3.items())
def test_display_p3(colour, expected):
    pixels = read(avif(Image.new("RGB", (16, 16), colour), primaries=12))
    assert np.abs(pixels - expected).max() <= 3


def test_bt_2020_is_wider_than_srgb():
    # sRGB's red has 62.74 %, 6.91 % and 1.64 % of BT.2020's linear red, green and blue (BT.2087).
    red = np.array([0.6274, 0.0691, 0.0164])
    stored = np.where(red <= 0.0031308, red * 12.92, 1.055 * red ** (1 / 2.4) - 0.055)
    colour = tuple(np.rint(stored * 255).astype(int).tolist())
    pixels = read(avif(Image.new("RGB", (16, 16), colour), primaries=9))
    assert np.abs(pixels - [255, 0, 0]).max() <= 4
    assert np.abs(read(avif(Image.new("RGB", (16, 16), colour))) - colour).max() <= 2


def test_linear_light():
    grey = round(float(light(188 / 255)) * 255)
    pixels = read(avif(Image.new("RGB", (16, 16), (grey,) * 3), curve=8))
    assert np.abs(pixels - 188).max() <= 2


@pytest.mark.parametrize(("curve", "name"), [(16, "PQ"), (18, "HLG")])
def test_hdr_is_toned_down_with_a_note(curve, name):
    white = {16: 148, 18: 191}[curve]  # of 255: white on paper
    data = avif(Image.new("RGB", (16, 16), (white,) * 3), 9, curve)
    with pytest.warns(UserWarning, match=rf"the picture is HDR \({name}\), and toned down"):
        pixels = to_pixels(load_image(data)).astype(int)
    assert np.abs(pixels - 191).max() <= 2


@pytest.mark.parametrize("codes", [(1, 13), (1, 1), (1, 6), (2, 2), (2, 13), (1, 2), (300, 13)])
def test_the_usual_words_change_nothing(codes):
    picture = Image.new("RGB", (16, 16), (200, 100, 50))
    assert np.abs(read(avif(picture, *codes)) - (200, 100, 50)).max() <= 2


def test_transparency_is_kept():
    picture = Image.new("RGBA", (16, 16), (200, 100, 50, 0))
    picture.paste((200, 100, 50, 255), (0, 0, 16, 8))
    pixels = read(avif(picture, primaries=12))
    assert np.abs(pixels[2, 8] - P3[200, 100, 50]).max() <= 3
    assert np.abs(pixels[14, 8] - 255).max() <= 2


def test_a_profile_counts_before_code_points():
    picture = Image.new("RGB", (16, 16), (200, 100, 50))
    data = avif(picture, primaries=12, icc_profile=swapped_profile())
    assert np.abs(read(data) - (50, 100, 200)).max() <= 4
    void = avif(picture, primaries=12, icc_profile=b"no profile" * 30)
    assert np.abs(read(void) - P3[200, 100, 50]).max() <= 3


def test_a_damaged_box_says_nothing():
    data = avif(Image.new("RGB", (16, 16)), primaries=12)
    assert avif_colour.unread(data) == {"cicp": bytes([12, 13, 0, 1])}
    for end in range(0, data.index(b"mdat"), 3):
        assert avif_colour.unread(data[:end]) in ({}, {"cicp": bytes([12, 13, 0, 1])})
    for place in range(data.index(b"mdat")):
        for byte in (0, 1, 255):
            avif_colour.unread(data[:place] + bytes([byte]) + data[place + 1 :])
