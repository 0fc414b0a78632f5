"""TIFF pictures of all depths, types and layouts, as a viewer shows them."""

import struct

import numpy as np
import pytest
from PIL import Image

from dreamlab.errors import DreamError
from dreamlab.images import PictureNote, load_image, to_pixels
from tests.support.corpus import saved
from tests.support.tiffs import tiff

_rng = np.random.default_rng(0)
RGB = _rng.integers(0, 256, (21, 30, 3), np.uint8)
RGB[0, 0], RGB[0, 1] = 0, 255  # the whole range is there
GREY = RGB[:, :, 1]
WHITE_IS_ZERO, BLACK_IS_ZERO, COLOURS, PALETTE, INK, LAB = 0, 1, 2, 3, 5, 8
FULL = {"u1": 255, "u2": 65535, "u4": 2**32 - 1, "i2": 2**15 - 1, "i4": 2**31 - 1, "f2": 1.0}
FULL |= {"f4": 1.0, "f8": 1.0}


def of(kind, pixels):
    """Pixels as numbers of a type that they fill."""
    values = pixels / 255 * FULL[kind]
    return (values if kind[0] == "f" else np.rint(values)).astype(kind)


def read(data):
    return to_pixels(load_image(data)).astype(int)


def shows(data, pixels, atol=0):
    expected = np.broadcast_to(pixels if pixels.ndim == 3 else pixels[:, :, None], RGB.shape)
    np.testing.assert_allclose(read(data), expected, atol=atol)


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("kind", FULL)
def test_colours_and_grey_of_every_type(kind, order):
    shows(tiff(of(kind, RGB), COLOURS, order=order), RGB)
    shows(tiff(of(kind, GREY), BLACK_IS_ZERO, order=order), GREY)
    shows(tiff(of(kind, 255 - GREY), WHITE_IS_ZERO, order=order), GREY)
    shows(tiff(of(kind, RGB), COLOURS, order=order, large=True), RGB)


@pytest.mark.parametrize("kind", ["u1", "u2", "f4"])
@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("compression", [1, 5, 8, 32773])
def test_every_layout(compression, planar, kind):
    values = of(kind, RGB)
    options = {"compression": compression, "planar": planar}
    shows(tiff(values, COLOURS, **options), RGB)
    shows(tiff(values, COLOURS, rows=4, **options), RGB)
    shows(tiff(values, COLOURS, tile=(16, 16), **options), RGB)
    shows(tiff(values, COLOURS, rows=8, order=">", reverse=True, **options), RGB)
    if compression in (5, 8):
        shows(tiff(values, COLOURS, rows=4, predictor=2, **options), RGB)
    if compression in (5, 8) and kind == "f4":
        shows(tiff(values, COLOURS, rows=4, predictor=3, **options), RGB)
        shows(tiff(values, COLOURS, tile=(16, 16), predictor=3, order=">", **options), RGB)


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("bits", [2, 4, 6, 9, 10, 12, 14])
def test_depths_that_no_type_has(bits, order):
    white = 2**bits - 1
    values = np.rint(RGB / 255 * white).astype(np.uint16)
    expected = np.rint(values / white * 255)
    grey = values[:, :, 1]
    shows(tiff(values, COLOURS, bits=bits, order=order), expected)
    shows(tiff(grey, BLACK_IS_ZERO, bits=bits, order=order), expected[:, :, 1])
    shows(tiff(white - grey, WHITE_IS_ZERO, bits=bits, order=order), expected[:, :, 1])


@pytest.mark.parametrize("order", "<>")
def test_a_depth_below_that_of_its_16_bits(order):
    values = np.rint(GREY / 255 * 4095).astype(np.uint16)
    for photometric, stored in ((BLACK_IS_ZERO, values), (WHITE_IS_ZERO, 4095 - values)):
        for tag in ({281: [4095]}, {258: [12]}):  # the largest value, or the bits of a sample
            shows(tiff(stored, photometric, order=order, tags=tag), GREY)
    colours = np.rint(RGB / 255 * 1023).astype(np.uint16)
    shows(tiff(colours, COLOURS, order=order, tags={281: [1023] * 3}), RGB)


