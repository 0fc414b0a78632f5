import numpy as np
import pytest

from dreamlab.analysis import ANALYSES, Item, shipped
from dreamlab.analysis.face import face
from dreamlab.analysis.files import files, frames, has_sheet
from dreamlab.errors import DreamError
from dreamlab.images.shipped_task import shipped_task
from tests.support.findings import found, grey


@pytest.mark.parametrize("name", ANALYSES)
def test_every_analysis_has_a_finished_example(name):
    findings = shipped.example(name)
    assert (findings.analysis, findings.model, findings.complete) == (name, "vgg16", True)
    assert findings.sentence.endswith(".")
    assert has_sheet(findings)
    assert ANALYSES[name].settings.from_dict(findings.settings).precision == "float32"
    tables = findings.tables()
    assert tables and all(table.rows and not table.empty for table in tables)
    assert shipped.cover(name).startswith(b"\xff\xd8")


@pytest.mark.parametrize("name", [name for name in ANALYSES if ANALYSES[name].of_set])
def test_the_example_of_a_set_is_of_the_shipped_task_as_it_is(name):
    assert shipped.example(name).items[0].values["digest"] == shipped_task().digest


def test_an_example_is_what_was_found(tmp_path, monkeypatch):
    items = (
        Item("a-map", "a · 1", {"layer": "a", "share": 0.5}, grey(40), "a", of_original=True),
        Item("a-grown", "a", {"layer": "a"}, grey(90, (16, 16)), "a"),
        Item("figures", "alone", {"x": None}, arrays={"map": np.zeros(3)}),
    )
    before = found("channels", items)
    shipped.write(tmp_path / "channels", before, grey(200))
    monkeypatch.setattr(shipped, "_FOLDER", tmp_path)
    shipped.example.cache_clear()
    shipped.cover.cache_clear()
    after = shipped.example("channels")
    assert shipped.example("atlas") is None and shipped.cover("atlas") is None
    shipped.example.cache_clear()
    shipped.cover.cache_clear()
    for mine, theirs in zip(before.items, after.items, strict=True):
        kept = ("key", "caption", "values", "cell", "of_original")
        assert [getattr(mine, name) for name in kept] == [getattr(theirs, name) for name in kept]
        if mine.picture is not None:
            np.testing.assert_allclose(mine.picture.pixels, theirs.picture.pixels, atol=2)
    assert (after.settings, after.weights, after.seconds) == (before.settings, "0" * 64, 1.0)
    assert after.original.shape == before.original.shape
    # Written anew, nothing of the old one is left.
    shipped.write(tmp_path / "channels", found("channels", items[2:], original=None), grey(200))
    assert {path.name for path in (tmp_path / "channels").iterdir()} == {
        "findings.json",
        "cover.jpg",
    }


def test_an_example_without_findings_is_refused(tmp_path):
    with pytest.raises(DreamError, match="atlas has no findings; run it to its end first"):
        shipped.write(tmp_path, found("atlas", ()), grey())


def test_the_face_is_the_heat_map_or_four_pictures():
    values = [{"layer": name, "moved": 0.1, "ratios": {"a": 10.0, "b": 0.1}} for name in "ab"]
    items = [Item(of["layer"], of["layer"], of, grey(10)) for of in values]
    pixels = face(found("excitation", items)).pixels
    assert pixels.shape == (320, 480, 3)
    assert pixels[0, 0].tolist() == pixels[-1, 239].tolist() == [255, 89, 89]
    assert pixels[0, 240].tolist() == pixels[-1, -1].tolist() == [89, 89, 255]
    values = {"layer": "a", "depth": 1, "receptive_field": 3, "steps": 1, "moved": 0.1}
    values |= {"first_loss": 1.0, "last_loss": 1.0}
    items = [Item(str(level), "", values, grey(level)) for level in (0, 10, 20, 30, 40, 50, 60)]
    pixels = face(found("atlas", items)).pixels
    assert pixels.shape == (320, 480, 3)
    corners = [pixels[row, column, 0] for row in (0, -1) for column in (0, -1)]
    assert corners == [0, 20, 40, 60]
    pairs = [
        Item(f"{level}", "", values, grey(level), cell=str(level // 100)) for level in (1, 2, 101)
    ]
    assert [face(found("atlas", pairs)).pixels[row, 0, 0] for row in (0, -1)] == [1, 2]


def test_arrays_and_film_are_files(tmp_path):
    items = [
        Item(f"a/{level}", "", {"layer": "a", "moved": None}, grey(level), of_original=True)
        for level in (10, 200)
    ]
    items[0].values["ratios"] = items[1].values["ratios"] = {"a": None}
    array = np.arange(6, dtype=np.float16).reshape(2, 3)
    items[0] = Item(**vars(items[0]) | {"arrays": {"map": array}})
    contents = files(found("excitation", items))
    assert contents["excitation.gif"].startswith(b"GIF89a")
    (tmp_path / "x.npz").write_bytes(contents["excitation.npz"])
    with np.load(tmp_path / "x.npz") as loaded:
        assert loaded.files == ["a_10.map"]
        np.testing.assert_array_equal(loaded["a_10.map"], array)
        assert loaded["a_10.map"].dtype == np.float16
    assert files(found("excitation", items))["excitation.npz"] == contents["excitation.npz"]


def test_a_film_has_the_first_picture_of_each_cell():
    items = [
        Item(f"{cell}-{kind}", "", {}, grey(level), cell=cell, of_original=True)
        for cell, levels in (("a", (10, 20)), ("b", (30, 40)))
        for kind, level in zip(("trained", "untrained"), levels, strict=True)
    ]
    assert [int(frame.pixels[0, 0, 0]) for frame in frames(found("inversion", items))] == [
        128,
        10,
        30,
    ]
    assert frames(found("inversion", items[:2])) == []  # a single picture is no film
