"""The command that dreams, on several pictures."""

import json
import shutil

import numpy as np
import pytest
from PIL import Image

import dreamlab.dream as engine
from dreamlab.cli import dreaming
from dreamlab.cli.main import main
from dreamlab.errors import DreamError
from dreamlab.images import to_pixels
from tests.support.tiny import picture

QUICK = ["--layer", "second=0.5", "--octaves", "2", "--iterations", "2"]


@pytest.fixture
def pictures(tmp_path):
    """A folder of two pictures of unlike sizes."""
    path = tmp_path / "pictures"
    path.mkdir()
    for name, shape in (("cat.png", (30, 40)), ("Dog.jpg", (48, 32))):
        Image.fromarray(to_pixels(picture(*shape))).save(path / name)
    return path


def dream(*arguments, out):
    return main(["dream", *map(str, arguments), "--out", str(out), *QUICK])


def folders(out):
    return {path.name for path in out.iterdir() if path.is_dir()}


def test_a_folder_has_a_folder_a_picture_and_a_sheet(pictures, asked, tmp_path, capfd):
    out = tmp_path / "out"
    assert dream(pictures, out=out) == 0
    assert asked == [("vgg16", "imagenet")]  # the network is loaded once
    assert folders(out) == {"cat", "Dog"}
    for name in ("cat", "Dog"):
        assert len(list((out / name).iterdir())) == 9
    with Image.open(out / "cat" / "dream.png") as dreamt, Image.open(out / "sheet.png") as sheet:
        assert dreamt.size == (40, 30)
        # Two rows of an original and a dream, in cells of 40 x 48 px, in the order of the names.
        assert sheet.size[0] == 16 + 2 * (40 + 16) and sheet.size[1] > 2 * 48
        second = np.asarray(sheet)[16 + 9 : 16 + 9 + 30, 16 + 56 : 16 + 56 + 40]
        assert np.array_equal(second, np.asarray(dreamt))
    told, err = capfd.readouterr()
    assert err == ""
    assert told.splitlines()[-1] == f"wrote sheet.png of 2 pictures to {out}"


def test_each_dream_is_that_of_its_picture_alone(pictures, asked, tmp_path):
    assert dream(pictures, out=tmp_path / "both") == 0
    assert dream(pictures / "cat.png", out=tmp_path / "one") == 0
    for name in ("losses.json", "dream.png"):
        both, one = (tmp_path / where / name for where in ("both/cat", "one"))
        assert both.read_bytes() == one.read_bytes()
    assert not (tmp_path / "one" / "sheet.png").exists()


def test_a_bad_file_is_named_and_left_out(pictures, asked, tmp_path, capfd, monkeypatch):
    def check_smallest(shape, *_, **__):
        if shape == (3, 3):
            raise DreamError("picture is 3 x 3 px")

    monkeypatch.setattr(dreaming, "check_smallest", check_smallest)
    (pictures / "broken.png").write_bytes(b"no picture")
    Image.new("RGB", (3, 3)).save(pictures / "tiny.png")
    (pictures / ".hidden").write_bytes(b"no picture")
    (pictures / "deeper").mkdir()
    assert dream(pictures, out=tmp_path / "out") == 1
    first, second, last = capfd.readouterr().err.splitlines()
    assert first.startswith("dreamlab: broken.png is not a PNG")
    assert second == "dreamlab: tiny.png: picture is 3 x 3 px"
    assert last == "dreamlab: 2 of 4 files were left out"
    assert folders(tmp_path / "out") == {"cat", "Dog"}


def test_nothing_but_bad_files(tmp_path, asked, capfd):
    bad = tmp_path / "bad"
    bad.mkdir()
    (bad / "a.png").write_bytes(b"no picture")
    assert dream(bad, out=tmp_path / "out") == 2
    assert "1 of 1 files were left out" in capfd.readouterr().err
    assert not (tmp_path / "out" / "sheet.png").exists()


def test_an_empty_folder_is_one_line(tmp_path, asked, capfd):
    (tmp_path / "none").mkdir()
    assert dream(tmp_path / "none", out=tmp_path / "out") == 2
    assert "there is no file in" in capfd.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_wrong_layer_is_said_once(pictures, asked, tmp_path, capfd):
    assert main(["dream", str(pictures), "--out", str(tmp_path / "o"), "--layer", "none"]) == 2
    (line,) = capfd.readouterr().err.splitlines()
    assert "none" in line


def test_several_files_of_one_name_are_told_apart(pictures, asked, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    shutil.copy(pictures / "cat.png", other / "cat.png")
    shutil.copy(pictures / "Dog.jpg", other / "CAT.jpg")
    given = [pictures / "cat.png", other / "cat.png", other / "CAT.jpg"]
    assert dream(*given, out=tmp_path / "out") == 0
    assert folders(tmp_path / "out") == {"cat", "cat.png", "CAT.jpg"}


def test_a_folder_may_hold_its_results(pictures, asked, tmp_path):
    for _ in range(2):  # the sheet of the first run is no picture of the second
        assert dream(pictures, out=pictures) == 0
    assert folders(pictures) == {"cat", "Dog"}


def test_an_interrupt_keeps_what_is_done(pictures, asked, tmp_path, capfd, monkeypatch):
    whole, begun = engine.dream, []

    def interrupted(*arguments, **options):
        begun.append(1)
        for number, step in enumerate(whole(*arguments, **options)):
            if len(begun) == 2 and number == 3:
                raise KeyboardInterrupt
            yield step

    monkeypatch.setattr(engine, "dream", interrupted)
    shutil.copy(pictures / "cat.png", pictures / "last.png")
    out = tmp_path / "out"
    assert dream(pictures, out=out) == 130
    assert "interrupted; what was done until then is kept" in capfd.readouterr().err
    assert folders(out) == {"cat", "Dog"} and (out / "sheet.png").exists()
    assert len(json.loads((out / "cat" / "losses.json").read_text())) == 4
    assert len(json.loads((out / "Dog" / "losses.json").read_text())) == 3
