import base64
import csv
import json
import re

import numpy as np
import pytest
from PIL import Image

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
    others = ["atlas.csv", "atlas.json", "atlas.png", "atlas.zip", "report.html"]
    assert names == sorted(ATLAS_FILES + others)
    assert "wrote 9 files to" in capsys.readouterr().out
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
    assert told.out.startswith("wrote 9 files to")
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
