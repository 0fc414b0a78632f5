"""ZIP files, read in memory within bounds."""

import io
import struct
import time
import tracemalloc
import zipfile

import pytest

from dreamlab.errors import DreamError
from dreamlab.images import archive
from dreamlab.images.archive import entries
from tests.support.sets import packed


def refused(data, **options):
    with pytest.raises(DreamError) as error:
        entries(data, "my.zip", **options)
    assert len(str(error.value)) < 320 and str(error.value).isprintable()
    return str(error.value)


def patched(data, size):
    """Return a ZIP of one file whose headers give another size of it when unpacked."""
    listed = data.rindex(b"PK\1\2")
    for at in (22, listed + 24):
        data = data[:at] + struct.pack("<I", size) + data[at + 4 :]
    return data


def peak(call):
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_files_are_listed_and_read_when_asked_for(method):
    data = packed({"a/": b"", "a/1.txt": b"one" * 50, "2.txt": b"two"}, method)
    found, inflated = entries(data, "my.zip")
    assert [(entry.name, entry.read()) for entry in found] == [
        ("a/1.txt", b"one" * 50),
        ("2.txt", b"two"),
    ]
    assert inflated == 153
    with zipfile.ZipFile(io.BytesIO(data)) as zipped:
        assert [entry.size for entry in found] == [
            zipped.getinfo(entry.name).compress_size for entry in found
        ]


@pytest.mark.parametrize(
    "data",
    [
        b"PK\3\4 and no more",
        packed({"1.txt": b"one" * 99})[:-30],
        packed({"1.txt": b"one"})[:-22],
        b"",
    ],
)
def test_a_damaged_zip_is_refused(data):
    assert refused(data) == "my.zip is a damaged ZIP; pack it again"


def test_a_damaged_file_in_it_is_refused_when_it_is_read():
    data = packed({"1.txt": b"one" * 9, "2.txt": b"two"}, zipfile.ZIP_STORED)
    found, _ = entries(data.replace(b"oneone", b"oneOne"), "my.zip")
    with pytest.raises(DreamError, match=r"^1\.txt is damaged in its ZIP; pack it again$"):
        found[0].read()
    assert found[1].read() == b"two"


def test_a_password_is_refused():
    data = bytearray(packed({"1.txt": b"one"}))
    data[data.index(b"PK\1\2") + 8] |= 1
    assert refused(bytes(data)) == "my.zip is a ZIP with a password; pack it without one"


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_unusual_packing_is_refused(method):
    said = refused(packed({"1.txt": b"one"}, method))
    assert said == f"my.zip is a ZIP of method {method}, which is not read; pack it with Deflate"


def test_too_many_entries_are_refused_before_they_are_listed(monkeypatch):
    data = packed({f"{number}": b"" for number in range(10_000)}, zipfile.ZIP_STORED)
    monkeypatch.setattr(zipfile, "ZipFile", None)
    assert "my.zip has more than 2,000 entries" in refused(data)


def test_as_many_entries_as_may_be_are_listed():
    data = packed({f"{number}": b"" for number in range(2000)}, zipfile.ZIP_STORED)
    assert len(entries(data, "my.zip")[0]) == 2000


def test_what_inflates_to_more_is_refused_before_it_is_inflated():
    data = packed({"1.txt": bytes(600_000), "2.txt": bytes(500_000)})
    assert entries(data, "my.zip", room=1_100_000)[1] == 1_100_000
    said = refused(data, room=1_000_000)
    assert "my.zip unpacks to 1.1 MB, and at most 1.0 MB are read" in said


def test_a_bomb_that_says_so_is_refused_and_costs_nothing():
    # 9 files of 45 MB, all of them the same bytes of the ZIP's.
    one = packed({"0.png": bytes(45_000_000)})
    start = one.index(b"PK\1\2")
    end = one.rindex(b"PK\5\6")
    row = bytearray(one[end:])
    struct.pack_into("<HHI", row, 8, 9, 9, 9 * (end - start))
    bomb = one[:start] + one[start:end] * 9 + bytes(row)
    said = []
    assert peak(lambda: said.append(refused(bomb))) < 2**20
    assert said[0].startswith("my.zip unpacks to 405.0 MB, and at most 400.0 MB are read")


def test_a_file_over_the_bound_is_not_inflated_and_does_not_count():
    bomb = packed({"0.png": bytes(51_000_000), "1.txt": b"one"})
    found, inflated = entries(bomb, "my.zip")
    assert inflated == 3 and found[1].read() == b"one"

    def read():
        with pytest.raises(DreamError, match=r"^0\.png is larger than 50 MB; choose a smaller"):
            found[0].read()

    assert peak(read) < 2**20


@pytest.mark.parametrize("said", [10, 0])
def test_a_bomb_whose_header_lies_is_not_inflated(said):
    data = patched(packed({"0.png": bytes(30 * 2**20)}), said)
    (entry,), inflated = entries(data, "my.zip")
    assert inflated == said

    def read():
        with pytest.raises(DreamError, match=r"^0\.png is damaged in its ZIP"):
            entry.read()

    assert peak(read) < 2**20


def test_a_file_without_end_is_left_at_the_bound(monkeypatch):
    """Even if zipfile did not stop where a header says."""
    (entry,), _ = entries(packed({"0.png": b"0"}), "my.zip")
    monkeypatch.setattr(archive, "MOST_EACH", 1000)
    asked = []

    class Endless(io.RawIOBase):
        def read(self, most):
            asked.append(most)
            return bytes(300)

    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_: Endless())
    with pytest.raises(DreamError, match="larger than"):
        entry.read()
    assert len(asked) == 4


def test_listing_a_zip_at_its_bounds_takes_no_time():
    data = packed({"x" * 60_000 + f"{at}": b"" for at in range(200)}, zipfile.ZIP_STORED)
    start = time.process_time()
    assert len(entries(data, "my.zip")[0]) == 200
    assert time.process_time() - start < 1
