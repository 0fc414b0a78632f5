import numpy as np
import pytest

from dreamlab.report.heat import heat, warmth
from dreamlab.report.table import Table


@pytest.mark.parametrize(
    ("figure", "drawn", "expected"),
    [(10, "ratios", 1), (0.1, "ratios", -1), (1, "ratios", 0), (100, "ratios", 1)]
    + [(0, "ratios", -1), (-0.5, "cosines", -0.5)],
)
def test_warmth(figure, drawn, expected):
    assert warmth(figure, drawn) == pytest.approx(expected)


def test_a_heat_map_has_a_pixel_a_cell():
    rows = (("a", 10.0, 1.0), ("b", None, 0.1))
    pixels = heat(Table("t", "T", ("layer", "x", "y"), rows, "ratios"))
    red, white, grey, blue = (255, 89, 89), (255, 255, 255), (226, 226, 226), (89, 89, 255)
    np.testing.assert_array_equal(pixels, np.array([[red, white], [grey, blue]], np.uint8))
