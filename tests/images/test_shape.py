import numpy as np
import pytest

from dreamlab.images import Shape


def test_sides_have_names():
    shape = Shape.of(np.zeros((20, 30, 3)))
    assert (shape.height, shape.width, shape.area) == (20, 30, 600)
    assert shape == (20, 30)


@pytest.mark.parametrize(
    ("shape", "longest", "expected"),
    [
        ((200, 300), 150, (100, 150)),
        ((300, 200), 150, (150, 100)),
        ((200, 300), 300, (200, 300)),
        ((200, 300), 900, (200, 300)),
        ((200, 300), None, (200, 300)),
        ((2, 100), 10, (1, 10)),  # no side is lost
        ((331, 500), 300, (199, 300)),  # 198.6
    ],
)
def test_it_is_scaled_down_and_never_up(shape, longest, expected):
    assert Shape(*shape).fitted(longest) == expected
