"""The command ``task``, with tiny networks and folders."""

import csv
import dataclasses
import html
import json
import shutil

import keras
import numpy as np
import pytest
from PIL import Image

from dreamlab.analysis import catalogue, named, separability
from dreamlab.analysis.run import analyse
from dreamlab.cli import task
from dreamlab.cli.main import main
from dreamlab.errors import DreamError
from dreamlab.images import read_set
from tests.support.drawn_sets import half_told
from tests.support.tiny import tiny_network, wide_network

FEW = ["--max-side", "32", "--precision", "float32"]


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


@pytest.fixture
def pictures(tmp_path):
    """A folder of pictures, of which some are told wrong."""
    of = half_told()
    for name, pixels in zip(of.names, of.pixels, strict=True):
        (tmp_path / "task" / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(tmp_path / "task" / name)
    return tmp_path / "task"


@pytest.fixture
def models(tmp_path):
    """Options that name two networks of one kind."""
    for seed, name in enumerate(("one", "other")):
        network = tiny_network(seed=seed).feature_extractor(["third"], "float32")
        network.save(tmp_path / f"{name}.keras")
    of = [
        option
        for name in ("one", "other")
        for option in ("--model", str(tmp_path / f"{name}.keras"))
    ]
    return [*of, "--input-range", "-1,1"]


def rows(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def files_in(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_it_leaves_all_figures_pictures_and_a_report(pictures, out, models, capsys):
    assert main(["task", str(pictures), "--out", str(out), *models, *FEW]) == 0
    *said, wrote = capsys.readouterr().out.splitlines()
    names = files_in(out)
    assert {"report.html", "separability.csv", "separability.json", "separability.npz"} <= names
    assert {"by_depth.csv", "confusion.csv", "reliance.csv", "networks.csv"} <= names
    assert {"examples_one.keras.json", "examples_other.keras.json"} <= names
    assert wrote.startswith(f"wrote {len(names)} files to {out} (")
    report = html.unescape((out / "report.html").read_text())
    assert len(said) == 3
    for sentence, model in zip(said, ("", "one.keras: ", "other.keras: "), strict=True):
        assert sentence.startswith(model) and sentence.removeprefix(model) in report
    assert said[0] == json.loads((out / "separability.json").read_text())["sentence"]
    *tops, no_network = [row["best_layer"] for row in rows(out / "networks.csv")]
    assert no_network == ""  # of mean colours
    for model, top in zip(("one.keras", "other.keras"), tops, strict=True):
        values = json.loads((out / f"examples_{model}.json").read_text())
        assert values["settings"]["layer"] == top
        crops = [name for name in names if name.startswith(f"examples/{model}/")]
        assert len(crops) >= 2 and all(name.endswith(".png") for name in crops)
    wrong = {name for name in names if "_wrong-" in name}
    assert wrong and all(name.startswith("examples/0") for name in wrong)


def test_the_tables_and_features_are_those_of_the_library(pictures, out, models):
    assert main(["task", str(pictures), "--out", str(out), *models, *FEW]) == 0
    table = rows(out / "separability.csv")
    assert ",".join(table[0]) == (
        "network,layer,depth,condition,accuracy,low,high,chance,permuted,logme"
    )
    assert [row["condition"] for row in table[::8]] == ["original", "grey", "blurred", "shuffled"]
    assert [row["network"] for row in table[:8:4]] == ["one.keras", "other.keras"]
    given = read_set(pictures)
    found = analyse(
        "separability",
        given,
        tiny_network(name="one.keras"),
        max_side=32,
        precision="float32",
        reliance=False,
    )
    figures = [item.values for item in found.items if item.values["kind"] == "layer"]
    for row, values in zip(table, figures, strict=False):
        for name in ("accuracy", "low", "high", "chance", "permuted", "logme"):
            assert float(row[name]) == pytest.approx(values[name])
    with np.load(out / "separability.npz") as arrays:
        assert len(arrays.files) == 8
        for item in found.items[1:5]:
            array = arrays[f"one.keras.{item.values['layer']}.original.features"]
            np.testing.assert_allclose(array, item.arrays["features"], rtol=1e-5, atol=1e-6)


def test_a_zip_gives_what_its_folder_does(pictures, out, models, tmp_path):
    packed = shutil.make_archive(str(tmp_path / "packed"), "zip", pictures)
    options = [*models[:2], *models[4:], *FEW, "--no-reliance", "--no-grown"]
    assert main(["task", str(pictures), "--out", str(out), *options]) == 0
    assert main(["task", packed, "--out", str(tmp_path / "again"), *options]) == 0
    for name in ("separability.csv", "separability.npz", "confusion.csv"):
        assert (out / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


def test_the_shipped_task_and_vgg16_by_default(asked, out, capsys):
    assert main(["task", "--out", str(out), *FEW, "--no-reliance", "--no-grown"]) == 0
    assert asked == [("vgg16", "imagenet")]
    assert [row["class"] for row in rows(out / "confusion.csv")] == [
        "plain (12)",
        "red (12)",
        "star (12)",
        "striped (12)",
    ]
    assert "reliance.csv" not in files_in(out)


def test_what_is_left_out_is_told_in_a_line(pictures, out, models, capsys):
    (pictures / "red" / "notes.txt").write_text("no picture")
    assert main(["task", str(pictures), "--out", str(out), *models, *FEW, "--no-reliance"]) == 0
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 1 and told[0].startswith("dreamlab: ") and "notes.txt" in told[0]


def test_a_named_layer_is_looked_into_where_it_is(pictures, out, models, tmp_path):
    wide_network().feature_extractor(["third"], "float32").save(tmp_path / "wide.keras")
    of = ["--model", str(tmp_path / "wide.keras"), *models]
    few = [*FEW, "--no-reliance", "--no-grown", "--layer", "second", "--channels", "39"]
    assert main(["task", str(pictures), "--out", str(out), *of, *few]) == 0
    *best, _ = [row["best_layer"] for row in rows(out / "networks.csv")]
    looked_into = [
        json.loads((out / f"examples_{name}.keras.json").read_text())["settings"]
        for name in ("wide", "one", "other")
    ]
    assert [of["layer"] for of in looked_into] == ["second", *best[1:]]
    assert [of["channels"] for of in looked_into] == [[39], [], []]


def test_a_layer_without_multiplications_can_be_looked_into(pictures, out, tmp_path):
    image = keras.Input((None, None, 3))
    maps = keras.layers.Conv2D(2, 3)(keras.layers.ReLU(name="open")(image / 2))
    keras.Model(image, maps).save(tmp_path / "open.keras")
    model = ["--model", str(tmp_path / "open.keras"), "--input-range", "-1,1"]
    few = [*FEW, "--no-reliance", "--no-grown", "--layer", "open"]
    assert main(["task", str(pictures), "--out", str(out), *model, *few]) == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["absent"], "absent"),
        (["SET", "--model", "vgg61"], "vgg61"),
        (["SET", "--model", "absent.keras"], "absent.keras"),
        (["SET", "--layer", "secnd"], "one.keras has no layer 'secnd': did you mean second?"),
        (["SET", "--layer", "second", "--channels", "5"], "no channel 5; choose 0 to 4"),
        (["SET", "--channels", "1"], "--channels is of one layer, and none is named: name it with"),
        (["SET", "--model", "a", "--model", "b", "--model", "c"], "--model is given 5 times; give"),
        (["SET", "--weights", "x.h5"], "--weights is of one network, and there are 2; leave it"),
        (["SET", "--max-side", "300"], "max_side is 300; choose 32 to 224"),
        (["SET", "--pooling", "median"], "invalid choice: 'median'"),
        (["SET", "--beside", "vgg16"], "unrecognized arguments: --beside"),
    ],
)
def test_mistakes_are_told_in_a_line_before_anything_runs(
    pictures, out, models, capsys, monkeypatch, arguments, message
):
    monkeypatch.setattr(task, "analyse", lambda *given, **options: pytest.fail("it ran"))
    arguments = [str(pictures) if argument == "SET" else argument for argument in arguments]
    assert main(["task", "--out", str(out), *models, *arguments]) == 2
    error = capsys.readouterr().err
    assert message in error and error.count("\n") == 1
    assert not out.exists() or not any(out.iterdir())


@pytest.mark.parametrize(
    ("given", "model", "message"),
    [
        ("task/red", "vgg16", "give a folder for each class"),
        ("task", "vgg19", "two networks are called 'vgg19'; give one, or rename a file"),
    ],
)
def test_what_cannot_run_is_told_before_a_network_is_loaded(
    pictures, out, asked, capsys, given, model, message
):
    of = ["--model", "vgg19", "--model", model]
    assert main(["task", str(pictures.parent / given), "--out", str(out), *of, *FEW]) == 2
    assert message in capsys.readouterr().err
    assert not asked and not out.exists()


def test_an_interrupt_keeps_the_layers_so_far(pictures, out, models, capsys, monkeypatch):
    real, seen = separability.layer_item, []

    def interrupted(*given):
        if len(seen) == 6:
            raise KeyboardInterrupt
        seen.append(given)
        return real(*given)

    monkeypatch.setattr(separability, "layer_item", interrupted)
    assert main(["task", str(pictures), "--out", str(out), *models, *FEW]) == 130
    told = capsys.readouterr().out
    assert "interrupted; wrote " in told and "right (95 % interval" in told
    assert len(rows(out / "separability.csv")) == 6
    assert "ended early" in (out / "report.html").read_text()
    assert not any("examples" in name for name in files_in(out))


@pytest.mark.parametrize(("error", "status"), [(KeyboardInterrupt(), 130), (DreamError("no"), 2)])
def test_what_fails_in_the_examples_costs_nothing_of_separability(
    pictures, out, models, monkeypatch, error, status
):
    real = task.analyse

    def failing(analysis, *given, **options):
        if analysis.name == "examples":
            raise error
        return real(analysis, *given, **options)

    monkeypatch.setattr(task, "analyse", failing)
    start = ["task", str(pictures), "--out", str(out), *models, *FEW, "--no-reliance"]
    assert main(start) == status
    assert {"report.html", "separability.csv", "separability.npz"} <= files_in(out)


def test_analyses_of_a_set_have_no_command_of_their_own(capsys):
    for name in ("separability", "examples"):
        assert main([name]) == 2
        assert f"invalid choice: '{name}'" in capsys.readouterr().err


def test_a_further_analysis_of_a_set_is_run_with_the_others(pictures, out, models, monkeypatch):
    again = dataclasses.replace(named("examples"), name="again")
    monkeypatch.setattr(catalogue, "ANALYSES", {**catalogue.ANALYSES, "again": again})
    monkeypatch.setattr(task, "_OF_EACH", [named("examples"), again])
    few = [*FEW, "--no-reliance", "--no-grown", "--layer", "second"]
    assert main(["task", str(pictures), "--out", str(out), *models, *few]) == 0
    for model in ("one.keras", "other.keras"):
        values = json.loads((out / f"again_{model}.json").read_text())
        assert values["settings"]["layer"] == "second"
        assert any((out / "again" / model).iterdir())
