"""What lies behind a transparent picture."""

import warnings

import numpy as np
import pytest
from PIL import Image

from dreamlab.errors import DreamError
from dreamlab.images import PictureNote, load_image, read_image, to_pixels
from tests.support.corpus import RGB, saved

BLACK = "the picture is transparent, and black is behind it, as more shows on that than on white"


def logo(colour, part=1.0, mode="RGBA"):
    """A square of a colour in the middle of nothing."""
    pixels = np.zeros((40, 60, 4), np.uint8)
    pixels[10:30, 20:40] = (*colour, round(255 * part))
    return Image.fromarray(pixels).convert(mode)


def read(picture, background="auto", **options):
    """The pixels, and what is said of them."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        pixels = to_pixels(load_image(picture, background=background, **options))
    assert all(note.category is PictureNote for note in said)
    return pixels, [str(note.message) for note in said]


@pytest.mark.parametrize(("name", "grey"), [("white", 255), ("black", 0), ("grey", 128)])
def test_the_chosen_one_is_behind(name, grey):
    pixels, said = read(logo((200, 100, 50), 0.4), name)
    assert pixels[0, 0].tolist() == [grey] * 3 and said == []
    expected = np.array([200, 100, 50]) * 0.4 + grey * 0.6
    assert np.abs(pixels[20, 30] - expected).max() <= 1


@pytest.mark.parametrize("mode", ["RGBA", "LA", "PA"])
def test_a_white_logo_gets_black_with_a_note(mode):
    picture = logo((255, 255, 255), mode="RGBA" if mode == "PA" else mode)
    if mode == "PA":
        picture = picture.quantize(4)
    pixels, said = read(saved(picture, "PNG"))
    assert pixels[0, 0].tolist() == [0, 0, 0] and pixels[20, 30].tolist() == [255] * 3
    assert said == [BLACK]


@pytest.mark.parametrize(
    "colour", [(0, 0, 0), (255, 0, 0), (200, 200, 200), (255, 255, 180), (128, 128, 128)]
)
def test_white_is_behind_whatever_shows_on_it(colour):
    pixels, said = read(logo(colour))
    assert pixels[0, 0].tolist() == [255] * 3 and said == []


def test_a_faint_shadow_is_best_on_white():
    pixels, said = read(logo((0, 0, 0), 0.08))
    assert pixels[0, 0].tolist() == [255] * 3 and said == []


def test_white_with_a_word_in_black_gets_grey_on_which_both_show():
    pixels = np.asarray(logo((255, 255, 255))).copy()
    pixels[15:20, 22:38, :3] = 0
    pixels, said = read(Image.fromarray(pixels))
    assert pixels[0, 0].tolist() == [128] * 3
    assert said == [BLACK.replace("black", "grey")]


@pytest.mark.parametrize(("share", "behind"), [(0.02, 0), (0.2, 0), (0.6, 0), (0.97, 255)])
def test_white_with_a_coloured_part_gets_what_more_of_it_shows_on(share, behind):
    # Red shows on each of them, and white on all but white.
    pixels = np.asarray(logo((255, 255, 255))).copy()
    pixels[10:30, 20:40][: round(20 * share), :, 1:3] = 0
    if share == 0.02:
        pixels[10, 20:28, 1:3] = 0
    if share == 0.97:
        pixels[10:30, 20:40, 1:3] = 0
        pixels[10, 20:32] = 255
    assert read(Image.fromarray(pixels))[0][0, 0].tolist() == [behind] * 3


@pytest.mark.parametrize("mode", ["RGBA", "LA", "PA"])
@pytest.mark.parametrize("place", range(1500, 1504))
def test_a_thin_line_in_a_large_picture_counts(mode, place):
    pixels = np.zeros((3000, 3000, 4), np.uint8)
    pixels[place, 101:2900] = 255
    picture = Image.fromarray(pixels)
    picture = picture.quantize(4) if mode == "PA" else picture.convert(mode)
    assert read(picture, max_side=300)[0][0, 0].tolist() == [0] * 3


def test_transparency_is_told():
    pixels = np.full((40, 60, 4), 255, np.uint8)
    opaque = Image.fromarray(pixels.copy())
    pixels[39, 59, 3] = 254
    clear = Image.fromarray(pixels)
    palette = opaque.convert("RGB").quantize(2)
    for picture, told in (
        *((opaque, False), (clear, True), (opaque.convert("LA"), False), (RGB, False)),
        *((palette, False), (clear.convert("LA"), True), (logo((9, 9, 9)).quantize(4), True)),
    ):
        assert read_image(picture, background="white").transparent == told
        assert read_image(saved(picture, "PNG")).transparent == told
    unused = saved(palette, "PNG", transparency=7)
    assert not read_image(unused).transparent


def test_nothing_at_all_is_white():
    pixels, said = read(Image.new("RGBA", (8, 8)))
    assert (pixels == 255).all() and said == []


def test_a_large_picture_is_judged_by_all_its_parts():
    pixels = np.zeros((3000, 80, 4), np.uint8)
    pixels[2900:2960] = 255
    assert read(Image.fromarray(pixels))[0][0, 0].tolist() == [0] * 3


@pytest.mark.parametrize("background", ["auto", "white", "black", "grey"])
def test_without_transparency_it_changes_nothing(background):
    plain = load_image(saved(RGB, "PNG"))
    for picture in (RGB, saved(RGB, "PNG"), saved(RGB.convert("RGBA"), "PNG"), np.asarray(RGB)):
        assert np.array_equal(load_image(picture, background=background), plain)


def test_an_array_s_fourth_channel_is_transparency():
    pixels, said = read(np.asarray(logo((255, 255, 255))))
    assert pixels[0, 0].tolist() == [0, 0, 0] and len(said) == 1


def test_it_is_scaled_with_its_background():
    pixels, _ = read(saved(logo((255, 255, 255)), "PNG"), "black", max_side=30)
    assert pixels.shape == (20, 30, 3) and pixels[0, 0].tolist() == [0, 0, 0]
    assert pixels[10, 15].min() > 240


def test_another_colour_is_refused():
    with pytest.raises(
        DreamError, match="background is 'red'; choose from auto, white, black, grey"
    ):
        load_image(np.zeros((8, 8), np.uint8), background="red")
