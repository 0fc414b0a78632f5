"""What a network calls the pictures of a run: recorded, in words, and found by frame."""

import csv
import io
import pickle
from types import SimpleNamespace

import numpy as np
import pytest

from dreamlab.images import Picture
from dreamlab.results import export, folder, predictions, section
from dreamlab.results.film import Film
from dreamlab.results.predictions import CENTRE, FIVE_CROPS, Likely, Prediction, likeliest, row
from dreamlab.results.recording import Recording
from tests.support.recordings import GREEN, GREY, flat, recorded
from tests.support.tiny import headed_network, picture

NAMES = ("tench", "goldfish", "great white shark")


def told(octave, name, probability, crop=CENTRE):
    return Prediction(octave, crop, (Likely(NAMES.index(name), name, probability),))


def headed(**options) -> Recording:
    """A run of three octaves that ends as a goldfish."""
    recording = recorded(**options)
    recording.predictions = [
        told(-1, "tench", 0.387),
        told(-1, "tench", 0.4, FIVE_CROPS),
        told(0, "tench", 0.0994),
        told(1, "goldfish", 0.5),
        told(2, "goldfish", 0.9996),
        told(2, "goldfish", 0.9, FIVE_CROPS),
    ]
    return recording


def test_the_likeliest_come_first_and_of_equals_the_lower_number():
    probabilities = np.array([0.1, 0.4, 0.1, 0.4], np.float32)
    found = likeliest(probabilities, ("a", "b", "c", "d"))
    assert [(each.number, each.name) for each in found] == [(1, "b"), (3, "d"), (0, "a"), (2, "c")]
    assert found[0].probability == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("probability", "words"),
    [(0.387, "39"), (0.0994, "9.9"), (0.0996, "10"), (0.001, "0.1"), (0.9996, "100")],
)
def test_a_class_in_words(probability, words):
    assert Likely(1, "goldfish", probability).words == f"goldfish {words}\u00a0%"


def test_a_frame_is_called_what_was_last_known_of_its_octave():
    recording = headed(between=(GREY,))
    first, first_end, second, *_, last = recording.frames
    assert recording.called(None) == told(-1, "tench", 0.387)
    assert recording.called(first) == told(-1, "tench", 0.387)  # octave 1 is not done yet
    assert recording.called(first_end) == recording.called(second) == told(0, "tench", 0.0994)
    assert recording.called(last) == told(2, "goldfish", 0.9996)
    assert recording.called(last, FIVE_CROPS) == told(2, "goldfish", 0.9, FIVE_CROPS)
    assert recording.called_in_words(last) == "tench 39\u00a0% → goldfish 100\u00a0%"
    assert recording.called_in_words(None) == "tench 39\u00a0%"
    assert recorded().called(None) is None
    assert recorded().called_in_words(last) == ""


def test_a_run_that_ends_early_is_called_by_its_last_picture():
    recording = headed(colours=(GREEN,), between=(GREY,))
    recording.frames.pop()  # stopped within octave 1
    recording.predictions = [told(-1, "tench", 0.3), told(0, "goldfish", 0.2)]
    assert recording.called(recording.final) == told(0, "goldfish", 0.2)


class Run:
    """Steps of a picture that gets brighter, two an octave."""

    def __init__(self, octaves=3):
        self.octaves = octaves

    def steps(self):
        original = Picture.of(picture(30, 40))
        for octave in range(self.octaves):
            for iteration in range(2):
                side = 20 + 10 * octave
                image = np.full((side, side, 3), (octave + iteration / 2) / 4, np.float32)
                yield SimpleNamespace(
                    octave=octave,
                    octaves=self.octaves,
                    height=side,
                    width=side,
                    iteration=iteration,
                    loss=1.0,
                    losses={"maps": 1.0},
                    ends_octave=iteration == 1,
                    ends_dream=iteration == 1 and octave == self.octaves - 1,
                    guide=None,
                    original_picture=original,
                    provenance=recorded().provenance,
                    image=image,
                )


def places(recording):
    return [(each.octave, each.crop) for each in recording.predictions]


def test_a_recording_asks_before_and_after_each_octave():
    network, recording = headed_network(), Recording(every=1)
    list(recording.record(Run().steps(), network))
    assert places(recording) == [
        (-1, CENTRE),
        (-1, FIVE_CROPS),
        (0, CENTRE),
        (0, FIVE_CROPS),
        (1, CENTRE),
        (1, FIVE_CROPS),
        (2, CENTRE),
        (2, FIVE_CROPS),
    ]
    before, after = recording.predictions[:2], recording.predictions[-2:]
    assert tuple(before) == predictions.predictions(network, recording.original.pixels)
    assert tuple(after) == predictions.predictions(network, recording.final.pixels, 2)
    assert len({each.likeliest.probability for each in recording.predictions}) > 3
    again = pickle.loads(pickle.dumps(recording))  # without its network
    assert again.predictions == recording.predictions


