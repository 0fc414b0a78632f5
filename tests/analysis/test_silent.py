"""Analyses mark what does not answer to the picture, instead of giving a figure for it."""

import csv
import io
import json

import numpy as np
import pytest

from dreamlab.analysis import ANALYSES, named
from dreamlab.analysis.files import as_csv, files
from dreamlab.analysis.kept import DREAMS
from dreamlab.analysis.report import report
from dreamlab.analysis.run import analyse
from dreamlab.analysis.silent import silent
from dreamlab.dream import NoAnswer, Silence
from dreamlab.images import load_image, to_pixels
from tests.support.tiny import picture, silenced, tiny_network

IMAGE = 0.5 * picture(20, 24)  # so that a small move is not clipped
ALL = ["first", "second", "pool", "third"]


@pytest.fixture(autouse=True)
def nothing_kept():
    DREAMS.clear()


@pytest.fixture(scope="module")
def network():
    """A network whose last layer is silent."""
    return silenced(tiny_network(), "third")


def zero():
    """A network whose weights are all 0."""
    network = tiny_network()
    for layer in network.feature_extractor(["third"], "float32").layers:
        layer.set_weights([0 * weight for weight in layer.get_weights()])
    return network


def found(analysis, network, image=IMAGE, **values):
    """The findings, after a look at their files: the JSON is valid, the report has the sentence."""
    findings = analyse(analysis, image, network, precision="float32", **values)
    assert findings.complete

    def fail(constant):
        raise AssertionError(f"{constant} is no JSON")

    json.loads(files(findings)[f"{analysis}.json"], parse_constant=fail)
    says = f"No answer to this picture: {silent(findings)}."
    assert (says.encode() in report([findings])) is bool(silent(findings))
    return findings


def rows(table):
    """The cells of a table's CSV, by the first of each row."""
    return {first: rest for first, *rest in csv.reader(io.StringIO(as_csv(table).decode()))}


@pytest.mark.parametrize("effort", ["equal effort", "equal steps"])
@pytest.mark.parametrize("jitter", [0, 2])
def test_the_atlas_marks_a_dead_layer(network, effort, jitter):
    findings = found("atlas", network, effort=effort, amount=0.05, jitter=jitter)
    assert [item.key for item in findings.items] == ALL
    *alive, dead = findings.items
    assert all(item.values["moved"] > 0 for item in alive)
    figures = ("steps", "moved", "first_loss", "last_loss")
    assert [dead.values[name] for name in figures] == [None] * 4
    assert dead.caption == "third · depth 3 · sees 10 px · no answer"
    assert np.array_equal(dead.picture.pixels, to_pixels(IMAGE))
    (table,) = named("atlas").tables(findings)
    assert rows(table)["third"] == ["3", "10", "", "", "", ""]
    assert silent(findings) == "third"
    assert b"<th>third (no answer)</th>" in report([findings])


def test_the_excitation_marks_a_dead_layer_as_row_and_column(network):
    findings = found("excitation", network, amount=0.05)
    (table,) = named("excitation").tables(findings)
    cells = rows(table)
    assert cells["third"] == [""] * 4
    for name in ALL[:3]:
        *figures, last = cells[name]
        assert last == "" and all(float(figure) > 0 for figure in figures)
    assert table.silent == ("third",)
    # Of what is silent alone there is no figure, and the columns are not to blame.
    (table,) = named("excitation").tables(found("excitation", network, layers=["third"]))
    assert table.rows == (("third", None, None, None, None),)
    assert table.silent == ("third",) and table.empty


def test_robustness_has_no_figures_of_a_dead_layer(network):
    values = {"gaussian": [0, 0.2], "salt_pepper": [0.1], "iterations": 2}
    findings = found("robustness", network, layers=["second", "third"], **values)
    dead = [item for item in findings.items if item.values["layer"] == "third"]
    assert [(item.values["ssim"], item.values["shift"]) for item in dead] == [(None, None)] * 3
    assert all(item.caption.endswith(" · no answer") for item in dead)
    for table in named("robustness").tables(findings):
        assert table.silent == ("third",)
        assert all(figure is not None and last is None for _, figure, last in table.rows)
        assert all(cells[-1] == "" for name, cells in rows(table).items() if name != "noise")
    assert silent(findings) == "third"
    assert b"third (no answer)</span>" in report([findings])


