"""PNG pictures that say how their numbers stand for light."""

import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms

from dreamlab.images import load_image, to_pixels
from tests.support.corpus import chunk, saved, swapped_profile
from tests.support.pngs import ALPHA, COLOURS, GREY, GREY_ALPHA, P3, light, png

_rng = np.random.default_rng(0)
SCENE = _rng.integers(0, 256, (12, 20, 3), np.uint8)
SRGB = chunk(b"sRGB", b"\0")
LINEAR, USUAL, MAC = (
    chunk(b"gAMA", struct.pack(">I", value)) for value in (100_000, 45_455, 55_556)
)
SRGB_PRIMARIES = (31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)
P3_PRIMARIES = (31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000)


def primaries(values):
    return chunk(b"cHRM", struct.pack(">8I", *values))


def read(data):
    return to_pixels(load_image(data)).astype(int)


def stored(power, depth):
    """The scene as a file of another curve stores it: 8-bit sRGB to numbers of a depth."""
    return np.rint(light(SCENE / 255) ** power * (2**depth - 1)).astype(int)


@pytest.mark.parametrize(("gamma", "power"), [(LINEAR, 1.0), (MAC, 0.55556)])
def test_a_curve_of_its_own_is_followed(gamma, power):
    # 16 bits bring each step of sRGB back; 8 bits of linear light are coarse where it is dark.
    assert np.array_equal(read(png(stored(power, 16), COLOURS, gamma, depth=16)), SCENE)
    grey = stored(power, 16)[:, :, 1]
    assert np.array_equal(read(png(grey, GREY, gamma, depth=16))[:, :, 2], SCENE[:, :, 1])
    eight = read(png(stored(power, 8), COLOURS, gamma))
    bright = SCENE > 60
    assert np.abs(eight - SCENE)[bright].max() <= 2
    assert np.array_equal(
        read(png(stored(power, 8)[:, :, 1], GREY, gamma))[:, :, 0], eight[:, :, 1]
    )


def test_a_palette_s_curve_is_followed():
    picture = Image.new("P", (20, 12), 1)
    picture.putpalette([0, 0, 0, 55, 55, 128])
    data = saved(picture, "PNG")
    linear = data[:33] + LINEAR + data[33:]
    # 55 / 255 = 0.2157 of light is 128.5 in sRGB; 128 / 255 = 0.502 is 188.
    assert np.abs(read(linear)[0, 0] - [128.5, 128.5, 188]).max() <= 0.5


@pytest.mark.parametrize("depth", [8, 16])
def test_transparency_has_no_curve(depth):
    white = 2**depth - 1
    half = np.full((12, 20, 1), round(white * 0.6))
    for values, kind in ((stored(1.0, depth), ALPHA), (stored(1.0, depth)[:, :, :1], GREY_ALPHA)):
        opaque = read(png(np.dstack([values, half * 0 + white]), kind, LINEAR, depth=depth))
        expected = opaque * 0.6 + 255 * 0.4
        pixels = read(png(np.dstack([values, half]), kind, LINEAR, depth=depth))
        assert np.abs(pixels - expected).max() <= 1.5
        if depth == 16:
            scene = SCENE if kind == ALPHA else SCENE[:, :, :1]
            assert np.array_equal(opaque, np.broadcast_to(scene, opaque.shape))


def test_the_usual_words_change_nothing():
    plain = read(png(SCENE, COLOURS))
    assert np.array_equal(plain, SCENE)
    for chunks in (
        [USUAL],
        [SRGB],
        [USUAL, primaries(SRGB_PRIMARIES)],
        [chunk(b"gAMA", struct.pack(">I", 45_000))],
        [chunk(b"gAMA", bytes(4))],
        [chunk(b"cICP", bytes([1, 13, 0, 1]))],
    ):
        assert np.array_equal(read(png(SCENE, COLOURS, *chunks)), SCENE)


def test_srgb_counts_before_gamma_and_primaries():
    chunks = SRGB, LINEAR, primaries(P3_PRIMARIES)
    assert np.array_equal(read(png(SCENE, COLOURS, *chunks)), SCENE)


def test_a_profile_counts_before_gamma():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    packed = chunk(b"iCCP", b"sRGB\0\0" + zlib.compress(profile))
    for values, depth in ((SCENE, 8), (SCENE.astype(int) * 257, 16)):
        pixels = read(png(values, COLOURS, packed, LINEAR, depth=depth))
        assert np.abs(pixels - SCENE).max() <= 1


def test_cicp_counts_before_all_others():
    code = chunk(b"cICP", bytes([1, 13, 0, 1]))
    assert np.array_equal(read(png(SCENE, COLOURS, code, LINEAR)), SCENE)
    linear = chunk(b"cICP", bytes([1, 8, 0, 1]))
    pixels = read(png(stored(1.0, 16), COLOURS, linear, SRGB, USUAL, depth=16))
    assert np.array_equal(pixels, SCENE)


def test_a_cicp_that_is_not_known_is_passed_over():
    for code in ([9, 17, 0, 1], [1, 13, 1, 1], [200, 13, 0, 1]):
        data = png(stored(1.0, 16), COLOURS, chunk(b"cICP", bytes(code)), LINEAR, depth=16)
        assert np.array_equal(read(data), SCENE)


@pytest.mark.parametrize(("colour", "expected"), P3.items())
def test_display_p3(colour, expected):
    picture = np.full((4, 4, 3), colour)
    by_code = png(picture, COLOURS, chunk(b"cICP", bytes([12, 13, 0, 1])))
    by_primaries = png(picture, COLOURS, USUAL, primaries(P3_PRIMARIES))
    deep = png(picture * 257, COLOURS, chunk(b"cICP", bytes([12, 13, 0, 1])), depth=16)
    for data in (by_code, by_primaries, deep):
        assert np.abs(read(data)[0, 0] - expected).max() <= 1


