"""Which part of a guide a dream used where: figures, files, and what a cancel keeps."""

import csv
import io
import json
from contextlib import closing

import numpy as np
import pytest
from PIL import Image

import dreamlab as dl
from dreamlab.config import DreamConfig
from dreamlab.dream import dream
from dreamlab.images import Picture
from dreamlab.results import export, folder, guide_files
from dreamlab.results.film import Film
from dreamlab.results.guide_map import GuideMap, LayerMap, row
from dreamlab.results.recording import Recording
from dreamlab.results.section import NamedDream, section
from tests.support.recordings import recorded
from tests.support.tiny import picture, tiny_network

PLACES = np.array([[0.25, 0.25], [0.75, 0.75]], np.float32)
MATCHED = np.array([[0, 0], [-1, 0]], np.int16)
GUIDE = Picture(np.full((20, 30, 3), 128, np.uint8), "The guide")


def layer(name="deep", likeness=0.625, before=0.5):
    return LayerMap(name, PLACES, MATCHED, likeness, before, 0.25, 1.0)


def guided():
    recording = recorded()
    recording.guide = GuideMap(GUIDE, (layer(), layer("a/B", float("nan"))))
    return recording


def test_shares_are_of_the_features_that_were_matched():
    assert (layer().used, layer().positions) == (0.5, 3)
    assert row(layer()) == ("deep", "0.50", "0.62", "0.25", "100%", "50%")
    assert row(layer("b", float("nan")))[2] == "–"


@pytest.mark.parametrize(
    ("layers", "said"),
    [
        (
            [layer()],
            "The dream became more like the guide: its likeness in deep is 0.62, 0.50 before, and "
            "0.25 by chance.",
        ),
        (
            [layer(), layer("low", 0.4)],
            "The dream became more like the guide in 1 of 2 layers: its likeness in deep is 0.62, "
            "0.50 before, and 0.25 by chance.",
        ),
        (
            [layer(), layer("low", 0.75)],
            "The dream became more like the guide in both layers, most in low: its likeness in "
            "low is 0.75, 0.50 before, and 0.25 by chance.",
        ),
        (
            [layer("low", 0.4)],
            "The dream is no more like the guide than the picture was: its likeness in low is "
            "0.40, 0.50 before, and 0.25 by chance.",
        ),
        (
            [layer(likeness=float("nan"))],
            "No layer that is guided answers to both pictures, so no likeness is known.",
        ),
    ],
)
def test_the_sentence_is_worked_out_from_the_figures(layers, said):
    assert GuideMap(GUIDE, tuple(layers)).sentence == said


def test_the_files_have_the_figures_and_both_pictures(tmp_path):
    folder.write_run(guided(), tmp_path, Film())
    first, second = csv.DictReader((tmp_path / "guide.csv").read_text().splitlines())
    assert [first[name] for name in ("layer", "likeness", "used")] == ["deep", "0.625", "0.5"]
    assert (second["layer"], second["likeness"]) == ("a/B", "")
    with Image.open(tmp_path / "guide_a_b.png") as drawn:
        assert drawn.size == (60 + 8 + 60, 40)
    assert DreamConfig.from_file(tmp_path / "guide_deep.png") == recorded().provenance.config
    assert set(guide_files.files(guided())) == {path.name for path in tmp_path.glob("guide*")}
    (tmp_path / "guide_mine.png").write_bytes(b"mine")
    folder.write_run(recorded(), tmp_path, Film())
    assert [path.name for path in tmp_path.glob("guide*")] == ["guide_mine.png"]
    (tmp_path / "guide.csv").write_bytes(b"mine,too\n")
    folder.write_run(recorded(), tmp_path, Film())
    assert (tmp_path / "guide.csv").read_bytes() == b"mine,too\n"


def test_a_report_has_the_sentence_and_the_pictures():
    made = section("Dreams", [NamedDream("Led", "red", guided())])
    assert made.said.startswith("Led: The dream became more like the guide in 1 of 2 layers")
    captions = [caption for ((_, caption),) in made.pictures]
    assert captions[2:] == ["Led · guide, deep", "Led · guide, a/B"]
    (table,) = [figure.table for figure in made.figures if figure.table.name == "guide"]
    assert table.rows[0][:3] == ("Led", "tiny", "deep")


def test_a_dream_in_one_call_has_its_map():
    made = dl.record(
        picture(40, 56),
        model=tiny_network(),
        guide=(255 * np.random.default_rng(0).random((30, 42, 3))).astype(np.uint8),
        layers={"second": 1.0, "third": 1.0},
        unguided=["second"],
        octaves=2,
        iterations=2,
    )
    assert [each.layer for each in made.guide.layers] == ["third"]
    assert made.guide.layers[0].matched.shape == (20, 28)
    assert made.guide.guide.shape == (30, 42)
    told = json.loads(export.config_json(made))
    assert len(told["guide"]) == 64
    assert DreamConfig.from_file(io.BytesIO(export.png(made))) == made.provenance.config


@pytest.mark.parametrize("count", [1, 2])
def test_what_is_dreamt_until_a_cancel_has_its_map_too(count):
    """In the middle of an octave, and between two."""
    config = {"layers": {"third": 1.0}, "guide": "cat", "octaves": 2, "iterations": 2}
    network, recording = tiny_network(), Recording()
    steps = dream(picture(40, 56), network, config)
    with closing(recording.record(steps, network)) as recorded_steps:
        for _ in range(count):
            next(recorded_steps)
    assert not recording.finished
    assert recording.guide.layers[0].likeness > 0
    assert recording.final.octave == 0
    assert recording.guide.nbytes < recording.nbytes


def test_no_guide_no_map():
    made = dl.record(
        picture(40, 56), model=tiny_network(), layers={"third": 1.0}, octaves=1, iterations=1
    )
    assert made.guide is None
    assert guide_files.files(made) == {}
