"""Charts of findings on the page."""

import dataclasses
import json

from dreamlab.report.table import Table
from dreamlab.ui.analysis import charts


def test_long_names_above_a_heat_map_take_no_room_from_its_cells():
    def height(*names):
        rows = tuple((name, *(1.0 for _ in names)) for name in names)
        table = Table("cosines", "Cosines", ("layer", *names), rows, "cosines")
        return json.loads(charts.spec(table, True))["height"]

    # Letters of the names, turned upright, are 6 to 7 px wide.
    assert height("block5_conv2", "b") - height("a", "b") >= 11 * 6
    assert height("a", "b", "c") - height("a", "b") == 26


def test_a_logarithmic_line_chart_holds_its_band_and_a_0():
    columns = ("layer", "colour", "colour_low", "colour_high")
    rows = (("a", 28.0, 20.0, 30.0), ("b", 1.0, 0.0, 1.2))
    spreads = (("colour", "colour_low", "colour_high"),)
    table = Table("t", "T", columns, rows, "lines", spreads=spreads, log=True)
    chart = json.loads(charts.spec(table, True))
    for layer in chart["layer"]:
        axis = layer["encoding"]["y"]
        assert axis["scale"] == {"type": "log", "domain": [0.5, 50], "clamp": True}
        assert axis["axis"]["values"] == [0.5, 1, 2, 5, 10, 20, 50]
    linear = json.loads(charts.spec(dataclasses.replace(table, log=False), True))
    assert "scale" not in linear["layer"][0]["encoding"]["y"]


def test_a_point_of_a_joined_line_says_what_it_is_of():
    table = Table(
        "t",
        "T",
        ("depth", "a", "chance"),
        ((0.0, 0.5, 0.25), (0.5, None, 0.25), (1.0, 0.75, 0.25)),
        "lines",
        joined=True,
        hover=(("a", ("first, 3 multiplications", "", "last, 9 multiplications")),),
    )
    (layer,) = json.loads(charts.spec(table, True))["layer"]
    points = [(row["line"], row["across"], row["said"]) for row in layer["data"]["values"]]
    # A missing value is no point: the line goes from its neighbour to the next one.
    assert points[:2] == [
        ("a", 0.0, "first, 3 multiplications"),
        ("a", 1.0, "last, 9 multiplications"),
    ]
    assert points[2:] == [("chance", x, x) for x in (0.0, 0.5, 1.0)]
    assert "said" in [tip["field"] for tip in layer["encoding"]["tooltip"]]
    (plain,) = json.loads(charts.spec(dataclasses.replace(table, hover=()), True))["layer"]
    assert "said" not in [tip["field"] for tip in plain["encoding"]["tooltip"]]
