"""Squares of one size of pictures of any size."""

import numpy as np
import pytest
from PIL import Image

from dreamlab.images.pixels import from_pixels
from dreamlab.images.squares import middle_square, seeded_squares


def pixels(height, width, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


@pytest.mark.parametrize(
    ("height", "width", "part"), [(9, 17, np.s_[:, 4:13]), (20, 8, np.s_[6:14])]
)
def test_the_middle_is_cut_out(height, width, part):
    picture = pixels(height, width)
    expected = picture[part]
    assert np.array_equal(middle_square(picture, min(height, width)), from_pixels(expected))
    scaled = Image.fromarray(expected).resize((5, 5), Image.Resampling.BICUBIC)
    assert np.array_equal(middle_square(picture, 5), from_pixels(np.asarray(scaled)))


def test_pictures_take_turns_and_seeds_reproduce():
    dark, light = np.zeros((40, 30, 3), np.uint8), np.full((25, 50, 3), 255, np.uint8)
    squares, places = seeded_squares([dark, light], 5, 8, seed=3)
    assert squares.shape == (5, 8, 8, 3) and squares.dtype == np.float32
    assert places.tolist() == [0, 1, 0, 1, 0]
    assert squares[:, 0, 0, 0].tolist() == [-1, 1, -1, 1, -1]
    drawn = [seeded_squares([pixels(40, 30)], 3, 8, seed)[0] for seed in (0, 0, 1)]
    assert np.array_equal(drawn[0], drawn[1]) and not np.array_equal(drawn[0], drawn[2])


def test_sizes_run_from_the_side_to_the_whole_picture():
    """A ramp shows how much of it a square has; doublings are equally likely."""
    ramp = np.broadcast_to(np.arange(256, dtype=np.uint8)[None, :, None], (256, 256, 3))
    squares, _ = seeded_squares([np.ascontiguousarray(ramp)], 400, 16, seed=0)
    spans = (squares[:, 0, -1, 0] - squares[:, 0, 0, 0]) * 127.5 * 16 / 15
    assert 14 < spans.min() < 20 and 235 < spans.max() < 262
    assert np.median(spans) == pytest.approx(64, rel=0.15)  # two doublings of four


def test_a_picture_that_is_smaller_is_taken_whole():
    picture = pixels(10, 10)
    squares, _ = seeded_squares([picture], 1, 16, seed=0)
    assert np.array_equal(squares[0], middle_square(picture, 16))
