import numpy as np
import pytest
from PIL import Image

from dreamlab.images import upright

PIXELS = np.arange(6, dtype=np.uint8).reshape(2, 3)


def turned(orientation):
    picture = Image.fromarray(PIXELS)
    picture.getexif()[0x0112] = orientation
    return picture


@pytest.mark.parametrize("orientation", range(2, 9))
def test_the_last_row_is_where_it_is_said_to_be(orientation):
    picture = turned(orientation)
    shown = np.asarray(picture.transpose(upright.turn(picture)))
    place, _, _, _, lines = upright.last_rows(picture, 1, 2).split()
    shown = shown.T if lines == "columns" else shown
    assert {*shown[0 if place == "first" else -1].tolist()} == {3, 4, 5}
    assert len(shown) == 2


@pytest.mark.parametrize("orientation", [0, 1, 9, 300])
def test_other_orientations_turn_nothing(orientation):
    picture = turned(orientation)
    assert upright.turn(picture) is None
    assert upright.last_rows(picture, 8, 200) == "last 8 of 200 rows"


def test_broken_data_turn_nothing():
    picture = Image.fromarray(PIXELS)
    picture.info["exif"] = b"Exif\0\0II*\0\xff\xff\xff\xffgarbage"
    assert upright.turn(picture) is None
