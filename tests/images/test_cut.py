"""JPEG pictures that lack their end."""

import io
import subprocess
import sys
import warnings

import numpy as np
import pytest
from PIL import Image

from dreamlab.errors import DreamError
from dreamlab.images import PictureNote, load_image, to_pixels
from tests.support.corpus import saved

HEIGHT, WIDTH = 200, 120
_y, _x = np.mgrid[0:HEIGHT, 0:WIDTH]
_rng = np.random.default_rng(0)
PIXELS = np.stack([_x * 2, _y, 250 - _y], axis=2) + _rng.integers(-4, 5, (HEIGHT, WIDTH, 3))
PICTURE = Image.fromarray(PIXELS.clip(0, 255).astype(np.uint8))


def jpeg(mode="RGB", **options):
    return saved(PICTURE.convert(mode), "JPEG", quality=92, **options)


def read(data):
    """The pixels, and what is said of them."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        pixels = to_pixels(load_image(data)).astype(int)
    assert all(note.category is PictureNote for note in said)
    return pixels, [str(note.message) for note in said]


BLURRED = "the picture is cut off, so that it lacks detail"
KINDS = [
    pytest.param(mode, options, id=f"{mode} {' '.join(options)}")
    for mode in ("RGB", "L", "CMYK")
    for options in (
        {},
        {"progressive": True},
        {"restart_marker_rows": 1},
        {"restart_marker_blocks": 3, "progressive": True},
        {"subsampling": "4:4:4"},
    )
]


@pytest.mark.parametrize(("mode", "options"), KINDS)
def test_the_end_marker_alone_is_not_missed(mode, options):
    data = jpeg(mode, **options)
    whole, _ = read(data)
    for cut in (1, 2):
        pixels, said = read(data[:-cut])
        assert np.array_equal(pixels, whole) and said == []


@pytest.mark.parametrize(("mode", "options"), KINDS)
def test_what_is_missing_is_told_and_the_rest_is_as_it_was(mode, options):
    data = jpeg(mode, **options)
    whole, _ = read(data)
    for cut in (*range(3, 24), 40, 60):
        pixels, said = read(data[:-cut])
        changed = (pixels != whole).any(axis=(1, 2))
        if not changed.any():  # what is missing adds nothing that is seen
            continue
        if said == [BLURRED]:
            continue
        first = int(changed.argmax())
        words = said[0].split()
        rows = int(words[words.index("last") + 1])
        assert f"of {HEIGHT} rows" in said[0] and len(said) == 1
        # Rows are coded 8 or 16 at a time, and smoothing reaches one row further up.
        assert HEIGHT - rows - 1 <= first < HEIGHT - rows + 16, cut
        assert said[0].startswith("the picture is cut off: its last ")


def test_missing_pixels_are_grey_and_a_progressive_picture_is_less_sharp():
    pixels, (said,) = read(jpeg("L")[:-40])
    assert pixels[-1, -1].tolist() == [128] * 3
    assert said == (
        "the picture is cut off: its last 8 of 200 rows are missing in part, and grey there"
    )
    data = jpeg("L", progressive=True)
    pixels, (said,) = read(data[:-40])
    assert 0 < np.abs(pixels - read(data)[0])[-8:].mean() < 6
    assert said == "the picture is cut off: its last 8 of 200 rows lack detail"


@pytest.mark.parametrize(("mode", "options"), KINDS)
def test_a_picture_of_which_much_is_missing_is_refused(mode, options):
    data = jpeg(mode, **options)
    for part in (0.1,) if options.get("progressive") else (0.2, 0.4, 0.8):
        with pytest.raises(DreamError, match="the picture is damaged, as it is cut off and lacks "):
            load_image(data[: int(len(data) * part)])


def test_a_tenth_of_the_rows_may_be_missing():
    data = jpeg("L")
    read_with, refused = set(), set()
    for cut in range(50, 2000, 50):
        try:
            _, said = read(data[:-cut])
            read_with.add(int(said[0].split("its last ")[1].split()[0]))
        except DreamError as error:
            refused.add(int(str(error).split("its last ")[1].split()[0]))
    assert read_with == {8, 16} and min(refused) == 24


def test_a_cut_picture_is_scaled_down_as_a_whole_one():
    data = jpeg()
    small = to_pixels(load_image(data, max_side=25)).astype(int)
    with pytest.warns(PictureNote, match="of 200 rows are missing"):
        cut = to_pixels(load_image(data[:-30], max_side=25)).astype(int)
    assert cut.shape == small.shape and np.abs(cut - small)[:-3].max() <= 1


def test_a_cut_in_the_head_of_a_scan_leaves_the_scans_before():
    data = jpeg(progressive=True)
    scan = data.rindex(b"\xff\xda")
    whole, _ = read(data)
    for cut in (scan + 1, scan + 3, scan + 9, scan + 12):
        pixels, said = read(data[:cut])
        assert said == [BLURRED]
        assert 0 < np.abs(pixels - whole).mean() < 4


@pytest.mark.parametrize("zeros", [64, 400, 20_000])
def test_zeros_in_place_of_the_end_are_no_end(zeros):
    data = jpeg()
    assert read(data[:-40] + bytes(zeros))[1] == read(data[:-40])[1] != []
    assert np.array_equal(read(data + bytes(zeros))[0], read(data)[0])
    assert read(data + bytes(zeros))[1] == []


def test_other_files_that_are_cut_are_damaged(tmp_path):
    for format in ("WEBP", "GIF", "BMP", "TIFF", "PNG"):
        data = saved(PICTURE, format)
        with pytest.raises(DreamError, match="is damaged and cannot be decoded; choose another"):
            load_image(data[:-400])
    path = tmp_path / "half.jpg"
    path.write_bytes(jpeg()[:3000])
    with pytest.raises(DreamError, match="^half.jpg is damaged, as it is cut off"):
        load_image(path)
    assert Image.open(io.BytesIO(jpeg())).size == (WIDTH, HEIGHT)


@pytest.mark.parametrize("height", [16, 40, 96, 128, 150])
@pytest.mark.parametrize("options", [{}, {"restart_marker_blocks": 2}])
def test_the_last_rows_of_a_low_picture_may_be_missing(height, options):
    picture = PICTURE.crop((0, 0, WIDTH, height))
    data = saved(picture, "JPEG", quality=92, subsampling="4:2:0", **options)
    last = height % 16 or 16
    pixels, said = read(data[:-6])
    assert pixels.shape == (height, WIDTH, 3)
    assert said == [
        f"the picture is cut off: its last {last} of {height} rows are missing in part, and grey "
        "there"
    ]


def test_the_only_rows_must_not_be_missing_for_the_most_part():
    data = saved(PICTURE.crop((0, 0, WIDTH, 16)), "JPEG", quality=92)
    start = data.index(b"\xff\xda") + 14
    with pytest.raises(DreamError, match="is cut off and lacks its last 16 of 16 rows"):
        load_image(data[: start + (len(data) - start) // 4])


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize(
    ("orientation", "where"),
    [
        *((1, "last 8 of 200 rows"), (2, "last 8 of 200 rows")),
        *((3, "first 8 of 200 rows"), (4, "first 8 of 200 rows")),
        *((5, "last 8 of 200 columns"), (6, "first 8 of 200 columns")),
        *((7, "first 8 of 200 columns"), (8, "last 8 of 200 columns")),
    ],
)
def test_where_it_is_missing_is_told_of_the_picture_as_it_is_shown(progressive, orientation, where):
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = jpeg("L", progressive=progressive, exif=exif)
    pixels, (said,) = read(data[:-40])
    assert f"is cut off: its {where} " in said
    differs = (pixels != read(data)[0]).any(axis=2)
    lines = differs.any(axis=int("rows" in where))
    assert len(lines) == 200 and lines.any()
    rest = lines[8:] if "first" in where else lines[:-8]
    assert not rest.any()


def test_a_refusal_tells_where_too():
    exif = Image.Exif()
    exif[0x0112] = 6
    data = jpeg("L", exif=exif)
    with pytest.raises(DreamError, match="cut off and lacks its first [0-9]+ of 200 columns"):
        load_image(data[: len(data) // 2])


def test_a_progressive_picture_lacks_no_more_rows_than_it_does():
    # The last scan codes brightness alone, 8 rows at a time, whatever the colours' sampling.
    data = jpeg(progressive=True, subsampling="4:2:0")
    whole, seen = read(data)[0], set()
    for cut in range(30, 200, 10):
        pixels, (said,) = read(data[:-cut])
        first = int((pixels != whole).any(axis=(1, 2)).argmax())
        assert f"its last {200 - first // 8 * 8} of 200 rows" in said
        seen.add(first // 8 % 2)
    assert seen == {0, 1}


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_a_cut_picture_at_an_eighth_is_told_of(mode):
    data = saved(PICTURE.resize((960, 1600)).convert(mode), "JPEG", quality=92)
    _, (said,) = read(data[:-60])
    with pytest.warns(PictureNote) as notes:
        load_image(data[:-60], max_side=60)
    assert [str(note.message) for note in notes] == [said]


def test_a_cut_picture_takes_no_more_memory_than_a_whole_one():
    code = """
import sys
from pathlib import Path
from dreamlab.images import read_image

def most():
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])

data = sys.stdin.buffer.read()
before = most()
loaded = read_image(data, max_side=1000, max_memory=60e6)
print(most() - before, len(loaded.notes))
"""
    # 12 megapixels of 3 bytes of coefficients, and at half the size 12 MB of pixels.
    data = saved(PICTURE.resize((4000, 3000)), "JPEG", quality=60, progressive=True)
    ran = subprocess.run(
        [sys.executable, "-c", code], input=data[:-100], capture_output=True, check=True
    )
    taken, notes = map(int, ran.stdout.split())
    assert notes == 1 and taken * 1024 < 60e6
