"""What lies behind a transparent picture."""

import warnings

import numpy as np
import pytest
from PIL import Image

from dreamlab.errors import DreamError
from dreamlab.images import PictureNote, load_image, to_pixels
from tests.support.corpus import RGB, saved


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
    assert said == ["the picture is transparent and hardly shows on white, so black is behind it"]


@pytest.mark.parametrize(
    "colour", [(0, 0, 0), (255, 0, 0), (200, 200, 200), (255, 255, 180), (128, 128, 128)]
)
def test_white_is_behind_whatever_shows_on_it(colour):
    pixels, said = read(logo(colour))
    assert pixels[0, 0].tolist() == [255] * 3 and said == []


def test_a_faint_shadow_is_best_on_white():
    pixels, said = read(logo((0, 0, 0), 0.08))
    assert pixels[0, 0].tolist() == [255] * 3 and said == []


def test_white_with_a_word_in_black_stays_on_white():
    pixels = np.asarray(logo((255, 255, 255))).copy()
    pixels[15:20, 22:38, :3] = 0
    assert read(Image.fromarray(pixels))[0][0, 0].tolist() == [255] * 3


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
