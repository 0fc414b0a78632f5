import io
from pathlib import Path

import pytest
from PIL import Image

from dreamlab.errors import DreamError
from dreamlab.images import load_image, read_image
from dreamlab.images.parts import check_parts
from tests.support import hostile
from tests.support.corpus import FILES


@pytest.mark.parametrize(
    "data, sentence",
    [
        (
            hostile.jpeg_of_scans(500),
            "mine.jpg has 505 scans of 64 x 64 px; at most 100 are read: save",
        ),
        (hostile.jpeg_hiding_scans(500), "has 505 scans of 64 x 64 px; at most 100"),
        (hostile.jpeg_of_scans(16, 7000), "has 21 scans of 7000 x 7000 px; at most 20"),
        (
            hostile.jpeg_of_scans(16, 7000)[:-2]
            + b"\xff\xc0\0\x0b\x08\0\x40\0\x40\1\1\x11\0\xff\xd9",
            "has 21 scans of 7000 x 7000 px; at most 20",
        ),
        (hostile.jpeg_of_scans(36, 5000), "has 41 scans of 5000 x 5000 px; at most 40"),
        (hostile.jpeg_of_segments(100_000), "has 2,001 segments; at most 2,000"),
        (hostile.png_of_chunks(500), "has 501 chunks beside its pixels; at most 500"),
        (hostile.png_of_profiles(600), "has 501 chunks beside its pixels"),
        (hostile.png_of_chunks(100_000, b"IDAT"), "has 100,001 chunks; at most 100,000"),
        (hostile.gif_of_blocks(20_000), "blocks before its picture; at most 10,000"),
        (hostile.tiff_of_strips(20_001), "has 20,001 strips or tiles; at most 20,000"),
        (hostile.tiff_of_strips(1000, 2**20, 8), "has 1,048,576,000 bytes in strips or tiles"),
        (hostile.tiff_of_tags(2001, 16), "has 2,009 tags; at most 2,000"),
        (hostile.avif_of_items(20_000), "has 200,065 bytes of tables; at most 131,072"),
    ],
)
def test_too_many_parts_are_refused_before_anything_is_decoded(data, sentence, monkeypatch):
    monkeypatch.setattr(Image, "open", None)
    with pytest.raises(DreamError) as refused:
        check_parts(data, "mine.jpg")
    assert sentence in str(refused.value)
    file = io.BytesIO(data)
    file.name = "mine.jpg"
    with pytest.raises(DreamError) as read:
        load_image(file)
    assert str(read.value) == str(refused.value)


@pytest.mark.parametrize("scans", [95, 96])
def test_a_hundred_scans_are_read(scans):
    data = hostile.jpeg_of_scans(scans)  # the file has five others
    if scans == 95:
        assert read_image(data).full == (64, 64)
    else:
        with pytest.raises(DreamError, match="101 scans of 64 x 64 px; at most 100"):
            read_image(data)


@pytest.mark.parametrize(
    "data",
    [
        hostile.jpeg_of_segments(1900),
        hostile.png_of_chunks(490),
        hostile.gif_of_blocks(9000),
        hostile.webp_of_frames(20_000),
        hostile.tiff_of_strips(3000),
        hostile.tiff_of_tags(200, 2**20),
    ],
)
def test_within_the_bounds_files_are_read(data):
    assert read_image(data).full.width in (16, 64)


@pytest.mark.parametrize("name", FILES)
def test_nothing_that_is_read_is_refused_for_its_parts(name):
    check_parts(FILES[name][0], name)


@pytest.mark.parametrize("path", sorted(Path("dreamlab/samples").rglob("*.[jp][pn]g")))
def test_files_of_programs_are_not_refused(path):
    check_parts(path.read_bytes(), path.name)


@pytest.mark.parametrize("start", [data for data, _ in FILES.values()][:60])
def test_a_file_may_end_anywhere(start):
    for end in [*range(40), *range(40, len(start), max(1, len(start) // 50))]:
        check_parts(start[:end], "it")


@pytest.mark.parametrize(
    "data",
    [b"\xff\xd8" + b"\xff" * 10**6, b"\xff\xd8" + b"\xff\0" * 10**6, b"\xff\xd8" + bytes(10**6)],
)
def test_a_jpeg_without_markers_has_no_parts(data):
    check_parts(data, "it")


def test_an_mp4_is_said_to_be_one():
    """Its tables are large, and nobody wants to hear of them."""
    video = b"\0\0\0\x14ftypisom\0\0\0\0isom" + b"\0\x10\0\0moov" + bytes(2**20)
    with pytest.raises(DreamError, match="an MP4 video"):
        load_image(video)
