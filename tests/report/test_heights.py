import pytest

from dreamlab.report.heights import Heights
from dreamlab.report.table import Table


def heights(*figures, log=True):
    rows = tuple(enumerate(figures))
    return Heights.of(Table("t", "T", ("step", "a"), rows, "lines", log=log))


def test_ratios_of_28_and_near_1_lie_apart_on_a_logarithmic_axis():
    axis = heights(28.0, 1.2, None, 0.8)
    assert (axis.low, axis.high, axis.log) == (0.5, 50, True)
    assert axis.ticks == [0.5, 1, 2, 5, 10, 20, 50]
    assert axis.share(0.5) == 0
    assert axis.share(5.0) == pytest.approx(0.5)  # the root of 0.5 times 50
    assert axis.share(50.0) == 1
    linear = heights(28.0, 1.2, None, 0.8, log=False)
    assert linear.share(1.2) - linear.share(0.8) < 0.02
    assert axis.share(1.2) - axis.share(0.8) > 0.08


def test_a_0_is_drawn_at_the_lower_end_and_below_the_least_ratio():
    axis = heights(1.0, 0.0, 2.0)
    assert (axis.low, axis.high) == (0.5, 2)
    assert axis.share(0.0) == 0 < axis.share(1.0)


def test_a_single_ratio_has_an_axis():
    axis = heights(1.0)
    assert (axis.low, axis.high, axis.ticks) == (0.5, 1, [0.5, 1])


def test_tiny_ratios_do_not_stretch_the_axis_and_powers_of_10_suffice():
    axis = heights(1e-9, 1.0, 800.0)
    assert (axis.low, axis.high) == (0.5, 1000)
    assert axis.ticks == [1, 10, 100, 1000]
    assert axis.share(1e-9) == 0


def test_without_a_figure_above_0_it_is_linear():
    axis = heights(0.0, None)
    assert (axis.low, axis.high, axis.log) == (0, 1, False)


def test_a_table_without_the_flag_is_linear_from_0():
    axis = heights(28.0, 1.0, log=False)
    assert (axis.low, axis.high, axis.log) == (0, 28, False)
    assert axis.ticks == [0, 10, 20]
