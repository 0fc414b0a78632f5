"""File formats of a recording, checked by decoding."""

import csv
import io
import json
import tracemalloc
import zipfile

import imageio.v3 as iio
import numpy as np
import pytest
from PIL import Image

from dreamlab.config import DreamConfig, read_settings
from dreamlab.errors import DreamError
from dreamlab.results import export, film
from dreamlab.results.frame import Frame
from dreamlab.results.recording import Recording
from dreamlab.results.run_data import LossPoint
from tests.support.films import decoded
from tests.support.recordings import (
    BLUE,
    CONFIG,
    GREEN,
    GREY,
    PROVENANCE,
    RED,
    WHITE,
    flat,
    recorded,
)


def colours_of(data):
    frames, _, _ = decoded(data)
    assert all(frame.shape == (40, 60, 3) for frame in frames)
    near = {colour: np.array(colour) for colour in (RED, GREEN, BLUE, WHITE, GREY)}
    names = []
    for frame in frames:
        names += [c for c, value in near.items() if abs(frame.astype(int) - value).max() <= 4]
    return names


def test_png_is_the_result_with_its_settings():
    data = export.png(recorded())
    np.testing.assert_array_equal(iio.imread(data), flat(WHITE, 40, 60).pixels)
    (told,) = Image.open(io.BytesIO(data)).info.values()
    place = {"octave": 2, "iteration": 9, "ends_octave": True, "ends_dream": True}
    place["original"] = recorded().original.digest
    assert json.loads(told) == PROVENANCE.to_dict() | {"frame": place}
    assert read_settings(io.BytesIO(data)) == json.loads(told)


def test_octave_pngs_have_their_own_sizes():
    files = export.octave_pngs(recorded(between=(GREY,)))
    assert list(files) == ["octave_0_20x30.png", "octave_1_28x42.png", "octave_2_40x60.png"]
    np.testing.assert_array_equal(
        iio.imread(files["octave_1_28x42.png"]), flat(BLUE, 28, 42).pixels
    )
    assert DreamConfig.from_file(io.BytesIO(files["octave_0_20x30.png"])) == CONFIG


@pytest.mark.parametrize("write", [export.gif, export.webp])
def test_the_film_begins_with_the_original_and_has_a_frame_an_octave(write):
    data = write(recorded(between=(GREY, GREY)), frame_seconds=0.25, hold_seconds=1.5)
    assert colours_of(data) == [RED, GREEN, BLUE, WHITE]
    assert decoded(data)[1] == [250, 250, 250, 1500]
    assert Image.open(io.BytesIO(data)).info["loop"] == 0


@pytest.mark.parametrize("write", [export.gif, export.webp])
def test_the_film_has_what_the_run_went_on_from_before_its_octaves(write):
    run = recorded(colours=(GREEN, BLUE))
    before = run.nbytes
    run.begun_from = flat(GREY, 10, 15)
    assert colours_of(write(run)) == [RED, GREY, GREEN, BLUE]
    assert colours_of(write(run, boomerang=True)) == [RED, GREY, GREEN, BLUE, GREEN, GREY]
    assert run.nbytes == before + 3 * 10 * 15


@pytest.mark.parametrize("write", [export.gif, export.webp])
def test_equal_octaves_keep_their_frames(write):
    assert colours_of(write(recorded(colours=(RED, RED, RED)))) == [RED] * 4


@pytest.mark.parametrize("write", [export.gif, export.webp])
def test_film_options(write):
    recording = recorded(between=(GREY,))
    data = write(recording, boomerang=True, loop=False)
    assert colours_of(data) == [RED, GREEN, BLUE, WHITE, BLUE, GREEN]
    assert decoded(data)[1] == [500, 500, 500, 2000, 500, 500]
    assert Image.open(io.BytesIO(data)).info.get("loop") in (None, 1)
    data = write(recording, steps=True)
    assert colours_of(data) == [RED, GREY, GREEN, GREY, BLUE, GREY, WHITE]
    with pytest.raises(DreamError, match="frame_seconds is 0; choose 0.02 to 10 seconds"):
        write(recording, frame_seconds=0)


def test_a_run_cut_short_is_exported_as_far_as_it_came():
    recording = recorded(colours=(GREEN,))
    recording.frames.append(Frame(1, 3, False, flat(BLUE, 28, 42)))
    assert colours_of(export.gif(recording)) == [RED, GREEN, BLUE]
    assert list(export.octave_pngs(recording)) == ["octave_0_20x30.png", "octave_1_28x42.png"]
    assert iio.imread(export.png(recording)).shape == (28, 42, 3)
    recording.finished = False
    place = read_settings(io.BytesIO(export.png(recording)))["frame"]
    told = [place[name] for name in ("octave", "iteration", "ends_octave", "ends_dream")]
    assert told == [1, 3, False, False]


