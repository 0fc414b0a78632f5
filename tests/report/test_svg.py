import dataclasses
from xml.etree import ElementTree

import pytest

from dreamlab.analysis import Table
from dreamlab.report import svg

SVG = "{http://www.w3.org/2000/svg}"

TABLE = Table("t", "A & B", ("step", "a<b", "b"), ((1, 0.0, 4.0), (2, None, 2.0), (3, 1.0, 0.0)))


def test_a_line_chart_against_its_figures():
    chart = svg.lines(TABLE, ["red"])
    tree = ElementTree.fromstring(chart)
    lines = [line for line in tree.iter(f"{SVG}path") if line.get("stroke-width")]
    # Losses 0 to 4 map to y = 180 to 10, steps 1 to 3 to x = 52 to 468; a gap starts a new line.
    assert [line.get("d") for line in lines] == [
        "M52.0 180.0h0 M468.0 137.5h0",
        "M52.0 10.0h0 L260.0 95.0 L468.0 180.0",
    ]
    # Two lines share the only colour: the second line is dashed.
    assert [line.get("stroke-dasharray") for line in lines] == ["none", "5 5"]
    assert [line.tail for line in tree.iter("i")] == ["a<b", "b"]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (((1, 2.0),), "0 0.5 1 1.5 2 1"),  # a single row
        (((1, 4.0), (18, 3.0)), "0 1 2 3 4 5 10 15"),
        (((1, 4.0), (2, 3.0)), "0 1 2 3 4 1 2"),  # no half steps
        (((0.0, -0.003), (0.3, 0.84)), "0 0.2 0.4 0.6 0.8 0 0.1 0.2 0.3"),
        (((0, 0.0), (1, 1500.0)), "0 500 1000 1500 0 1"),
    ],
)
def test_axes_have_round_figures(rows, expected):
    table = Table("t", "T", ("step", "a"), rows, "lines")
    tree = ElementTree.fromstring(svg.lines(table))
    assert [element.text for element in tree.iter(f"{SVG}text")] == [*expected.split(), "step"]


def test_a_heat_table():
    table = Table("t", "T", ("dreamt", "a"), (("x", 10.0), ("y", 1.0), ("z", None)), "ratios")
    text = svg.heat_table(table)
    assert text.startswith('<table class="heat">')
    assert '<td style="background:rgb(255,89,89)">10</td>' in text
    assert '<td style="background:rgb(255,255,255)">1</td>' in text
    assert "<td>–</td>" in text


def test_headings_of_a_table_that_is_not_drawn_are_words():
    text = svg.heat_table(Table("t", "T", ("layer", "first_loss"), (("block1_pool", 1.0),)))
    assert "<table><tr><th>layer</th><th>first loss</th></tr>" in text
    assert "<th>block1_pool</th>" in text


SILENT = Table("t", "T", ("noise", "a", "b"), ((0.1, 2.0, None), (0.2, 1.0, None)), "lines", ("b",))


def test_a_silent_line_is_marked_in_the_legend_and_draws_nothing():
    tree = ElementTree.fromstring(svg.lines(SILENT))
    drawn = [line.get("d") for line in tree.iter(f"{SVG}path") if line.get("stroke-width")]
    assert drawn[0] and not drawn[1]
    assert [line.tail for line in tree.iter("i")] == ["a", "b (no answer)"]
    assert "<th>b (no answer)</th>" in svg.heat_table(SILENT)


def test_a_chart_without_figures_is_a_sentence():
    empty = Table("t", "T", ("noise", "a<b"), ((0.1, None), (0.2, None)), "lines", ("a<b",))
    assert empty.empty and not SILENT.empty
    assert svg.lines(empty) == "<p>No figures: a&lt;b (no answer)</p>"
    assert svg.lines(Table("t", "T", ("noise", "a"), ((0.1, None),))) == "<p>No figures: a</p>"


def test_a_silent_row_is_marked_in_a_table():
    table = Table("t", "T", ("channel", "answer"), ((1, None), (2, 0.5)), silent=(1,))
    assert "<tr><th>1 (no answer)</th><td>–</td></tr>" in svg.heat_table(table)
    assert "<tr><th>2</th><td>0.5</td></tr>" in svg.heat_table(table)


