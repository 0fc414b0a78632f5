import base64
import csv
import html
import json
import re
from unittest.mock import ANY

import numpy as np
import pytest
from PIL import Image

from dreamlab.cli import analyses
from dreamlab.cli.main import main
from dreamlab.images import load_image, png, to_pixels
from tests.support.tiny import picture, silenced, tiny_network

RANGE = ["--input-range", "-1,1"]
ATLAS_FILES = ["01_first.png", "02_second.png", "03_pool.png", "04_third.png"]


@pytest.fixture
def places(tmp_path):
    """A network's file, a picture's file, and a directory to write to."""
    network = tiny_network()
    network.feature_extractor(["third"], "float32").save(tmp_path / "tiny.keras")
    (tmp_path / "in.png").write_bytes(png(to_pixels(picture(24, 36))))
    return str(tmp_path / "tiny.keras"), str(tmp_path / "in.png"), tmp_path / "out"


def test_atlas(places, capsys):
    model, image, out = places
    options = ["--amount", "0.05", "--max-side", "32", "--precision", "float32"]
    assert main(["atlas", image, "--out", str(out), "--model", model, *RANGE, *options]) == 0
    names = sorted(path.name for path in out.iterdir())
    others = ["atlas.csv", "atlas.gif", "atlas.json", "atlas.png", "atlas.zip", "report.html"]
    assert names == sorted(ATLAS_FILES + others)
    assert "wrote 10 files to" in capsys.readouterr().out
    with Image.open(out / "atlas.gif") as film:
        assert (film.n_frames, film.size) == (5, (32, 21))  # the original first
    settings = json.loads((out / "atlas.json").read_text())["settings"]
    assert (settings["amount"], settings["max_side"]) == (0.05, 32)


def test_what_does_not_answer_is_told_in_one_line(places, capsys):
    model, image, out = places
    network = silenced(tiny_network(), "third", "second")
    network.feature_extractor(["third"], "float32").save(model)
    options = ["--amount", "0.05", "--max-side", "32", "--precision", "float32"]
    assert main(["atlas", image, "--out", str(out), "--model", model, *RANGE, *options]) == 0
    told = capsys.readouterr()
    assert told.err == "dreamlab: no answer to this picture: second, pool and third\n"
    assert told.out.startswith("All moved the picture as far")
    assert "wrote 10 files to" in told.out
    rows = list(csv.reader((out / "atlas.csv").read_text().splitlines()))
    assert [row[4] == "" for row in rows[1:]] == [False, True, True, True]


def test_excitation_and_robustness_and_attribution(places):
    model, image, out = places
    start = [image, "--out", str(out), "--model", model, *RANGE]
    assert main(["excitation", *start, "--layers", "first,third", "--amount", "0.05"]) == 0
    with open(out / "excitation.csv", newline="") as file:
        rows = list(csv.reader(file))
    assert [row[0] for row in rows] == ["dreamt", "first", "third"]
    assert np.array([row[1:] for row in rows[1:]], float).min() > 0

    levels = ["--layers", "first", "--gaussian", "0,0.2", "--salt-pepper", "0.1"]
    assert main(["robustness", *start, *levels]) == 0
    assert (out / "ssim_gaussian.csv").read_text().splitlines()[:2] == ["noise,first", "0.0,1.0"]

    mix = ["--layers", "first=1,third=-2.5", "--octaves", "1", "--iterations", "1"]
    assert main(["attribution", *start, *mix]) == 0
    weights = [row.split(",")[:2] for row in (out / "balance.csv").read_text().splitlines()]
    assert weights == [["layer", "weight"], ["first", "1.0"], ["third", "-2.5"]]

    mix += ["--channels", "third=4,third=1", "--max-loss", "9", "--tile", "64"]
    assert main(["attribution", *start, *mix]) == 0
    settings = json.loads((out / "attribution.json").read_text())["settings"]
    assert settings["channels"] == {"third": [1, 4]}
    assert (settings["max_loss"], settings["tile"]) == (9.0, 64)


