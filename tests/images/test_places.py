import numpy as np
import pytest

from dreamlab.images.places import matched_places, place_colours, side_by_side, used_places


def test_hues_go_around_the_middle_which_is_white():
    colours = place_colours([[0.5, 0.5], [0.5, 1.0], [0.5, 0.0], [0.5, 0.75]])
    assert colours == pytest.approx(
        np.array([[255, 255, 255], [255, 0, 0], [0, 255, 255], [255, 127.5, 127.5]]), abs=0.1
    )
    around = place_colours(0.5 + 0.5 * np.array([[np.sin(t), np.cos(t)] for t in np.arange(6)]))
    apart = np.abs(around[:, None] - around[None]).max(-1) + 255 * np.eye(6)
    assert apart.min() > 60  # no two directions look alike


def test_a_guide_is_grey_where_it_was_not_used():
    white = np.full((20, 40, 3), 255, np.uint8)
    places = np.array([[0.5, 0.1], [0.5, 0.9]])
    drawn = used_places(white, places, np.array([True, False])).astype(int)
    spread = drawn.max(-1) - drawn.min(-1)
    assert drawn.shape == white.shape
    assert (spread[:, :10] > 60).all()
    assert (spread[:, 21:] == 0).all()


def test_each_position_has_the_colour_of_its_match_and_the_picture_its_light():
    pixels = np.zeros((4, 8, 3), np.uint8)
    pixels[:2] = 255
    places = np.array([[0.5, 1.0], [0.5, 0.0]])
    drawn = matched_places(pixels, places, np.array([[0, 1], [0, -1]])).astype(int)
    assert drawn[0, 0].tolist() == [254, 0, 0] or drawn[0, 0].tolist() == [255, 0, 0]
    assert drawn[0, 7, 0] == 0 and drawn[0, 7, 1] > 250  # cyan
    assert 60 < drawn[3, 0, 0] < 90  # dark, but seen
    assert len(set(drawn[3, 7].tolist())) == 1  # no match


def test_two_pictures_stand_at_one_height():
    both = side_by_side(np.zeros((10, 20, 3), np.uint8), np.zeros((30, 15, 3), np.uint8))
    assert both.shape == (30, 60 + 8 + 15, 3)
