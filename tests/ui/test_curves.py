import pytest

from dreamlab.report.colours import COLOURS
from dreamlab.results.run_data import LossPoint
from dreamlab.ui.dreams import curves
from dreamlab.ui.dreams.curves import Curve
from dreamlab.ui.dreams.reach import Reach


def points(*losses, octaves=None):
    octaves = octaves or [0] * len(losses)
    return [
        LossPoint(octave, 20, 30, step, loss, {"a": 0.25 * loss, "b": 0.75 * loss})
        for step, (loss, octave) in enumerate(zip(losses, octaves, strict=True))
    ]


REACH = Reach(3, 0.0, 8.0)

CURVES = [Curve("One", 3, points(2.0, 3.0, 8.0, octaves=[0, 0, 1])), Curve("Two", 0, points(5.0))]


def rows(lines, *columns, **scales):
    return curves.losses_table(lines, **scales)[list(columns)].to_dict("split")["data"]


def test_raw_rows():
    assert rows(CURVES, "variant", "step", "loss") == [
        ["One", 1, 2.0],
        ["One", 2, 3.0],
        ["One", 3, 8.0],
        ["Two", 1, 5.0],
    ]
    assert rows(CURVES, "octave", "size", "iteration")[2] == [2, "30 × 20", 3]


def test_relative_rows():
    assert rows(CURVES, "loss", relative=True) == [[1.0], [1.5], [4.0], [1.0]]


def test_a_loss_below_0_that_rises_goes_up():
    # From -4 to -2 is half the first loss up, to -6 half down, and to 4 twice up.
    below = Curve("Below", 0, points(-4.0, -2.0, -6.0, 4.0))
    assert rows([below], "loss", relative=True) == [[1.0], [1.5], [0.5], [3.0]]


def test_a_curve_that_begins_with_nothing_has_no_relative_values():
    zero = Curve("Zero", 0, points(0.0, 1.0))
    assert rows([zero], "loss", relative=True) == []
    assert rows([zero], "loss") == [[0.0], [1.0]]


def test_a_log_scale_leaves_out_what_it_cannot_hold():
    assert rows([Curve("Low", 0, points(-1.0, 0.0, 2.0))], "loss", log=True) == [[2.0]]


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_values_that_are_no_numbers_are_left_out(value):
    assert rows([Curve("Odd", 0, points(1.0, value, 2.0))], "step") == [[1], [3]]


def test_each_step_knows_where_its_octave_began():
    longer = Curve("Longer", 1, points(1, float("nan"), 1, 1, octaves=[0, 1, 1, 2]))
    edges = curves.losses_table([*CURVES, longer])["edge"]
    assert edges.dropna().tolist() == [2.5, 1.5, 3.5]


def test_a_chart_stays_the_same_while_a_dream_goes_on():
    assert "values" not in curves.losses(["One"], [0], REACH).to_json()
    assert "values" not in curves.shares(["a", "b"], 0, REACH).to_json()


def test_colours_are_the_variants_own():
    spec = curves.losses(["One", "Two"], [3, 0], REACH, log=True).to_dict()
    line = next(layer for layer in spec["layer"] if layer["mark"]["type"] == "line")
    scale = line["encoding"]["color"]["scale"]
    assert scale == {"domain": ["One", "Two"], "range": [COLOURS[3], COLOURS[0]]}
    assert line["encoding"]["y"]["scale"]["type"] == "log"


def test_variants_of_one_name_stay_apart():
    same = [Curve("A", 0, points(1.0)), Curve("A", 1, points(2.0))]
    assert rows(same, "variant", "loss") == [["A (1)", 1.0], ["A (2)", 2.0]]


def test_shares_are_stacked_to_the_whole():
    assert curves.shares(["a", "b"], 0, REACH).to_dict()["encoding"]["y"]["stack"] == "normalize"
    assert curves.shares_table(CURVES[0]).to_dict("split")["data"][:2] == [
        [1, "a", 0, 0.5],
        [1, "b", 1, 1.5],
    ]


def test_a_suppressed_layer_is_drawn_below_zero():
    spec = curves.shares(["a", "b"], 0, REACH, suppressed=True).to_dict()
    assert spec["encoding"]["y"]["stack"] == "zero"


def test_the_axes_reach_as_far_as_the_figures_in_round_numbers():
    assert Reach.of(4, [1.2, 3.4]) == (4, 1.0, 4.0)
    assert Reach.of(4, [0.0123, 0.0456]) == pytest.approx((4, 0.01, 0.05))
    assert Reach.of(1, [5.0]) == (2, 5.0, 10.0)
    assert Reach.of(3, [-0.4, 0.25]) == pytest.approx((3, -0.4, 0.3))
    assert Reach.of(7, []) == (7, 0.0, 1.0)
    # On a log scale the lower end is no 0.
    assert Reach.of(4, [0.5, 30.0]) == (4, 0.5, 30.0)


def test_the_axes_of_a_dream_that_runs_seldom_change():
    assert (
        Reach.of(3, [1.2, 3.4], live=True).steps == Reach.of(9, [1.3, 3.9], live=True).steps == 10
    )
