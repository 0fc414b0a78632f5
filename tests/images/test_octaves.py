import pytest

from dreamlab.config import DreamConfig
from dreamlab.errors import DreamError
from dreamlab.images.octaves import octave_shapes, plan_octaves
from dreamlab.images.shape import Shape

MIXED = DreamConfig.preset("mixed")


def test_the_notebooks_shapes():
    # Printed by the notebook for its 600 x 400 cat.
    expected = [(104, 156), (145, 218), (204, 306), (285, 428), (400, 600)]
    assert octave_shapes(400, 600, 5, 1.4) == expected


def test_one_octave_is_the_picture_itself():
    assert octave_shapes(123, 77, 1, 1.4) == [(123, 77)]


def test_nothing_is_dropped_where_all_fits():
    plan = plan_octaves(400, 600, MIXED, model="vgg16", smallest=32)
    assert plan.dropped == ()
    assert plan.warning is None


def test_octaves_below_the_smallest_are_dropped_and_named():
    # 60 / 1.4 = 42.8, / 1.96 = 30.6, / 2.744 = 21.8, / 3.8416 = 15.6
    plan = plan_octaves(60, 90, MIXED, model="vgg16", smallest=32)
    assert plan.shapes == ((42, 64), (60, 90))
    assert plan.dropped == ((15, 23), (21, 32), (30, 45))
    assert plan.warning.startswith("left out 3 octaves (23 x 15, 32 x 21, 45 x 30 px)")


def test_one_dropped_octave_is_spoken_of_in_the_singular():
    plan = plan_octaves(125, 125, MIXED, model="vgg16", smallest=33)
    assert "left out 1 octave (32 x 32 px)" in plan.warning


def test_a_picture_too_small_is_an_error_with_both_numbers():
    with pytest.raises(DreamError) as caught:
        plan_octaves(20, 30, MIXED, model="vgg16", smallest=32)
    expected = "picture is 30 x 20 px; vgg16 needs at least 32 x 32: choose a larger one"
    assert str(caught.value) == expected


def test_sides_are_rounded_down_to_a_multiple():
    # 160 / 1.4 = 114, 107 / 1.4 = 76; in steps of 4: 112 and 76, and 104 for 107 itself.
    plan = plan_octaves(
        107,
        160,
        DreamConfig(layers="a", octaves=2, octave_scale=1.4),
        model="own",
        smallest=4,
        multiple=4,
    )
    assert plan.shapes == ((76, 112), (104, 160))


def test_a_single_size_leaves_one_octave():
    config = DreamConfig(layers="a", octaves=3, octave_scale=1.5)
    plan = plan_octaves(96, 96, config, model="own", smallest=4, only=Shape(96, 96))
    assert plan.shapes == ((96, 96),)
    assert plan.warning.startswith(
        "left out 2 octaves (42 x 42, 64 x 64 px), as the layers take only 96 x 96 px"
    )
