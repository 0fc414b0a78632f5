"""The folder of a run's files."""

import os

import pytest

from dreamlab.errors import DreamError
from dreamlab.images import png
from dreamlab.results import export, folder
from dreamlab.results.film import Film
from tests.support.recordings import GREEN, recorded


def contents(directory) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in directory.iterdir()}


def test_a_run_leaves_its_files_and_nothing_else(tmp_path):
    recording, film = recorded(), Film(boomerang=True)
    names = folder.write_run(recording, tmp_path, film)
    assert contents(tmp_path) == {
        "dream.png": export.png(recording),
        **export.octave_pngs(recording),
        "original.png": png(recording.original.pixels),
        "progression.gif": export.gif(recording, boomerang=True),
        "progression.webp": export.webp(recording, boomerang=True),
        "losses.csv": export.losses_csv(recording),
        "losses.json": export.losses_json(recording),
        "config.json": export.config_json(recording),
    }
    assert sorted(names) == sorted(contents(tmp_path))


def test_octaves_of_an_earlier_run_go_but_for_the_picture_begun_from(tmp_path):
    folder.write_run(recorded(), tmp_path, Film())
    (tmp_path / "octave_notes.png").write_bytes(b"mine")
    keep = tmp_path / "octave_2_40x60.png"
    folder.write_run(recorded(colours=(GREEN,)), tmp_path, Film(), keep=keep)
    names = sorted(path.name for path in tmp_path.glob("octave*"))
    assert names == ["octave_0_20x30.png", "octave_2_40x60.png", "octave_notes.png"]


def test_the_picture_begun_from_is_not_replaced(tmp_path):
    for name in ("original.png", "other.png"):
        (tmp_path / name).write_bytes(b"mine")
    assert "original.png" not in folder.write_run(
        recorded(), tmp_path, Film(), keep=tmp_path / "original.png"
    )
    assert (tmp_path / "original.png").read_bytes() == b"mine"
    assert "original.png" in folder.write_run(
        recorded(), tmp_path, Film(), keep=tmp_path / "other.png"
    )
    assert (tmp_path / "original.png").read_bytes() == png(recorded().original.pixels)


def test_a_run_that_cannot_be_written_whole_leaves_all_as_it_was(tmp_path, monkeypatch):
    def full(recording, **_):
        raise OSError(28, "No space left on device")

    folder.write_run(recorded(), tmp_path, Film())
    before = contents(tmp_path)
    monkeypatch.setattr(export, "config_json", full)
    with pytest.raises(DreamError, match=f"{tmp_path} cannot be written to: no space left"):
        folder.write_run(recorded(colours=(GREEN,)), tmp_path, Film())
    assert contents(tmp_path) == before


def test_one_file_is_complete_before_it_takes_its_name(tmp_path, monkeypatch):
    path = tmp_path / "table.json"
    folder.write_file(path, b"old")

    def fail(*_):
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", fail)
        with pytest.raises(DreamError, match="cannot be written to: input/output error"):
            folder.write_file(path, b"new")
    assert contents(tmp_path) == {"table.json": b"old"}
    folder.write_file(path, b"new")
    assert contents(tmp_path) == {"table.json": b"new"}


def test_a_directory_is_made_and_tried_before_the_run(tmp_path):
    folder.prepare(tmp_path / "new" / "out")
    assert list((tmp_path / "new" / "out").iterdir()) == []
    (tmp_path / "file").write_bytes(b"")
    for path, reason in (
        (tmp_path / "file", "file exists"),
        (tmp_path / "file" / "o", "not a dir"),
    ):
        with pytest.raises(DreamError, match=f"{path} cannot be written to: {reason}"):
            folder.prepare(path)