def test_a_largest_value_that_is_no_depth_or_untrue_changes_nothing():
    values = GREY.astype(np.uint16) * 16
    expected = np.rint(values / 257)
    shows(tiff(values, BLACK_IS_ZERO, tags={281: [4080]}), expected)
    shows(tiff(values, BLACK_IS_ZERO, tags={281: [1023]}), expected)


def test_signed_numbers_around_zero_fill_their_type():
    shows(tiff((GREY.astype(int) - 128).astype("i1"), BLACK_IS_ZERO), GREY)
    shows(tiff((GREY.astype(int) * 257 - 32768).astype("i2"), BLACK_IS_ZERO), GREY)


@pytest.mark.parametrize("kind", ["u4", "i2", "i4", "f4", "f8"])
def test_8_bits_in_a_larger_type(kind):
    shows(tiff(RGB.astype(kind), COLOURS), RGB)


@pytest.mark.parametrize("kind", ["u4", "i4", "f4", "f8"])
def test_16_bits_in_a_larger_type(kind):
    shows(tiff((RGB * 257.0).astype(kind), COLOURS), RGB)


def test_numbers_that_fill_no_range_are_stretched_with_a_note():
    heights = np.array([[-1000, 0], [1000, 3000]], "i2")
    with pytest.warns(PictureNote) as said:
        grey = read(tiff(heights, BLACK_IS_ZERO))[:, :, 0]
    assert grey.tolist() == [[0, 64], [128, 255]]
    assert str(said[0].message) == (
        "the picture does not say which of its values is white: its lowest, -1000, is black and "
        "its highest, 3000, white"
    )
    with pytest.warns(PictureNote, match="-1000, is white and its highest, 3000, black"):
        grey = read(tiff(heights, WHITE_IS_ZERO))[:, :, 0]
    assert grey.tolist() == [[255, 191], [128, 0]]


def test_floats_a_little_beyond_0_and_1_are_clipped():
    values = np.array([[-0.05, 0.2], [1.0, 1.08]], "f4")
    assert read(tiff(values, BLACK_IS_ZERO))[:, :, 0].tolist() == [[0, 51], [255, 255]]


def test_what_is_no_number_is_black_with_a_note():
    values = of("f4", RGB)
    values[3, 4, 1] = np.nan
    with pytest.warns(PictureNote, match="has values that are not finite numbers"):
        pixels = read(tiff(values, COLOURS))
    expected = RGB.copy()
    expected[3, 4, 1] = 0
    assert np.array_equal(pixels, expected)


UNSAID, MULTIPLIED, SEPARATE = 0, 1, 2


@pytest.mark.parametrize("kind", ["u1", "u2", "u4", "f4"])
def test_transparency(kind):
    part = np.array([1.0, 0.2, 0.0])[np.arange(30) % 3][None, :, None]
    over_white = RGB * part + 255 * (1 - part)
    alpha = np.broadcast_to(part * 255, GREY.shape + (1,))
    for colours, photometric in ((RGB, COLOURS), (GREY[:, :, None], BLACK_IS_ZERO)):
        expected = over_white if len(colours[0, 0]) == 3 else over_white[:, :, 1]
        separate = of(kind, np.concatenate([colours, alpha], axis=2))
        multiplied = of(kind, np.concatenate([colours * part, alpha], axis=2))
        shows(tiff(separate, photometric, tags={338: [SEPARATE]}), expected, atol=1)
        shows(tiff(multiplied, photometric, tags={338: [MULTIPLIED]}), expected, atol=3)


def test_bands_beside_the_colours_are_left_out_with_a_note():
    values = np.dstack([of("u2", RGB), of("u2", GREY), of("u2", GREY)])
    for planar in (False, True):
        with pytest.warns(PictureNote, match="has 2 bands beside its colours, which are left out"):
            shows(tiff(values, COLOURS, planar=planar, tags={338: [UNSAID] * 2}), RGB)


@pytest.mark.parametrize("kind", ["u2", "f4"])
def test_ink(kind):
    ink = np.dstack([255 - RGB, np.zeros_like(GREY)])
    shows(tiff(of(kind, ink), INK), RGB, atol=1)


