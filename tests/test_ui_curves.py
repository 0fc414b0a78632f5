import pytest

from dreamlab.recording import LossPoint
from dreamlab.ui import curves
from dreamlab.ui.curves import Curve
from dreamlab.ui.style import COLOURS


def points(*losses, octaves=None):
    octaves = octaves or [0] * len(losses)
    return [
        LossPoint(octave, 20, 30, step, loss, {"a": 0.25 * loss, "b": 0.75 * loss})
        for step, (loss, octave) in enumerate(zip(losses, octaves, strict=True))
    ]


CURVES = [Curve("One", 3, points(2.0, 3.0, 8.0, octaves=[0, 0, 1])), Curve("Two", 0, points(5.0))]


def test_raw_rows():
    rows = curves.rows(CURVES, relative=False, log=False)
    assert [(row["variant"], row["step"], row["loss"]) for row in rows] == [
        ("One", 1, 2.0),
        ("One", 2, 3.0),
        ("One", 3, 8.0),
        ("Two", 1, 5.0),
    ]
    assert rows[2]["octave"] == 2 and rows[2]["size"] == "30 × 20"


def test_relative_rows():
    rows = curves.rows(CURVES, relative=True, log=False)
    assert [row["loss"] for row in rows] == [1.0, 1.5, 4.0, 1.0]


def test_a_curve_that_begins_with_nothing_has_no_relative_values():
    assert curves.rows([Curve("Zero", 0, points(0.0, 1.0))], relative=True, log=False) == []


def test_a_log_scale_leaves_out_what_it_cannot_hold():
    rows = curves.rows([Curve("Low", 0, points(-1.0, 0.0, 2.0))], relative=False, log=True)
    assert [row["loss"] for row in rows] == [2.0]


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_values_that_are_no_numbers_are_left_out(value):
    rows = curves.rows([Curve("Odd", 0, points(1.0, value, 2.0))], relative=False, log=False)
    assert [row["step"] for row in rows] == [1, 3]


def test_octave_boundaries_of_all_variants():
    longer = Curve("Longer", 1, points(1, 1, 1, 1, octaves=[0, 1, 1, 2]))
    assert curves.boundaries([*CURVES, longer]) == [1.5, 2.5, 3.5]


def test_boundaries_are_drawn_where_there_are_any():
    def marks(drawn):
        return [layer["mark"]["type"] for layer in curves.losses(drawn).to_dict()["layer"]]

    assert marks([Curve("One", 0, points(1, 2, octaves=[0, 0]))]) == ["line", "point"]
    assert marks([Curve("One", 0, points(1, 2, octaves=[0, 1]))]) == ["rule", "line", "point"]


def test_colours_are_the_variants_own():
    spec = curves.losses(CURVES, log=True).to_dict()
    line = next(layer for layer in spec["layer"] if layer["mark"]["type"] == "line")
    scale = line["encoding"]["color"]["scale"]
    assert scale == {"domain": ["One", "Two"], "range": [COLOURS[3], COLOURS[0]]}
    assert line["encoding"]["y"]["scale"]["type"] == "log"


def test_variants_of_one_name_stay_apart():
    same = [Curve("A", 0, points(1.0)), Curve("A", 1, points(2.0))]
    spec = curves.losses(same).to_dict()
    line = next(layer for layer in spec["layer"] if layer["mark"]["type"] == "line")
    assert line["encoding"]["color"]["scale"]["domain"] == ["A (1)", "A (2)"]


def test_shares_are_stacked_to_the_whole():
    spec = curves.shares(CURVES[0]).to_dict()
    assert spec["encoding"]["y"]["stack"] == "normalize"
    assert spec["data"]["values"][:2] == [
        {"step": 1, "layer": "a", "order": 0, "share": 0.5},
        {"step": 1, "layer": "b", "order": 1, "share": 1.5},
    ]


def test_a_suppressed_layer_is_drawn_below_zero():
    point = LossPoint(0, 2, 2, 0, 1.0, {"a": 3.0, "b": -2.0})
    spec = curves.shares(Curve("x", 0, [point])).to_dict()
    assert spec["encoding"]["y"]["stack"] == "zero"