def test_channels_with_and_without_a_picture(places):
    model, image, out = places
    start = ["channels", "third", "--out", str(out), "--model", model, *RANGE, "--side", "32"]
    assert main([*start, "--steps", "2", "--channels", "4,1"]) == 0
    assert (out / "01_third-4-grown.png").exists()
    assert not (out / "channels.csv").exists()
    assert len((out / "reached.csv").read_text().splitlines()) == 3
    assert main([*start, "--steps", "2", "--direction", "4=1,1=-0.5", "--negative"]) == 0
    assert (out / "02_third-direction-least.png").exists()
    assert main([*start, "--image", image, "--count", "2", "--grown", "no"]) == 0
    assert len((out / "channels.csv").read_text().splitlines()) == 3


@pytest.mark.parametrize(
    ("command", "options", "files"),
    [
        ("grid", ["--octaves", "2"], {"grid.csv", "grid_noise.csv", "01_first-octave1.png"}),
        ("where", ["--positions", "1"], {"fields.csv", "energy.csv", "where.npz"}),
        ("inversion", ["--steps", "2"], {"ssim.csv", "errors.csv"}),
        ("caricature", ["--amount", "0.02"], {"gain.csv", "cosine.csv"}),
        (
            "profile",
            ["--cues", "greyscale,mirror", "--draws", "1"],
            {"profile.csv", "profile_tuning.csv", "profile.npz", "01_greyscale-1.png"},
        ),
    ],
)
def test_each_leaves_its_files_and_its_sentence(places, capsys, command, options, files):
    model, image, out = places
    start = [command, image, "--out", str(out), "--model", model, *RANGE]
    assert main([*start, "--layers", "first", *options]) == 0
    names = {path.name for path in out.iterdir()}
    assert files | {f"{command}.{kind}" for kind in ("json", "png", "zip")} <= names
    said = json.loads((out / f"{command}.json").read_text())["sentence"]
    assert "first" in said and said in html.unescape((out / "report.html").read_text())
    assert capsys.readouterr().out.splitlines() == [said, ANY]


def test_the_arrays_are_read_by_numpy(places):
    model, image, out = places
    start = ["where", image, "--out", str(out), "--model", model, *RANGE]
    assert main([*start, "--layers", "second", "--positions", "1"]) == 0
    with np.load(out / "where.npz") as arrays:
        assert arrays["second-energy.energy"].shape == (24, 36)
        assert all(np.isfinite(array).all() for array in arrays.values())


@pytest.fixture
def other(tmp_path):
    """The file of a second network."""
    tiny_network(seed=1).feature_extractor(["third"], "float32").save(tmp_path / "other.keras")
    return str(tmp_path / "other.keras")


def test_two_networks_have_a_folder_each_and_their_difference(places, other, capsys):
    model, image, out = places
    start = ["grid", image, "--out", str(out), "--model", model, "--model", other, *RANGE]
    assert main([*start, "--layers", "second", "--octaves", "1"]) == 0
    assert sorted(path.name for path in out.iterdir()) == [
        "1_tiny.keras",
        "2_other.keras",
        "grid_contrast.csv",
        "report.html",
    ]
    parts = [out / "1_tiny.keras" / "grid.csv", out / "2_other.keras" / "grid.csv"]
    rises = [float(part.read_text().splitlines()[1].split(",")[1]) for part in parts]
    said = capsys.readouterr().out
    assert all(f"{rise:.3g} times in" in said for rise in rises)
    report = (out / "report.html").read_text()
    assert report.index("tiny.keras and other.keras") < report.index(
        "Grid of layers and octaves of"
    )


@pytest.mark.parametrize("second", ["absent.keras", "vgg61"])
def test_a_second_network_that_is_misspelt_is_told_before_the_first_runs(
    places, capsys, monkeypatch, second
):
    model, image, out = places
    monkeypatch.setattr(analyses, "analyse", lambda *given, **options: pytest.fail("it ran"))
    start = ["atlas", image, "--out", str(out), "--model", model, "--model", second, *RANGE]
    assert main(start) == 2
    assert second in capsys.readouterr().err


