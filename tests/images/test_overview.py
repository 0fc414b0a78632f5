"""A set of pictures in one picture."""

import numpy as np

from dreamlab.images.overview import overview
from dreamlab.images.picture_set import SIDE, PictureSet

CELL = 76


def of_levels(levels, labels):
    pixels = np.zeros((len(levels), SIDE, SIDE, 3), np.uint8)
    pixels += np.array(levels, np.uint8)[:, None, None, None]
    return PictureSet(pixels, tuple(f"{place:02d}" for place in range(len(levels))), tuple(labels))


def middles(picture):
    """The level in the middle of each cell, by rows."""
    return picture.pixels[36::CELL, 36::CELL, 0].tolist()


def test_a_row_a_class_with_white_where_there_is_none():
    picture = overview(of_levels([10, 20, 30, 40], ["b", "a", "b", "b"]))
    assert picture.pixels.shape == (2 * CELL - 4, 3 * CELL - 4, 3)
    assert middles(picture) == [[20, 255, 255], [10, 30, 40]]
    assert (picture.pixels[72:76] == 255).all() and (picture.pixels[:, 72:76] == 255).all()
    assert (picture.pixels[:72, :72] == 20).all()


def test_the_first_of_many():
    picture = overview(of_levels(range(15), ["a"] * 13 + ["b"] * 2))
    assert middles(picture) == [[*range(12)], [13, 14] + [255] * 10]
    assert middles(overview(of_levels(range(15), ["a"] * 13 + ["b"] * 2), across=2)) == [
        [0, 1],
        [13, 14],
    ]


def test_without_classes_all_stand_one_after_the_other():
    picture = overview(of_levels(range(5), [""] * 5), across=2)
    assert middles(picture) == [[0, 1], [2, 3], [4, 255]]
    assert middles(overview(of_levels([7], [""]))) == [[7]]