@pytest.mark.parametrize("every", [None, 1])
def test_a_recording_that_is_closed_early_asks_of_its_last_picture(every):
    recording = Recording(every=every)
    running = recording.record(Run().steps(), headed_network())
    for _ in range(3):
        next(running)
    running.close()
    assert places(recording)[2:] == [(0, CENTRE), (0, FIVE_CROPS), (1, CENTRE), (1, FIVE_CROPS)]
    assert not recording.final.ends_octave
    known = predictions.predictions(headed_network(), recording.final.pixels, 1)
    for found, expected in zip(recording.predictions[4:], known, strict=True):
        for one, other in zip(found.classes, expected.classes, strict=True):
            assert one[:2] == other[:2] and one[2] == pytest.approx(other[2], rel=1e-4)


def test_a_network_without_a_head_is_not_asked():
    recording = Recording()
    list(recording.record(Run().steps(), SimpleNamespace(name="vgg16")))
    assert recording.predictions == []


def test_the_csv_has_a_row_a_rank():
    recording = recorded()
    likely = (Likely(1, "goldfish", 0.75), Likely(639, "maillot, tank suit", 0.125))
    recording.predictions = [Prediction(-1, CENTRE, likely), told(2, "tench", 0.5, FIVE_CROPS)]
    rows = list(csv.reader(io.StringIO(export.predictions_csv(recording).decode())))
    assert rows == [
        ["octave", "crop", "rank", "number", "class", "probability"],
        ["-1", "centre", "1", "1", "goldfish", "0.75"],
        ["-1", "centre", "2", "639", "maillot, tank suit", "0.125"],
        ["2", "five crops", "1", "0", "tench", "0.5"],
    ]


def test_only_a_run_of_a_network_with_a_head_has_the_file(tmp_path):
    assert "predictions.csv" not in dict(export.files(recorded(), Film()))
    names = list(dict(export.files(headed(), Film())))
    assert names[-3:] == ["losses.json", "predictions.csv", "config.json"]
    folder.write_run(headed(), tmp_path, Film())
    assert (tmp_path / "predictions.csv").read_bytes() == export.predictions_csv(headed())


def test_those_of_an_earlier_run_go_but_nobody_elses(tmp_path):
    folder.write_run(headed(), tmp_path, Film())
    folder.write_run(recorded(), tmp_path, Film())
    assert not (tmp_path / "predictions.csv").exists()
    (tmp_path / "predictions.csv").write_text("id,label\n1,cat\n")
    folder.write_run(recorded(), tmp_path, Film())
    assert (tmp_path / "predictions.csv").read_text() == "id,label\n1,cat\n"


def test_the_report_says_it_by_picture_and_crop():
    dreams = [
        section.NamedDream("One", "#123", headed()),
        section.NamedDream("Other", "#456", recorded()),
    ]
    figures = section.section("Dream 1", dreams).figures
    (table,) = (figure.table for figure in figures if figure.table.name == "classes")
    assert table.rows[0] == ("One", "tiny", "Original", "centre", "tench 39\u00a0%")
    assert table.rows[-1] == (
        "One",
        "tiny",
        "Octave\u00a03",
        "five\u00a0crops",
        "goldfish 90\u00a0%",
    )
    assert len(table.rows) == 6
    assert all(
        figure.table.name != "classes" for figure in section.section("2", dreams[1:]).figures
    )
    assert "tench 39\u00a0% → goldfish 100\u00a0%" in section.in_notebook(dreams)


def test_rows_are_words():
    assert row(told(-1, "tench", 0.5)) == ("Original", "centre", "tench 50\u00a0%")
    assert row(told(3, "tench", 0.5, FIVE_CROPS))[:2] == ("Octave\u00a04", "five\u00a0crops")


def test_a_dream_toward_a_class_is_captioned_with_it():
    recording = recorded()
    config = recording.provenance.config.replace(
        layers={"predictions": 1.0, "top": 2.0}, channels={"predictions": [1]}
    )
    model = type(recording.provenance)(config, "efficientnet_lite0", "ab12", "float32")
    recording.provenance = model
    recording.original = flat(GREY, 4, 4)
    html = section.in_notebook([section.NamedDream("One", "#123", recording)])
    assert "predictions: goldfish (1)\u00a0×\u00a01, top\u00a0×\u00a02" in html
