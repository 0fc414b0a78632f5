"""The tables of separability, on figures made by hand."""

import pytest

from dreamlab.analysis.separability_figures import best_for
from tests.support.separability import layer, said


def table(name, *layers, **more):
    return next(each for each in said(*layers, **more).tables() if each.name == name)


#: Two layers of a network, and three of another.
FIVE = [
    layer(layer="a1", place=0.0, accuracy=0.5, permuted=0.4),
    layer(layer="a2", place=1.0, accuracy=0.75),
    layer(network="b.h5", layer="b1", place=0.0, accuracy=0.25, permuted=0.6),
    layer(network="b.h5", layer="b2", place=0.5, accuracy=0.875, logme=0.3),
    layer(network="b.h5", layer="b3", place=1.0, accuracy=0.625, logme=0.4),
]


def test_a_line_a_network_by_depth():
    made = table("by_depth", *FIVE)
    assert made.drawn == "lines" and made.joined
    assert [name for name, _ in made.lines] == ["VGG16", "b.h5", "shuffled labels", "chance"]
    lines = dict(made.lines)
    assert made.figures[0] == (0.0, 0.5, 1.0)
    assert lines["VGG16"] == (0.5, None, 0.75)
    assert lines["b.h5"] == (0.25, 0.875, 0.625)
    assert lines["chance"] == (0.5, 0.5, 0.5)
    assert lines["shuffled labels"] == pytest.approx((0.5, 0.5, 0.5))
    assert made.spread("VGG16") == ((0.8, None, 0.8), (0.95, None, 0.95))
    low, high = made.spread("shuffled labels")
    assert low == pytest.approx((0.3,) * 3) and high == pytest.approx((0.7,) * 3)
    assert made.spread("chance") is None
    hover = dict(made.hover)
    assert hover["VGG16"] == (
        "a1, 6\u00a0billion multiplications, LogME 0.10",
        "",
        "a2, 6\u00a0billion multiplications, LogME 0.10",
    )
    assert hover["b.h5"][1].startswith("b2, ")


def test_all_figures_have_the_columns_of_the_file():
    grey = layer(layer="a1", condition="grey", accuracy=0.3)
    made = table("separability", *FIVE, grey)
    assert ",".join(made.columns) == (
        "network,layer,depth,condition,accuracy,low,high,chance,permuted,logme"
    )
    assert made.rows[0] == ("vgg16", "a1", 7, "original", 0.5, 0.8, 0.95, 0.5, 0.4, 0.1)
    assert made.rows[-1] == ("vgg16", "a1", 7, "grey", 0.3, 0.8, 0.95, 0.5, 0.5, 0.1)
    assert len(made.rows) == 6


def test_the_confusion_of_the_best_layer_in_shares():
    predicted = [0] * 15 + [1] * 5 + [0] * 8 + [1] * 12
    made = table("confusion", *FIVE[:1], layer(layer="best", accuracy=1.0, predicted=predicted))
    assert made.title == "What best of VGG16 takes the pictures of each class for, as shares"
    assert made.rows == (("cat (20)", 0.75, 0.25), ("dog (20)", 0.4, 0.6))
    assert made.drawn == "shares"


def test_the_best_layer_of_each_network_and_that_by_logme():
    made = table("networks", *FIVE)
    assert [row[:3] + row[-1:] for row in made.rows] == [
        ("VGG16", "a2", 0.75, "a1"),
        ("b.h5", "b2", 0.875, "b3"),
        ("no network (mean colours)", None, 0.5, None),
    ]
    assert made.rows[-1][3:5] == (0.0, 1.0)


def test_what_is_told_without_a_cue():
    grey = [
        layer(network="b.h5", layer="b2", condition="grey", accuracy=0.6, recalls=[0.2, 1.0]),
        layer(layer="a2", condition="grey", accuracy=0.1),
    ]
    made = table("reliance", *FIVE, *grey)
    assert made.columns == ("class", "original", "grey")
    # All tell the classes alike; that of the least work comes first, and all are of equal work.
    by = "a1 · VGG16"
    assert made.rows == ((f"cat · {by}", 0.8, None), (f"dog · {by}", 0.8, None))
    best = layer(network="b.h5", layer="b2", accuracy=0.875, recalls=[1.0, 0.9])
    made = table("reliance", *FIVE[:3], best, *grey)
    assert made.rows[0] == ("cat · b2 · b.h5", pytest.approx(0.9), pytest.approx(0.1))
    made = table("reliance_by_layer", *FIVE, *grey)
    assert made.columns == ("layer", "original", "grey", "chance")
    assert made.rows == (
        ("b1", 0.25, None, 0.5),
        ("b2", 0.875, 0.6, 0.5),
        ("b3", 0.625, None, 0.5),
    )
    # Before the best layer's turn there is nothing to compare.
    names = [each.name for each in said(*FIVE, *grey[1:]).tables()]
    assert names == ["by_depth", "confusion", "classes", "networks", "separability"]


@pytest.mark.parametrize(
    ("classes", "headings"),
    [
        (["class", "layer"], ["class (2)", "layer (2)"]),
        (["layer", "layer (2)"], ["layer (2)", "layer (2) (2)"]),
        (["x" * 300, "x" * 301], ["x" * 45 + "...", "x" * 45 + "... (2)"]),
    ],
)
def test_headings_are_short_and_no_two_the_same_whatever_classes_are_called(classes, headings):
    findings = said(layer(predicted=[0] * 40), layer(predicted=[0] * 40, condition="grey"))
    values = findings.items[0].values
    values |= {"classes": classes, "labels": [classes[0]] * 20 + [classes[1]] * 20}
    tables = {each.name: each for each in findings.tables()}
    assert tables["confusion"].columns == ("class", *headings)
    assert tables["classes"].columns == ("layer", *headings)
    assert [row[0] for row in tables["confusion"].rows] == [f"{name} (20)" for name in headings]
    by = [row[0] for row in tables["reliance"].rows]
    assert by == [f"{name} · block3_conv3" for name in headings]


def test_where_each_class_becomes_told():
    made = table("classes", *FIVE)
    assert made.columns == ("layer", "cat", "dog") and made.drawn == "lines"
    assert made.rows == (("b1", 0.8, 0.8), ("b2", 0.8, 0.8), ("b3", 0.8, 0.8))


def test_of_layers_that_tell_a_class_alike_the_one_of_less_work_is_named():
    costly, cheap = (
        layer(layer=name, multiplications=work, recalls=[0.9, told], false_alarms=[0.1, 0.1])
        for name, work, told in (("deep", 2e9, 0.9), ("early", 1e9, 0.8))
    )
    figures = [costly.values, cheap.values]
    for order in (figures, figures[::-1]):
        assert best_for(order, 0)["layer"] == "early"
        assert best_for(order, 1)["layer"] == "deep"