def test_lab_of_16_bits_is_that_of_8():
    values = np.dstack([GREY, RGB[:, :, 0] // 4, RGB[:, :, 2] // 4])
    stored = Image.fromarray(values).tobytes()
    eight = Image.frombytes("LAB", (30, 21), stored)
    # a and b are signed in the file: Pillow stores them 128 lower.
    sixteen = values.astype("u2") << 8
    sixteen[:, :, 1:] ^= 0x8000
    assert np.array_equal(read(tiff(sixteen, LAB)), read(saved(eight, "TIFF")))


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("compression", [1, 5, 8])
def test_colour_differences_of_four_pixels_together(compression, order):
    down, across = np.mgrid[0:20, 0:32]
    smooth = np.stack([across * 8, down * 12, 255 - across * 8], axis=2).astype(np.uint8)
    bright, blue, red = np.moveaxis(np.asarray(Image.fromarray(smooth).convert("YCbCr")), 2, 0)
    four = [bright[top::2, left::2] for top in (0, 1) for left in (0, 1)]
    units = np.dstack([*four, blue[::2, ::2], red[::2, ::2]])
    # They are stored in units of six samples for four pixels.
    tags = {256: [32], 257: [20], 258: [8] * 3, 277: [3], 278: [20], 339: [1] * 3, 530: [2, 2]}
    data = tiff(units, 6, order=order, compression=compression, tags=tags)
    assert np.abs(read(data) - smooth).max() <= 24


def test_one_sample_in_planes_of_its_own_is_as_any():
    palette = Image.fromarray(RGB).quantize(16)
    data = bytearray(saved(palette, "TIFF"))
    place = data.index(struct.pack("<HHI", 284, 3, 1)) + 8
    data[place : place + 2] = b"\2\0"
    assert np.array_equal(read(bytes(data)), np.asarray(palette.convert("RGB")))


@pytest.mark.parametrize(("orientation", "turn"), [(3, 2), (6, -1), (8, 1)])
def test_it_is_turned_upright(orientation, turn):
    pixels = read(tiff(of("u2", RGB), COLOURS, tags={274: [orientation]}))
    assert np.array_equal(pixels, np.rot90(RGB, turn))


def test_it_is_scaled_down_as_any_picture():
    large = read(tiff(of("f4", RGB), COLOURS))
    small = to_pixels(load_image(tiff(of("f4", RGB), COLOURS), max_side=10)).astype(int)
    plain = to_pixels(load_image(large.astype(np.uint8), max_side=10)).astype(int)
    assert small.shape == (7, 10, 3) and np.abs(small - plain).max() <= 1


CONTRADICTIONS = {
    "no strips": {273: [0], 278: [1]},
    "no rows": {257: [0]},
    "too few samples": {277: [1], 258: [16]},
    "huge tiles": {322: [60_000], 323: [60_000], 324: [8], 325: [8]},
    "no tile": {322: [0], 323: [0], 324: [8], 325: [8]},
}


@pytest.mark.parametrize("tags", CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_tags_that_contradict_one_another_are_damage(tags):
    with pytest.raises(DreamError, match="the picture is (damaged|21 x|30 x)"):
        load_image(tiff(of("u2", RGB), COLOURS, tags=tags))


def test_huge_tiles_are_damage_for_pillow_s_layouts_too():
    tags = {322: [2**24], 323: [16], 324: [8], 325: [8]}
    with pytest.raises(DreamError, match="is damaged and cannot be decoded"):
        load_image(tiff(RGB, COLOURS, compression=32773, tags=tags))


def test_a_file_that_is_cut_off_is_damaged():
    for compression in (1, 8):
        data = tiff(of("u2", RGB), COLOURS, compression=compression, rows=4)
        with pytest.raises(DreamError, match="is damaged and cannot be decoded"):
            load_image(data[:-30])


PACKED, DEPTH, AS_RGB = (
    *("save it without compression", "save it with 8 or 16 bits", "save it as RGB"),
)
DEEP = of("u2", RGB)
NOT_READ = {
    "JPEG, deep": (DEEP, 2, {259: [7]}, "JPEG compression for samples of 16 bits", PACKED),
    "a predictor": (DEEP, 2, {259: [8], 317: [9]}, "predictor 9 for samples of 16 bits", PACKED),
    "palette": (DEEP, PALETTE, {}, "a palette of 16 bits", AS_RGB),
    "YCbCr": (DEEP, 6, {}, "YCbCr colours of 16 bits", AS_RGB),
    "float L*a*b*": (of("f4", RGB), 8, {}, "L*a*b* colours of 32 bits", AS_RGB),
    "unlike bits": (DEEP, COLOURS, {258: [16, 8, 16]}, "samples of 8 and 16 bits", DEPTH),
    "complex": (DEEP, COLOURS, {339: [6] * 3}, "unusual samples of 16 bits", DEPTH),
    "a huge strip": (
        *(DEEP, COLOURS, {256: [9000], 257: [60_000], 278: [60_000], 259: [8]}),
        *("a part of 3.2 GB", PACKED),
    ),
}
for _number, _name in {
    **{34712: "JPEG 2000 compression", 50001: "WebP compression", 50002: "JPEG XL compression"},
    **{52546: "JPEG XL compression", 34933: "PNG compression", 34887: "LERC compression"},
    **{33005: "JPEG 2000 compression", 22610: "JPEG XR compression", 6: "old JPEG compression"},
    **{34661: "JBIG compression", 65000: "compression 65000"},
}.items():
    for _samples in (RGB, DEEP):
        _key = f"compression {_number} of {_samples.dtype}"
        NOT_READ[_key] = (_samples, COLOURS, {259: [_number]}, _name, PACKED)


@pytest.mark.parametrize(
    ("samples", "photometric", "tags", "what", "way"), NOT_READ.values(), ids=NOT_READ
)
def test_what_is_not_read_is_named(samples, photometric, tags, what, way, capfd):
    with pytest.raises(DreamError) as error:
        load_image(tiff(samples, photometric, tags=tags))
    assert str(error.value) == (
        f"the picture is a TIFF picture with {what}, which is not read: {way}"
    )
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("compression", [5, 8, 7, 50000])
@pytest.mark.parametrize("samples", [RGB, DEEP], ids=["plain", "deep"])
def test_libtiff_s_own_lines_are_not_printed(compression, samples, capfd):
    if compression == 7 and samples is DEEP:
        samples = RGB[:, :, 0].copy()
    with pytest.raises(DreamError, match="is damaged and cannot be decoded"):
        load_image(tiff(samples, 2 if samples.ndim == 3 else 1, tags={259: [compression]}))
    assert capfd.readouterr() == ("", "")


def test_samples_of_no_bits_are_damage():
    with pytest.raises(DreamError, match="is damaged and cannot be decoded"):
        load_image(tiff(DEEP, COLOURS, tags={258: [0, 0, 0]}))


RAW = {
    "DNG": {50706: [1, 4, 0, 0]},
    "a mosaic": {262: [32803]},
    "a thumbnail first": {254: [1], 271: [78, 105], 330: [8]},
}


@pytest.mark.parametrize("tags", RAW.values(), ids=RAW)
def test_a_camera_s_raw_picture_is_named(tags):
    with pytest.raises(DreamError, match="is a camera's raw picture, which is not read: "):
        load_image(tiff(RGB, COLOURS, tags=tags))


def test_its_size_and_memory_are_checked_before_it_is_decoded():
    data = tiff(of("u2", RGB), COLOURS, tags={256: [60_000], 257: [60_000], 278: [60_000]})
    with pytest.raises(DreamError, match="60000 x 60000 px, 3,600,000,000 pixels; at most 64,000"):
        load_image(data)
    data = tiff(of("u2", RGB), COLOURS, compression=8)
    # A strip of 6 bytes a pixel is held three times, and 4 are the picture's.
    assert load_image(data, max_memory=RGB[..., 0].size * 22).shape == RGB.shape
    with pytest.raises(DreamError, match="of a TIFF like it at most 629 are read"):
        load_image(data, max_memory=RGB[..., 0].size * 22 - 1)