def test_robustness_marks_the_noise_alone_that_a_layer_is_silent_on():
    # White and black pixels on grey wake what grey does not: no dream to compare them with.
    network, grey = tiny_network(), np.zeros((20, 24, 3), np.float32)
    for layer in network.feature_extractor(["third"], "float32").layers:
        if layer.weights:
            kernel, bias = layer.get_weights()
            layer.set_weights([kernel, 0 * bias])
    values = {"layers": ["second"], "gaussian": [0], "salt_pepper": [0.1], "iterations": 1}
    findings = found("robustness", network, grey, **values)
    assert [item.values["ssim"] for item in findings.items] == [None, None]
    assert [item.values["shift"] for item in findings.items] == [None, None]
    clean, noisy = (item.picture.pixels for item in findings.items)
    assert not np.array_equal(clean, noisy)


def test_robustness_without_steps_compares_the_pictures(network):
    values = {"layers": ["second"], "gaussian": [0, 0.2], "salt_pepper": [], "iterations": 0}
    findings = found("robustness", network, **values)
    assert findings.items[0].values["ssim"] == 1
    assert findings.items[1].values["ssim"] == findings.items[1].values["ssim_pictures"] < 1


def test_channels_that_do_not_answer_are_not_among_the_strongest():
    network = silenced(tiny_network(), "third", channels=(0, 2, 5))
    findings = found("channels", network, layer="third", count=6, grown=False)
    assert {item.values["channel"] for item in findings.items} == {1, 3, 4}
    assert silent(findings) == ""
    findings = found("channels", network, layer="third", channels=[2, 3], grown=False)
    dead, answering = findings.items
    assert (dead.values["answer"], dead.values["share"]) == (None, None)
    assert dead.caption == "channel 2 · no answer"
    assert answering.values["share"] > 0
    (table,) = named("channels").tables(findings)
    assert rows(table)["2"] == ["", ""]
    assert silent(findings) == "channel 2"
    assert b"<th>2 (no answer)</th>" in report([findings])


def test_of_a_dead_layer_the_first_channels_are_shown_as_such_and_grown(network):
    values = {"layer": "third", "count": 2, "side": 32, "steps": 3, "jitter": 0}
    findings = found("channels", network, **values)
    captions = [item.caption for item in findings.items]
    assert captions == [
        "channel 0 · no answer",
        "channel 1 · no answer",
        "channel 0 · nothing wakes it",
        "channel 1 · nothing wakes it",
    ]
    grown = [item for item in findings.items if item.values["kind"] == "grown"]
    assert all(item.values["last_objective"] > item.values["first_objective"] for item in grown)


def test_attribution_marks_a_dead_layer_and_balances_the_others(network):
    layers = {"second": 2.0, "first": -1.0, "third": 0.5}
    with pytest.warns(Silence, match="third does not answer to this picture"):
        findings = found("attribution", network, layers=layers, octaves=2, iterations=2)
    loss, gradient, cosines, balanced = named("attribution").tables(findings)
    for table in (loss, gradient):
        assert all(dead is None and None not in alive for *alive, dead in table.rows)
    assert cosines.rows[2] == ("third", None, None, None)
    weights = {name: weight for name, _, weight in balanced.rows}
    assert weights["third"] is None
    # Those that pull keep the sum of their sizes: 2 and 1.
    assert weights["second"] - weights["first"] == pytest.approx(3)
    assert rows(balanced)["third"] == ["0.5", ""]
    assert all(table.silent == ("third",) for table in (loss, gradient, cosines, balanced))


def test_attribution_of_silent_layers_alone_ends_with_what_answers(network):
    message = "third does not answer to this picture, .* choose a layer that does, such as pool"
    with pytest.raises(NoAnswer, match=message):
        analyse("attribution", IMAGE, network, layers={"third": 1}, octaves=1, iterations=1)


#: Analyses whose figures of silent layers are tested with them.
APART = {
    "attribution",
    "where",
    "similarity",
    "inversion",
    "caricature",
    "profile",
    "examples",
    "separability",
}


@pytest.mark.parametrize("analysis", sorted(set(ANALYSES) - APART))
def test_all_weights_0_are_marked_everywhere(analysis):
    values = {
        "atlas": {},
        "excitation": {},
        "channels": {"layer": "third", "side": 32, "steps": 3},
        "grid": {"octaves": 1},
        "robustness": {"layers": ["first", "third"], "iterations": 1, "gaussian": [0.1]},
    }[analysis]
    findings = found(analysis, zero(), **values)
    tables = named(analysis).tables(findings)
    assert tables
    for table in tables:
        names = table.columns[1:] if table.drawn == "lines" else [row[0] for row in table.rows]
        assert table.silent == tuple(names)
    for item in findings.items:
        if item.values.get("kind") == "grown":
            assert item.caption.endswith("did not grow")
            assert item.values["last_objective"] is None
        else:
            assert item.caption.endswith("no answer")
            if analysis != "channels" and item.values.get("level", 0) == 0:
                assert np.array_equal(load_image(item.picture), load_image(to_pixels(IMAGE)))
