import numpy as np
import pytest

from dreamlab.images.difference import difference, factor


def grey(level, shape=(10, 12)):
    return np.full((*shape, 3), level, np.uint8)


@pytest.mark.parametrize(
    ("level", "expected"),
    [(101, 100), (102, 50), (103, 20), (106, 20), (107, 10), (112, 10), (113, 5), (255, 1)],
)
def test_the_factor_is_the_largest_round_one_that_cuts_nothing_off(level, expected):
    assert factor(grey(100), [grey(level)]) == expected
    assert expected * (level - 100) < 128 or expected == 1


def test_one_factor_for_all_pictures():
    assert factor(grey(100), [grey(101), grey(140)]) == 3
    assert factor(grey(100), []) == 100


def test_a_few_values_may_be_cut_off():
    picture = grey(101)
    picture[0, 0, 0] = 255  # one of 360 values
    assert factor(grey(100), [picture]) == 100
    picture[:, 0] = 255
    assert factor(grey(100), [picture]) == 1


def test_the_difference_stands_on_grey():
    picture = grey(100)
    picture[0], picture[1] = 110, 90
    shown = difference(grey(100), picture, 5)
    assert shown.dtype == np.uint8
    assert [shown[row, 0].tolist() for row in (0, 1, 2)] == [[178] * 3, [78] * 3, [128] * 3]
    assert difference(grey(0), grey(255), 10).max() == 255
    assert difference(grey(255), grey(0), 10).min() == 0


def test_a_picture_of_another_size_is_compared_at_its_own():
    assert difference(grey(100, (20, 24)), grey(103), 10).shape == (10, 12, 3)
    assert factor(grey(100, (20, 24)), [grey(103)]) == 20
