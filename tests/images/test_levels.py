"""Which numbers are black and white."""

import numpy as np
import pytest

from dreamlab.images.levels import Levels, levels, levels_of_depth

RANGES = [
    # type, bits, lowest, highest: black, white
    ("u", 8, 100, 101, 0, 255),
    ("u", 16, 0, 9, 0, 65535),
    ("u", 12, 0, 9, 0, 4095),
    ("u", 32, 0, 255, 0, 255),
    ("u", 32, 9, 64, 0, 255),
    ("u", 32, 0, 60_000, 0, 65535),
    ("u", 32, 0, 2**31, 0, 2**32 - 1),
    ("i", 8, 0, 100, 0, 127),
    ("i", 8, -100, 100, -128, 127),
    ("i", 16, 0, 200, 0, 255),
    ("i", 16, 0, 30_000, 0, 2**15 - 1),
    ("i", 16, -20_000, 20_000, -(2**15), 2**15 - 1),
    ("i", 32, 0, 65535, 0, 65535),
    ("f", 32, 0.0, 1.0, 0, 1),
    ("f", 32, 0.2, 0.3, 0, 1),
    ("f", 16, -0.05, 1.09, 0, 1),
    ("f", 64, 0.0, 255.0, 0, 255),
    ("f", 32, -3.0, 262.0, 0, 255),
    ("f", 32, 0.0, 65535.0, 0, 65535),
]


@pytest.mark.parametrize(("kind", "bits", "low", "high", "black", "white"), RANGES)
def test_a_range_that_is_known(kind, bits, low, high, black, white):
    assert levels(kind, bits, low, high) == Levels(black, white, stretched=False)


@pytest.mark.parametrize(
    ("kind", "bits", "low", "high"),
    [("u", 32, 1000, 5000), ("i", 16, -1024, 3071), ("f", 32, -5.0, 5.0), ("f", 32, 2.0, 40.0)],
)
def test_a_range_that_is_not_known_is_stretched(kind, bits, low, high):
    assert levels(kind, bits, low, high) == Levels(low, high, stretched=True)


def test_scaling_clips_and_takes_what_is_no_number_as_black():
    values = np.array([-1, 0, 50, 100, 300, np.nan, np.inf, -np.inf])
    assert Levels(0, 100).scaled(values).tolist() == [0, 0, 0.5, 1, 1, 0, 1, 0]
    assert Levels(7, 7).scaled(np.array([7, 7])).tolist() == [0, 0]
    assert Levels(-1e308, 1e308).scaled(np.array([0.0])).tolist() == [0.5]


def test_a_depth_counts_only_where_its_bits_are_the_lowest():
    low = np.array([[1, 4095], [77, 1234]], np.uint16)
    assert levels_of_depth(12, [low[:1], low[1:]]) == Levels(0, 4095)
    assert levels_of_depth(12, [low << 4]) == Levels(0, 65535)
    assert levels_of_depth(12, [low[:1], low[1:] << 4]) == Levels(0, 65535)
    assert levels_of_depth(12, [np.uint16(5) * np.uint16(16) + low * 0]) == Levels(0, 65535)
    assert levels_of_depth(16, [low]) == levels_of_depth(0, [low]) == Levels(0, 65535)
