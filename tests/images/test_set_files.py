"""The files that a set is read from."""

import io
import os
import tempfile
from types import SimpleNamespace

import pytest

from dreamlab.errors import DreamError
from dreamlab.images import archive, set_files
from tests.support.sets import packed, picture, written

MOST = 10**6
FILES = {"red/1.png": b"one", "red/near/2.png": b"two", "blue/3.txt": b"three"}


def read(source, most_bytes=MOST):
    return {entry.name: entry.read() for entry in set_files.set_files(source, most_bytes).entries}


def refused(source, most_bytes=MOST):
    with pytest.raises(DreamError) as error:
        set_files.set_files(source, most_bytes)
    assert len(str(error.value)) < 320 and str(error.value).isprintable()
    return str(error.value)


class Upload(io.BytesIO):
    def __init__(self, data, name):
        super().__init__(data)
        self.name = name


def test_a_folder_a_zip_and_a_list_have_the_same_files(tmp_path):
    zipped = packed(FILES)
    path = tmp_path / "my.zip"
    path.write_bytes(zipped)
    spooled = tempfile.SpooledTemporaryFile()
    spooled.write(FILES["blue/3.txt"])  # and stands at its end
    with spooled:
        mixed = [
            ("red/1.png", FILES["red/1.png"]),
            ("red/near/2.png", io.BytesIO(FILES["red/near/2.png"])),
            ("blue/3.txt", spooled),
        ]
        for source in (
            *(written(tmp_path / "set", FILES), str(tmp_path / "set")),
            *(zipped, path, str(path), Upload(zipped, "my.zip"), io.BytesIO(zipped)),
            *(mixed, tuple(mixed), iter(mixed), [("my.zip", zipped)]),
            [("some.zip", packed({"red/1.png": b"one"})), *mixed[1:]],
        ):
            assert read(source) == FILES


def test_a_list_may_be_read_twice():
    source = [("a/1.png", io.BytesIO(b"one")), ("b.zip", io.BytesIO(packed({"2.png": b"two"})))]
    assert read(source) == read(source) == {"a/1.png": b"one", "2.png": b"two"}


def test_the_sizes_are_those_of_the_files_as_they_are(tmp_path):
    for source in (written(tmp_path, {"a/1.png": bytes(900)}), [("a/1.png", bytes(900))]):
        assert [entry.size for entry in set_files.set_files(source, MOST).entries] == [900]
    zipped = set_files.set_files(packed({"a/1.png": bytes(900)}), MOST)
    assert 0 < zipped.entries[0].size < 50


def test_hidden_folders_are_passed_over(tmp_path):
    written(tmp_path, {".git/1.png": b"one", "a/.b/2.png": b"two", "a/3.png": b"three"})
    assert read(tmp_path) == {"a/3.png": b"three"}


def test_links_out_of_the_folder_are_left_out_and_named(tmp_path):
    inside = written(tmp_path / "set", {"red/1.png": b"one"})
    written(tmp_path / "other", {"2.png": b"two"})
    (inside / "red" / "same.png").symlink_to("1.png")
    (inside / "red" / "out.png").symlink_to(tmp_path / "other" / "2.png")
    (inside / "round.png").symlink_to("round.png")
    (inside / "blue").symlink_to(tmp_path / "other")
    (inside / "again").symlink_to(inside)
    given = set_files.set_files(inside, MOST)
    assert sorted(entry.name for entry in given.entries) == [
        *("red/1.png", "red/same.png", "round.png")
    ]
    left_out = given.left_out["links to other places"]
    assert sorted(left_out) == ["again", "blue", "red/out.png"]


def test_a_folder_that_is_a_link_itself_is_read(tmp_path):
    (tmp_path / "link").symlink_to(written(tmp_path / "set", FILES))
    assert read(tmp_path / "link") == FILES


def test_what_is_no_file_is_not_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe")  # opening it would wait for a writer
    (entry,) = set_files.set_files(tmp_path, MOST).entries
    with pytest.raises(DreamError, match="^pipe is not a file; choose a picture file$"):
        entry.read()


def test_a_folder_that_cannot_be_opened_is_named(tmp_path, monkeypatch):
    written(tmp_path, FILES)
    scan = os.scandir

    def closed(path):
        if str(path).endswith("red"):
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", closed)
    given = set_files.set_files(tmp_path, MOST)
    assert given.left_out["folders that cannot be opened"] == ["red"]
    assert [entry.name for entry in given.entries] == ["blue/3.txt"]


def test_a_folder_of_too_many_files_is_refused(tmp_path, monkeypatch):
    written(tmp_path, FILES)  # and three folders
    monkeypatch.setattr(set_files, "MOST_FILES", 6)
    assert read(tmp_path) == FILES
    monkeypatch.setattr(set_files, "MOST_FILES", 5)
    assert "has more than 5 files; give a folder of fewer" in refused(tmp_path)


@pytest.mark.parametrize("name", ["nowhere", "null\0", "x" * 5000])
def test_there_is_no_such_folder(tmp_path, name):
    assert "there is no folder '" in refused(f"{tmp_path}/{name}")


def test_a_single_picture_is_refused(tmp_path):
    path = tmp_path / "cat.png"
    path.write_bytes(picture(0))
    for source in (path, str(path), Upload(picture(0), "cat.png")):
        assert refused(source).startswith("cat.png is a single file; give a folder of pictures")
    assert refused(picture(0)).startswith("the file is a single file")


def test_a_file_of_any_size_is_read_when_asked_for_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "MOST_EACH", 4)
    for source in (written(tmp_path, FILES), list(FILES.items())):
        entries = {entry.name: entry for entry in set_files.set_files(source, MOST).entries}
        assert entries["red/1.png"].read() == b"one"
        with pytest.raises(DreamError, match=r"^3\.txt is larger than"):
            entries["blue/3.txt"].read()


def test_zips_are_bounded_together(monkeypatch):
    one, two = packed({"1.png": bytes(900)}), packed({"2.png": bytes(900)})
    source = [("1.zip", one), ("2.zip", two)]
    assert len(read(source, len(one) + len(two))) == 2
    assert refused(source, len(one) + len(two) - 1).startswith("2.zip is too large, as at most")
    monkeypatch.setattr(set_files, "MOST_INFLATED", 1799)
    assert refused(source).startswith("2.zip unpacks to")
    assert len(read(source[:1])) == 1


@pytest.mark.parametrize(
    "source",
    [[1], [("a.png",)], [(1, b"")], [("a.png", "b")], 5, ["a.png"], SimpleNamespace(read=bytes)],
)
def test_what_is_no_list_of_files_is_refused(source):
    assert "is no file of a set; give a folder, a ZIP, or pairs" in refused(source)


def test_files_that_cannot_be_read_are_refused(tmp_path):
    closed = io.BytesIO(b"one")
    closed.close()
    assert refused([("1.png", closed)]) == "1.png cannot be read; give an open file"
    assert "1.png is opened as text" in refused([("1.png", io.StringIO("one"))])


def test_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    read(packed({"../x.png": b"one", "/y.png": b"two", "a/z.png": b"three"}))
    assert list(tmp_path.iterdir()) == []