def test_primaries_that_make_no_colours_are_ignored():
    for values in ((0,) * 8, (31270, 32900) * 4, (2**31 - 1,) * 8):
        assert np.array_equal(read(png(SCENE, COLOURS, USUAL, primaries(values))), SCENE)


def significant(bits, samples):
    return chunk(b"sBIT", bytes([bits] * samples))


@pytest.mark.parametrize("bits", [10, 12])
def test_significant_bits_at_the_top_change_nothing(bits):
    for low in (SCENE, SCENE // 40):  # a dark scene too
        few = low.astype(int) << bits - 8
        left = few << 16 - bits
        for values in (left, left | few >> 2 * bits - 16):
            expected = np.rint(values / 257)
            grey = png(values[:, :, 0], GREY, significant(bits, 1), depth=16)
            assert np.array_equal(read(grey)[:, :, 0], expected[:, :, 0])
            colours = png(values, COLOURS, significant(bits, 3), depth=16)
            assert np.abs(read(colours) - expected).max() <= 1


@pytest.mark.parametrize("bits", [10, 12])
def test_significant_bits_at_the_bottom_fill_the_range(bits):
    values = np.rint(SCENE / 255 * (2**bits - 1)).astype(int)
    opaque = np.full((12, 20, 1), 65535)
    grey = png(values[:, :, 0], GREY, significant(bits, 1), depth=16)
    assert np.array_equal(read(grey)[:, :, 0], SCENE[:, :, 0])
    colours = png(values, COLOURS, significant(bits, 3), depth=16)
    assert np.array_equal(read(colours), SCENE)
    alpha = png(np.dstack([values, opaque]), ALPHA, significant(bits, 4), depth=16)
    assert np.array_equal(read(alpha), SCENE)


@pytest.mark.parametrize("gamma", [[], [LINEAR]])
def test_the_transparent_one_of_16_bit_colours_is_told_by_all_bits(gamma):
    values = np.full((4, 4, 3), 5000)
    values[1, 2] = 5001  # of the same high byte
    for numbers, kind, count in ((values, COLOURS, 3), (values[:, :, 0], GREY, 1)):
        clear = chunk(b"tRNS", struct.pack(f">{count}H", *[5001] * count))
        data = png(numbers, kind, *gamma, clear, depth=16)
        pixels = to_pixels(load_image(data, background="grey"))
        assert pixels[1, 2].tolist() == [128] * 3
        assert len(np.unique(pixels)) == 2 and pixels[0, 0].max() < 100


def test_cicp_and_significant_bits_leave_no_profile_in_force():
    packed = chunk(b"iCCP", b"swapped\0\0" + zlib.compress(swapped_profile()))
    code, bits = chunk(b"cICP", bytes([1, 13, 0, 1])), significant(12, 3)
    values = np.rint(SCENE / 255 * 4095).astype(int)
    assert np.array_equal(read(png(values, COLOURS, code, bits, packed, depth=16)), SCENE)
    assert np.array_equal(read(png(SCENE, COLOURS, code, packed)), SCENE)
    assert np.abs(read(png(SCENE, COLOURS, packed)) - SCENE).max() > 20


def test_a_deep_picture_keeps_its_orientation():
    exif = Image.Exif()
    exif[0x0112] = 6
    packed = chunk(b"eXIf", exif.tobytes().removeprefix(b"Exif\0\0"))
    data = png(stored(1.0, 16), COLOURS, LINEAR, packed, depth=16)
    assert np.array_equal(read(data), np.rot90(SCENE, -1))


def packed_profile(content):
    return chunk(b"iCCP", b"a name\0\0" + content)


@pytest.mark.parametrize("depth", [8, 16])
def test_gamma_counts_where_the_profile_is_void(depth):
    values = stored(1.0, depth)
    alone = read(png(values, COLOURS, LINEAR, depth=depth))
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    for content in (b"not packed", zlib.compress(b"no profile" * 30), zlib.compress(lab)):
        data = png(values, COLOURS, packed_profile(content), LINEAR, depth=depth)
        assert np.array_equal(read(data), alone)
    assert np.abs(alone - read(png(values, COLOURS, depth=depth))).max() > 40


def test_primaries_without_gamma_are_ignored_as_browsers_do():
    for numbers, depth in ((SCENE, 8), (SCENE.astype(int) * 257, 16)):
        data = png(numbers, COLOURS, primaries(P3_PRIMARIES), depth=depth)
        assert np.array_equal(read(data), SCENE)


@pytest.mark.parametrize("bits", [10, 12])
def test_transparency_lies_as_low_as_the_colours(bits):
    top = 2**bits - 1
    values = np.rint(SCENE / 255 * top).astype(int)
    half = np.full((12, 20, 1), round(top * 0.6))
    half[0, 0] = top
    for kind, numbers, words in (
        (ALPHA, values, significant(bits, 4)),
        (GREY_ALPHA, values[:, :, :1], significant(bits, 2)),
    ):
        data = png(np.dstack([numbers, half]), kind, words, depth=16)
        scene = SCENE if kind == ALPHA else np.repeat(SCENE[:, :, :1], 3, axis=2)
        expected = scene * 0.6 + 255 * 0.4
        expected[0, 0] = scene[0, 0]
        assert np.abs(to_pixels(load_image(data, background="white")) - expected).max() <= 1.5