def test_similar_layers_of_two_networks_over_a_folder(places, other, tmp_path, capsys):
    model, image, out = places
    folder = tmp_path / "pictures"
    folder.mkdir()
    start = ["similarity", str(folder), "--out", str(out), "--model", model, *RANGE]
    start += ["--side", "32"]
    for place in range(64):
        noise = np.random.default_rng(place).integers(0, 256, (32, 32, 3), np.uint8)
        if place == 63:
            assert main(start) == 2
            assert "64 pictures or more, and 63 are given" in capsys.readouterr().err
        (folder / f"{place}.png").write_bytes(png(noise))
    assert main([*start, "--model", other]) == 0
    assert "over 64 pictures" in capsys.readouterr().out
    rows = list(csv.reader((out / "similarity.csv").read_text().splitlines()))
    assert rows[0][1:] == [row[0] for row in rows[1:]] == ["first", "second", "pool", "third"]
    values = np.array([row[1:] for row in rows[1:]], float)
    assert not np.allclose(values.diagonal(), 1)  # of two networks
    with np.load(out / "similarity.npz") as arrays:
        assert arrays.files


def test_similar_layers_of_one_network_over_crops(places):
    model, _, out = places
    start = ["similarity", "--out", str(out), "--model", model, *RANGE]
    assert main([*start, "--crops", "64", "--side", "32"]) == 0
    rows = list(csv.reader((out / "similarity.csv").read_text().splitlines()))
    assert np.allclose(np.array([row[1:] for row in rows[1:]], float).diagonal(), 1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["atlas", "absent.png"], "absent.png cannot be read"),
        (["atlas", "IN", "--amount", "9"], "amount is 9.0; choose 0.001 to 2"),
        (["atlas", "IN", "--amount", "x"], "invalid float value: 'x'"),
        (["atlas", "IN", "--layers", "fist"], "has no layer 'fist': did you mean first?"),
        (["attribution", "IN", "--layers", "first"], "'first' is not NAME=WEIGHT"),
        (["attribution", "IN", "--channels", "first"], "'first' is not LAYER=0,5,9"),
        (["robustness", "IN", "--gaussian", "a,b"], "invalid list of floats value: 'a,b'"),
        (["channels", "third", "--channels", "99"], "third has no channel 99; choose 0 to 5"),
        (["channels", "third", "--channels", "goldfish"], "so 'goldfish' names no channel: give"),
        (["channels", "third", "--direction", "4"], "invalid CHANNEL=WEIGHT,… value: '4'"),
        (["grid", "IN", "--octaves", "0"], "octaves is 0; choose 1 to"),
        (["where", "IN", "--layers", "fist"], "has no layer 'fist': did you mean first?"),
        (["inversion", "IN", "--steps", "0"], "steps is 0; choose"),
        (["caricature", "IN", "--amount", "0"], "amount is 0.0; choose"),
        (["profile", "IN", "--cues", "colur"], "colur"),
        (["similarity", "--crops", "63"], "crops is 63; choose 64 to 1024"),
        (["similarity", "IN"], "that can be read; give a folder of pictures"),
        (["channels", "third", "--start", "photo"], "start is 'photo', and there is no picture"),
    ],
)
def test_mistakes_are_told_in_one_line(places, capsys, arguments, message):
    model, image, out = places
    arguments = [image if argument == "IN" else argument for argument in arguments]
    assert main([*arguments, "--out", str(out), "--model", model, *RANGE]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_the_background_of_a_transparent_picture(places):
    model, image, out = places
    Image.fromarray(np.zeros((24, 36, 4), np.uint8)).save(image)
    for background, grey in (("black", 0), ("white", 255)):
        options = ["--layers", "first", "--gaussian", "0.1", "--background", background]
        start = ["robustness", image, "--out", str(out), "--model", model, *RANGE]
        assert main([*start, *options]) == 0
        report = (out / "report.html").read_text()
        first = re.search(r"data:image/[a-z]+;base64,([^\"]+)", report)[1]
        assert abs(to_pixels(load_image(base64.b64decode(first))).mean() - grey) < 2


def test_a_long_picture_says_which_longest_side_will_do(places, capsys):
    model, image, out = places
    Image.new("RGB", (40, 1960)).save(image)
    start = ["atlas", image, "--out", str(out), "--model", model, "--max-side"]
    assert main([*start, "40"]) == 2
    said = capsys.readouterr().err
    assert re.search(r"needs at least (\d+) x \1: raise the longest side to \d+\n", said)