def test_names_stand_below_the_axis_in_their_order():
    table = Table("t", "T", ("layer", "ssim"), (("late", 1.0), ("early", 0.5)), "lines")
    tree = ElementTree.fromstring(svg.lines(table))
    names = [text for text in tree.iter(f"{SVG}text") if text.get("transform")]
    assert [name.text for name in names] == ["late", "early"]
    assert [float(name.get("x")) for name in names] == [56, 472]
    # Five letters of 7 px, upright, and their margin.
    assert tree.find(f"{SVG}svg").get("viewBox") == "0 0 480 229.0"


def test_a_spread_is_a_band_and_no_line():
    columns = ("step", "mean", "low", "high")
    rows = ((1, 2.0, 1.0, 4.0), (2, 2.0, None, None), (3, 2.0, 0.0, 4.0))
    table = Table("t", "T", columns, rows, "lines", spreads=(("mean", "low", "high"),))
    tree = ElementTree.fromstring(svg.lines(table, ["red"]))
    paths = [path for path in tree.iter(f"{SVG}path") if path.get("stroke") != "currentColor"]
    band, line = paths
    # From 0 to 4 is 180 to 10; where an end is missing the band has a gap.
    assert band.get("d") == "M52.0 10.0 L52.0 137.5Z M468.0 10.0 L468.0 180.0Z"
    assert (band.get("fill"), band.get("opacity")) == ("red", ".18")
    assert line.get("d") == "M52.0 95.0h0 L260.0 95.0 L468.0 95.0"
    assert [swatch.tail for swatch in tree.iter("i")] == ["mean"]


def test_a_logarithmic_chart_draws_ratios_by_their_logarithms_and_0_at_the_bottom():
    columns = ("step", "mean", "low", "high")
    rows = ((1, 1.0, 0.0, 10.0), (2, 10.0, 1.0, 80.0))
    spreads = (("mean", "low", "high"),)
    table = Table("t", "T", columns, rows, "lines", spreads=spreads, log=True)
    tree = ElementTree.fromstring(svg.lines(table, ["red"]))
    band, line = (
        path.get("d") for path in tree.iter(f"{SVG}path") if path.get("stroke") != "currentColor"
    )
    # From 0.5 to 100 is 180 to 10: 1 is log(2) / log(200) of the way, 10 log(20) / log(200).
    assert line == "M52.0 157.8h0 L468.0 83.9"
    assert band == "M52.0 83.9 L468.0 17.2 L468.0 157.8 L52.0 180.0Z"
    ticks = [text.text for text in tree.iter(f"{SVG}text")]
    assert ticks == ["1", "10", "100", "1", "2", "step"]


def test_joined_lines_and_their_spreads_go_on_over_missing_values():
    rows = ((1, 0.0, 0.0, 2.0), (2, None, None, None), (3, 4.0, 2.0, 4.0))
    table = Table(
        "t", "T", ("step", "a", "low", "high"), rows, "lines", spreads=(("a", "low", "high"),)
    )

    def drawn(table):
        tree = ElementTree.fromstring(svg.lines(table))
        paths = list(tree.iter(f"{SVG}path"))
        (band,) = (path.get("d") for path in paths if path.get("fill") not in (None, "none"))
        (line,) = (path.get("d") for path in paths if path.get("stroke-width"))
        return band, line

    # 0 to 4 map to y = 180 to 10, and steps 1 to 3 to x = 52 to 468.
    joined = dataclasses.replace(table, joined=True)
    assert drawn(joined) == (
        "M52.0 95.0 L468.0 10.0 L468.0 95.0 L52.0 180.0Z",
        "M52.0 180.0h0 L468.0 10.0",
    )
    assert drawn(table) == (
        "M52.0 95.0 L52.0 180.0Z M468.0 10.0 L468.0 95.0Z",
        "M52.0 180.0h0 M468.0 10.0h0",
    )


def test_what_is_said_under_the_pointer_is_for_the_page_alone():
    said = dataclasses.replace(TABLE, hover=(("b", ("x", "y", "z")),))
    assert svg.lines(said) == svg.lines(TABLE) and svg.heat_table(said) == svg.heat_table(TABLE)
