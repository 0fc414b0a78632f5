import io

import numpy as np
import pytest
from PIL import Image

from dreamlab.errors import DreamError
from dreamlab.images import Picture, PictureNote, png
from dreamlab.images import gathered as module
from dreamlab.images.gathered import gathered


def save(path, level, size=(40, 30)):
    Image.new("RGB", size, (level,) * 3).save(path)


def test_a_folder_in_the_order_of_its_names(tmp_path):
    for name, level in (("b.png", 255), ("a.jpg", 0), ("c.gif", 128)):
        save(tmp_path / name, level)
    (tmp_path / "inner").mkdir()
    save(tmp_path / "inner" / "d.png", 10)
    (tmp_path / ".hidden").write_text("no picture")
    found = gathered(tmp_path, max_side=20)
    assert [round(float(image.mean()), 1) for image in found] == [-1.0, 1.0, 0.0]
    assert {image.shape for image in found} == {(15, 20, 3)}
    assert all(image.dtype == np.float32 for image in found)
    assert len(gathered(str(tmp_path), max_side=20)) == 3


def test_what_is_no_picture_is_left_out_and_named(tmp_path):
    save(tmp_path / "a.png", 0)
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.warns(PictureNote, match=r"left out, as they cannot be read .*: notes.txt"):
        assert len(gathered(tmp_path, max_side=20)) == 1
    with pytest.warns(PictureNote, match="left out, .*: picture 2"):
        assert len(gathered([np.zeros((8, 8, 3), np.uint8), b"no"], max_side=20)) == 1


@pytest.mark.parametrize(
    "picture",
    [
        np.zeros((40, 30, 3), np.uint8),
        np.zeros((40, 30), np.uint8),
        png(np.zeros((40, 30, 3), np.uint8)),
        io.BytesIO(png(np.zeros((40, 30, 3), np.uint8))),
        Image.new("RGB", (40, 30)),
        Picture(np.zeros((40, 30, 3), np.uint8)),
        5,
    ],
)
def test_a_single_picture_is_no_list_of_its_rows(picture):
    with pytest.raises(DreamError, match="give a folder or a list of pictures"):
        gathered(picture, max_side=20)


def test_an_array_of_pictures_is_a_list():
    assert len(gathered(np.zeros((2, 40, 30, 3), np.uint8), max_side=20)) == 2


def test_nothing_to_read_is_a_sentence(tmp_path, monkeypatch):
    with pytest.raises(DreamError, match="there is no folder .* that can be read"):
        gathered("absent", max_side=20)
    with pytest.raises(DreamError, match="has no picture that can be read; give others"):
        gathered(tmp_path, max_side=20)
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(DreamError, match=r"has no picture that can be read \(.*\); give others"):
        gathered(tmp_path, max_side=20)
    with pytest.raises(DreamError, match="the list has no picture"):
        gathered([], max_side=20)
    monkeypatch.setattr(module, "MOST_PICTURES", 1)
    save(tmp_path / "a.png", 0)
    with pytest.raises(DreamError, match="there are 2 pictures; choose at most 1"):
        gathered(tmp_path, max_side=20)
