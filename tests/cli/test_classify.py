"""The command ``classify``, and ``dream`` toward a class, with a tiny network that has a head."""

import csv
import io
import json

import numpy as np
import pytest
from PIL import Image

from dreamlab import models
from dreamlab.cli.main import main
from dreamlab.images import to_pixels
from dreamlab.results.classify import classify
from tests.support.console import error_line
from tests.support.tiny import headed_network, picture


@pytest.fixture
def loaded(monkeypatch):
    """Puts a tiny network with a head in place of the zoo; lists what was asked for."""
    network, asked = headed_network(), []

    def load(name, weights="imagenet", input_range=None):
        asked.append(name)
        return network

    monkeypatch.setattr(models, "load_model", load)
    return asked


@pytest.fixture
def cat(tmp_path):
    """A picture that the zoo's networks are large enough for."""
    Image.fromarray(to_pixels(picture(40, 50))).save(tmp_path / "cat.png")
    return str(tmp_path / "cat.png")


def columns(text):
    header, *lines = text.splitlines()
    starts = [header.index(word) for word in ("crop", "class", "number", "probability")]
    return [
        [line[start:end].strip() for start, end in zip(starts, [*starts[1:], None], strict=True)]
        for line in lines
    ]


def test_both_crops_in_plain_columns(cat, loaded, capsys):
    assert main(["classify", cat]) == 0
    assert loaded == ["efficientnet_lite0"]
    rows = columns(capsys.readouterr().out)
    expected = [
        [each.crop, likely.name, str(likely.number), f"{likely.probability:.4f}"]
        for each in classify(cat, headed_network())
        for likely in each.classes
    ]
    assert rows == expected
    assert [row[0] for row in rows] == ["centre"] * 5 + ["five crops"] * 5


def test_what_lies_behind_a_transparent_picture_counts(tmp_path, loaded, capsys):
    pixels = np.zeros((40, 40, 4), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "clear.png")
    said = []
    for colour in ("white", "black"):
        assert main(["classify", str(tmp_path / "clear.png"), "--background", colour]) == 0
        said.append(capsys.readouterr().out)
    assert said[0] != said[1]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ["--model", "vgg16"],
            "vgg16 has no classes that are known here, so it cannot name",
        ),
        (["--model", "vgg61"], "unknown model 'vgg61'"),
        (["--model", "absent.keras"], "there is no model file 'absent.keras'"),
        (["--max-side", "3"], "unrecognized arguments: --max-side 3"),
    ],
)
def test_what_cannot_be_is_one_line(options, message, cat, capfd):
    assert main(["classify", cat, *options]) == 2
    assert message in error_line(capfd)


def test_a_dream_toward_a_class_leaves_what_it_is_called(cat, loaded, tmp_path):
    layer = ["--layer", "predictions=1", "--channels", "predictions=goldfish,7"]
    more = ["--octaves", "1", "--iterations", "2", "--precision", "float32"]
    arguments = ["dream", cat, "--out", str(tmp_path), "--model", "efficientnet_lite0"]
    assert main([*arguments, *layer, *more]) == 0
    written = json.loads((tmp_path / "config.json").read_text())
    assert written["config"]["channels"] == {"predictions": [1, 7]}
    rows = list(csv.DictReader(io.StringIO((tmp_path / "predictions.csv").read_text())))
    before, after = rows[:10], rows[10:]
    assert [row["octave"] for row in rows] == ["-1"] * 10 + ["0"] * 10
    for some, file in ((before, cat), (after, tmp_path / "dream.png")):
        found = [likely for each in classify(file, headed_network()) for likely in each.classes]
        assert [row["class"] for row in some] == [likely.name for likely in found]
        assert [float(row["probability"]) for row in some] == pytest.approx(
            [likely.probability for likely in found], rel=1e-5
        )


def test_a_misspelt_class_is_one_line_with_near_names(cat, loaded, tmp_path, capfd):
    layer = ["--layer", "predictions=1", "--channels", "predictions=goldfisch"]
    out = ["--out", str(tmp_path / "o"), "--model", "efficientnet_lite0"]
    assert main(["dream", cat, *out, *layer]) == 2
    assert "did you mean goldfish (1) or goldfinch (11)" in error_line(capfd)
