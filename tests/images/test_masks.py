import numpy as np
import pytest

from dreamlab.config.beside import Box
from dreamlab.images import Shape
from dreamlab.images.masks import box_mask, energy_mask, enlarged_mask, faded, picture_mask


def test_a_rectangle_has_the_pixels_whose_centres_are_in_it():
    mask = box_mask(Box(0.25, 0.0, 0.75, 0.5), Shape(4, 8))
    expected = np.zeros((4, 8), bool)
    expected[:2, 2:6] = True
    assert mask.dtype == bool and (mask == expected).all()


def test_an_ellipse_touches_the_sides_of_its_box():
    mask = box_mask(Box(0.2, 0.1, 0.8, 0.9), Shape(200, 300), ellipse=True)
    rows, columns = np.nonzero(mask)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (20, 179, 60, 239)
    assert mask.sum() == pytest.approx(np.pi * 80 * 90, rel=0.001)
    inner, outer = Box(0.2, 0.1, 0.8, 0.9), Box(0.0, 0.0, 1.0, 1.0)
    assert not (mask & ~box_mask(inner, Shape(200, 300))).any()
    assert box_mask(outer, Shape(200, 300)).all()


def test_black_stays_white_changes_and_grey_is_between():
    greys = np.array([0, 8, 9, 127, 128, 246, 247, 255], np.uint8)
    mask = picture_mask(np.repeat(greys[None, :, None], 3, axis=2))[0]
    assert (mask[:2] == 0).all() and mask[2] > 0 and mask[5] < 1 and (mask[6:] == 1).all()
    assert mask[3] + mask[4] == pytest.approx(1, abs=1e-6)
    green = picture_mask(np.array([[[0, 255, 0]]], np.uint8))[0, 0]
    assert green == pytest.approx((0.587 * 255 - 8) / 239, abs=1e-6)


def test_an_energy_is_even_between_its_weakest_and_strongest_twentieth():
    energy = np.square(np.arange(101.0)).reshape(1, -1)
    mask = energy_mask(energy)[0]
    assert (mask[:6] == 0).all() and (mask[95:] == 1).all()
    assert mask[5:96] == pytest.approx(np.linspace(0, 1, 91), abs=1e-6)
    assert energy_mask(np.full((3, 4), 2.0)) is None
    alone = np.zeros((10, 10))
    alone[2, 3] = 7
    assert (energy_mask(alone) == (alone > 0)).all()


def test_a_mask_of_a_hard_edge_enlarged_is_hard_away_from_it():
    mask = np.zeros((4, 4), bool)
    mask[:, 2:] = True
    large = enlarged_mask(mask, Shape(40, 40))
    assert (large[:, :14] == 0).all() and (large[:, 26:] == 1).all()


def test_a_mask_fades_evenly_on_its_own_side_and_not_at_the_pictures_border():
    mask = np.zeros((100, 120), np.float32)
    mask[:, 40:] = 1
    soft = faded(mask, 0.2)
    assert (soft[:, :40] == 0).all()
    ramp = (np.arange(40, 60) - 39) / 21
    assert soft[:, 40:60] == pytest.approx(np.tile(ramp, (100, 1)), abs=1e-6)
    assert (soft[:, 61:] == 1).all()


def test_a_fade_keeps_an_even_grey_and_no_edge_is_no_fade():
    grey = np.full((30, 40), 0.4, np.float32)
    assert faded(grey, 0.3) == pytest.approx(grey, abs=1e-6)
    hard = box_mask(Box(0.2, 0.2, 0.8, 0.8), Shape(30, 40)).astype(np.float32)
    assert faded(hard, 0.0) is hard
    assert (faded(hard, 0.1)[hard == 0] == 0).all()