def test_pictures_carry_the_settings_and_nothing_else():
    recording = recorded()
    for write in (export.png, export.gif, export.webp, export.config_json):
        data = write(recording)
        assert DreamConfig.from_file(io.BytesIO(data)) == CONFIG, write
        told = read_settings(io.BytesIO(data))
        assert ("frame" in told) == (write is export.png)
        assert told == PROVENANCE.to_dict() | {n: v for n, v in told.items() if n == "frame"}
        if write is not export.config_json:
            picture = Image.open(io.BytesIO(data))
            assert not picture.getexif() and "icc_profile" not in picture.info, write


def test_a_picture_without_settings_says_so():
    file = io.BytesIO(
        film.webp_film([flat(RED, 8, 8).pixels] * 2, [9, 9], loop=True, quality=90, xmp=b"<x/>")
    )
    with pytest.raises(DreamError, match="carries no dreamlab settings"):
        DreamConfig.from_file(file)


def test_losses_csv():
    rows = list(csv.reader(io.StringIO(export.losses_csv(recorded()).decode())))
    head = ["octave", "height", "width", "iteration", "loss", "deep", "a<b>&\"c'"]
    assert rows[0] == head  # the order of the settings, not of the step's dict
    assert rows[1][:4] == ["0", "20", "30", "9"] and len(rows) == 4
    assert [float(cell) for cell in rows[2][4:]] == [-1.1 + (0.1 + 0.2), 0.1 + 0.2, -1.1]


def test_losses_json():
    rows = json.loads(export.losses_json(recorded()))
    assert rows[2] == {
        "octave": 2,
        "height": 40,
        "width": 60,
        "iteration": 9,
        "loss": -2.1 + (0.1 + 0.2),
        "losses": {"deep": 0.1 + 0.2, "a<b>&\"c'": -2.1},
    }


def test_numpy_numbers_and_what_is_no_number():
    recording = recorded(colours=(GREEN,))
    losses = {"deep": np.float32(0.5), "a<b>&\"c'": float("inf")}
    recording.losses = [LossPoint(0, 4, 5, 0, float("nan"), losses)]
    assert export.losses_csv(recording).decode().splitlines()[1] == "0,4,5,0,,0.5,"
    row = json.loads(export.losses_json(recording))[0]
    assert row["loss"] is None and row["losses"] == {"deep": 0.5, "a<b>&\"c'": None}
    for data in (export.losses_csv(recording), export.losses_json(recording)):
        assert b"nan" not in data.lower() and b"inf" not in data.lower()


def test_a_run_without_losses_has_a_head_and_no_rows():
    recording = recorded()
    recording.losses = []
    assert export.losses_csv(recording) == b"octave,height,width,iteration,loss\n"
    assert json.loads(export.losses_json(recording)) == []


def test_config_json_is_the_provenance():
    data = export.config_json(recorded())
    assert json.loads(data) == PROVENANCE.to_dict()
    assert data.startswith(b'{\n  "dreamlab"') and data.endswith(b"}\n")


def test_the_archive_holds_all_and_is_the_same_each_time():
    recording = recorded()
    data = export.archive(recording, boomerang=True)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [
            "dream.png",
            "octave_0_20x30.png",
            "octave_1_28x42.png",
            "octave_2_40x60.png",
            "original.png",
            "progression.gif",
            "progression.webp",
            "losses.csv",
            "losses.json",
            "config.json",
        ]
        assert archive.read("dream.png") == export.png(recording)
        assert archive.read("progression.gif") == export.gif(recording, boomerang=True)
        assert archive.read("progression.webp") == export.webp(recording, boomerang=True)
        assert archive.read("losses.csv") == export.losses_csv(recording)
        assert archive.read("losses.json") == export.losses_json(recording)
        assert archive.read("config.json") == export.config_json(recording)
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert export.archive(recording, boomerang=True) == data


@pytest.mark.parametrize(
    "write",
    [
        export.png,
        export.octave_pngs,
        export.gif,
        export.webp,
        export.losses_csv,
        export.losses_json,
        export.config_json,
        export.archive,
    ],
)
def test_an_empty_recording_is_refused(write):
    with pytest.raises(DreamError, match="the recording is empty; record a run"):
        write(Recording())


def test_a_picture_too_wide_for_webp_is_scaled_down(monkeypatch):
    monkeypatch.setattr(film, "WEBP_MAX_SIDE", 30)
    assert {frame.shape for frame in decoded(export.webp(recorded()))[0]} == {(20, 30, 3)}
    assert {frame.shape for frame in decoded(export.gif(recorded()))[0]} == {(40, 60, 3)}


@pytest.mark.parametrize("write", [export.gif, export.webp])
def test_a_longer_film_needs_no_more_memory(write):
    def peak(between):
        recording = recorded(colours=(GREEN,), between=(GREY,) * between)
        recording.original = flat(RED, 1000, 1500)
        tracemalloc.start()
        write(recording, steps=True)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    # A frame has 4.5 MB: eight frames in memory would take 36 MB.
    assert peak(between=10) < peak(between=2) + 4.5e6
