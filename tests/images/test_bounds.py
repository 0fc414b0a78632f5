"""Bounds of a picture's size."""

import pytest

from dreamlab.errors import DreamError
from dreamlab.images import Shape
from dreamlab.images.bounds import check_smallest


def said(shape, smallest=32, **more):
    with pytest.raises(DreamError) as error:
        check_smallest(shape, smallest, "vgg16", **more)
    start = f"picture is {shape.width} x {shape.height} px; vgg16 needs at least 32 x 32: "
    assert str(error.value).startswith(start)
    return str(error.value).removeprefix(start)


@pytest.mark.parametrize("full", [(300, 6300), (6300, 300), (400, 6000), (1500, 60_000)])
def test_a_picture_scaled_too_far_down_says_the_side_that_will_do(full):
    full = Shape(*full)
    side = int(said(full.fitted(300), full=full).removeprefix("raise the longest side to "))
    assert side % 8 == 0 and min(full.fitted(side)) >= 32
    assert min(full.fitted(side - 32)) < 32


def test_the_side_must_be_on_offer():
    full = Shape(200, 6000)
    assert said(full.fitted(600), full=full, most=1024) == "raise the longest side to 960"
    full = Shape(150, 6000)
    assert said(full.fitted(600), full=full, most=1024) == (
        "crop it, as even a longest side of 1024 is too little"
    )


def test_a_picture_that_is_too_small_itself_must_be_larger():
    assert said(Shape(20, 30)) == "choose a larger one"
    assert said(Shape(20, 30), full=Shape(20, 30), most=1024) == "choose a larger one"
    assert said(Shape(10, 300), full=Shape(20, 600)) == "choose a larger one"


def test_a_picture_that_is_large_enough_is_let_through():
    check_smallest(Shape(32, 40), 32, "vgg16", full=Shape(3200, 4000))
