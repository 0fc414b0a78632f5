"""Where a dream goes on that begins from a picture of another one."""

import numpy as np
import pytest

from dreamlab.config.provenance import Parent
from dreamlab.images import Picture
from dreamlab.images.branch import BranchPoint, NextPlace, next_place
from dreamlab.images.shape import Shape

SMALL, MIDDLE, FULL = Shape(20, 30), Shape(28, 42), Shape(40, 60)
PLAN = (SMALL, MIDDLE, FULL)


@pytest.mark.parametrize(
    ("shape", "octave", "step", "place"),
    [
        (SMALL, 0, None, (1, 0)),  # an octave's result: the next octave
        (MIDDLE, 1, None, (2, 0)),
        (FULL, 2, None, None),  # the whole dream's: it begins anew
        (MIDDLE, 1, 3, (1, 4)),  # between steps: the next step
        (FULL, 2, 0, (2, 1)),
        (MIDDLE, 1, 9, (2, 0)),  # no step is left in its octave
        (FULL, 2, 9, None),
        (MIDDLE, 7, 3, (1, 4)),  # of another plan, in which it was another octave
        (SMALL, 4, None, (1, 0)),
        (Shape(21, 31), 0, None, (1, 0)),  # the first that is larger
        (Shape(21, 31), 0, 3, (1, 0)),
        (Shape(28, 41), 0, None, (1, 0)),
        (Shape(5, 5), 0, None, (0, 0)),
        (Shape(39, 61), 2, None, None),  # larger on one side alone is not larger
        (Shape(80, 120), 2, 3, None),
    ],
)
def test_what_follows_a_picture(shape, octave, step, place):
    assert next_place(shape, octave, step, PLAN, 10) == place


def test_octaves_of_one_size_are_told_apart_by_their_number():
    plan = (SMALL, SMALL, SMALL, FULL)
    assert [next_place(SMALL, octave, None, plan, 10) for octave in (0, 1, 2)] == [
        (1, 0),
        (2, 0),
        (3, 0),
    ]
    assert next_place(SMALL, 1, 4, plan, 10) == (1, 5)
    assert next_place(SMALL, 9, None, plan, 10) == (3, 0)


def test_the_share_that_is_left_out_is_of_pixels_and_steps():
    shapes = (Shape(1, 1), Shape(1, 3), Shape(2, 3))
    assert NextPlace(0, 0).share_before(shapes, 4) == 0
    assert NextPlace(1, 0).share_before(shapes, 4) == 1 / 10
    assert NextPlace(2, 2).share_before(shapes, 4) == (1 + 3 + 3) / 10
    assert NextPlace(2, 0).share_before(shapes, 0) == 4 / 10


def test_a_point_gives_its_exact_values_or_those_of_its_bytes():
    picture = Picture(np.full((20, 30, 3), 200, np.uint8))
    exact = np.full((20, 30, 3), 1.2, np.float32)
    parent = Parent("0123", 1, 3)
    assert BranchPoint(parent, picture, True, exact=exact).values is exact
    assert BranchPoint(parent, picture, True, exact=exact).nbytes == 5 * 20 * 30 * 3
    assert BranchPoint(parent, picture, True).values == pytest.approx(200 / 127.5 - 1)
    assert BranchPoint(Parent("0123", 0, 9), picture, True).place(PLAN, 10) == (1, 0)
    assert BranchPoint(Parent("0123", 0, 3), picture, False).place(PLAN, 10) == (0, 4)
