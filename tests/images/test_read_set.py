"""A set of pictures with classes, of a folder, a ZIP or a list."""

import importlib
import io
import logging
import random

import numpy as np
import pytest
from PIL import Image

from dreamlab.errors import DreamError
from dreamlab.images.read_set import read_set
from tests.support.sets import encoded, packed, picture, pictures, written

#: The package has a function of its name.
module = importlib.import_module("dreamlab.images.read_set")

FOUR = pictures("blue/1.png", "blue/2.png", "red/1.png", "red/near/2.png")
ENLARGED = "4 pictures are smaller than 224 px and were enlarged"


def read(files, **options):
    return read_set(list(files.items()), **options)


def refused(source, **options):
    with pytest.raises(DreamError) as error:
        read_set(source, **options)
    assert len(str(error.value)) < 320 and str(error.value).isprintable()
    return str(error.value)


def enlarged(data):
    """The middle square of a small picture, by Pillow alone."""
    image = Image.open(io.BytesIO(data)).convert("RGB")
    return np.asarray(image.resize((224, 224), Image.Resampling.BICUBIC))


def test_folders_are_classes_and_deeper_ones_are_of_them():
    of = read(FOUR)
    assert of.names == tuple(sorted(FOUR)) and of.labels == ("blue", "blue", "red", "red")
    assert np.array_equal(of.pixels, [enlarged(FOUR[name]) for name in of.names])
    assert of.notes == (ENLARGED,)


def test_order_and_source_change_nothing(tmp_path):
    files = list(FOUR.items())
    one = read_set(files)
    random.Random(0).shuffle(files)
    top = {f"task/{name}": data for name, data in reversed(files)}
    litter = {"__MACOSX/task/red/._1.png": b"x", "task/.DS_Store": b"x"}
    for source in (
        *(files, files[::-1], packed(dict(files)), packed(top | litter), list(top.items())),
        written(tmp_path / "a", dict(files)),
        written(tmp_path / "b", top | litter),
        [*files[:2], ("more.zip", packed(dict(files[2:])))],
    ):
        again = read_set(source)
        assert again.digest == one.digest and again.notes == one.notes
        assert again.names == one.names


def test_a_folder_of_pictures_alone_has_no_classes(tmp_path):
    of = read_set(written(tmp_path, pictures("me.png", "you.png", "us.png")))
    assert of.names == ("me.png", "us.png", "you.png") and of.classes == ()


def test_classes_are_taken_from_names_and_it_says_so():
    of = read(pictures("cat_01.png", "cat (3).png", "dog-2.png", "dog 10.png", "me.png"))
    assert of.names == ("cat (3).png", "cat_01.png", "dog 10.png", "dog-2.png")
    assert of.labels == ("cat", "cat", "dog", "dog")
    assert of.notes == (
        "the classes are taken from the names of the files: cat and dog",
        ENLARGED,
        "left out as without a class in their names: me.png",
    )
    assert read(pictures("t/cat1.png", "t/cat2.png", "t/dog1.png", "t/dog2.png")).classes == (
        *("cat", "dog"),
    )


def test_pictures_beside_folders_are_left_out_and_named():
    of = read(FOUR | {"a.png": picture(9), "b.png": picture(8)})
    assert of == read(FOUR)
    assert of.notes == (ENLARGED, "left out as in no class's folder: a.png and b.png")


def test_what_is_no_picture_is_left_out_and_named():
    heic = b"\0\0\0\x18ftypheic" + bytes(20)
    of = read(FOUR | {"red/note.txt": b"a text"})
    assert of == read(FOUR)
    assert of.notes[1].startswith("left out: red/note.txt (note.txt is not a PNG, ")
    of = read(FOUR | {"blue/a.heic": heic, "red/b.png": b"", "red/c.png": picture(9)[:99]})
    assert of.notes[1] == (
        "left out: blue/a.heic, red/b.png and red/c.png (a.heic is an HEIC picture, which is not "
        "read: save it as JPEG or PNG)"
    )


def test_a_zip_in_a_zip_is_left_out_and_named():
    of = read_set(packed(FOUR | {"red/more.zip": packed(FOUR)}))
    assert of == read(FOUR)
    assert of.notes[1].startswith(
        "left out: red/more.zip (more.zip is a ZIP archive, not a picture"
    )


def test_a_path_that_climbs_out_is_left_out_and_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    out = ["../x.png", "/abs.png", "C:\\x.png", "red/../../y.png"]
    of = read_set(packed(FOUR | pictures(*out)))
    assert of == read(FOUR)
    said = "../x.png, /abs.png, C:\\x.png and red/../../y.png"
    assert of.notes[1] == f"left out as names that lead out of their folder: {said}"
    assert list(tmp_path.iterdir()) == []


def test_a_file_without_a_name_is_left_out_and_named():
    data = packed(FOUR | {"x.png": picture(9)}).replace(b"x.png", b"\0.png")
    of = read_set(data)
    assert of == read(FOUR)
    assert of.notes[1] == "left out as names that lead out of their folder: one without a name"


def test_copies_are_left_out_and_the_first_by_name_stays():
    again = Image.open(io.BytesIO(FOUR["red/1.png"]))
    bitmap = io.BytesIO()
    again.save(bitmap, "BMP")  # another file of the same pixels
    of = read(FOUR | {"red/0.bmp": bitmap.getvalue(), "red/3.png": FOUR["red/1.png"]})
    assert of.names == ("blue/1.png", "blue/2.png", "red/0.bmp", "red/near/2.png")
    assert of.notes[1] == "left out as copies of others: red/1.png and red/3.png"


def test_a_picture_in_two_classes_stays_in_one_and_it_says_so():
    # It is read before blue/2.png, as the classes take turns.
    of = read(FOUR | {"red/0.png": FOUR["blue/2.png"]})
    assert of == read(FOUR)
    assert of.notes[1] == (
        "left out as copies of pictures of another class, which stay: red/0.png (as blue/2.png)"
    )


def test_a_class_of_a_single_picture_is_left_out_and_named():
    of = read(FOUR | {"green/1.png": picture(9), "grey/1.png": picture(8), "grey/2.png": b""})
    assert of == read(FOUR)
    assert of.notes[-1] == "left out as classes of a single picture: green and grey"


def test_where_all_classes_have_a_single_picture_there_are_none():
    of = read(pictures("red/1.png", "blue/1.png"))
    assert of.names == ("blue/1.png", "red/1.png") and of.classes == ()
    assert of.notes[0] == "no class has two pictures, so that the set has no classes"


def test_two_files_of_one_name_stay_apart_in_any_order():
    files = [("a.png", picture(0)), ("a.png", picture(1)), ("a (2).png", picture(2))]
    one = read_set(files)
    assert one.names == ("a (2).png", "a (3).png", "a.png")
    assert read_set(files[::-1]).digest == one.digest


def test_of_too_many_pictures_each_class_has_as_many(monkeypatch):
    monkeypatch.setattr(module, "MOST_PICTURES", 7)
    names = [f"{label}/{at}.png" for label, count in zip("abc", (9, 6, 2), strict=True)
             for at in range(count)]  # fmt: skip
    files = pictures(*names)
    files["b/0.png"] = b"no picture"
    of = read(files)
    assert of.counts == {"a": 3, "b": 2, "c": 2}
    assert of.names == ("a/0.png", "a/1.png", "a/2.png", "b/1.png", "b/2.png", "c/0.png", "c/1.png")
    assert of.notes[0] == (
        "9 files not read, as a set has at most 7 pictures, of each class as many as can be"
    )
    assert read(dict(reversed(files.items()))).digest == of.digest
    flat = read(pictures(*(f"{at}.png" for at in range(8))))
    assert len(flat) == 7 and flat.notes[0] == "1 file not read, as a set has at most 7 pictures"


def test_reading_stops_at_the_bound_of_bytes():
    sizes = {name: len(data) for name, data in FOUR.items()}
    assert len(read(FOUR, most_bytes=sum(sizes.values()))) == 4
    of = read(FOUR, most_bytes=sum(sizes.values()) - 1)
    assert of.names == ("blue/1.png", "blue/2.png")  # red has a single one left
    assert of.notes[0].startswith("1 file not read, as all together are over 0.00107 MB")


def test_a_file_that_is_too_large_itself_does_not_end_the_reading(monkeypatch):
    monkeypatch.setattr("dreamlab.images.archive.MOST_EACH", 1000)
    monkeypatch.setattr(module, "MOST_EACH", 1000)
    of = read({"blue/0.avi": bytes(9000)} | FOUR, most_bytes=5000)
    assert of == read(FOUR)
    assert (
        of.notes[1] == "left out: blue/0.avi (0.avi is larger than 0.001 MB; choose a smaller file)"
    )


def test_reading_ends_in_time(monkeypatch):
    times = iter([0, 10, 119, 121])
    monkeypatch.setattr(module.time, "monotonic", lambda: next(times))
    said = refused(list(FOUR.items()))
    assert said == (
        "reading took over 120 s, and 2 of 4 files are read; give fewer or smaller pictures"
    )


def test_pictures_with_something_missing_are_noted():
    buffer = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 256, (300, 300, 3), np.uint8)
    Image.fromarray(noise).save(buffer, "JPEG")
    cut = buffer.getvalue()[: -len(buffer.getvalue()) // 30]
    (note,) = read({"a.jpg": cut}).notes
    assert note.startswith("a.jpg ")
    other = io.BytesIO()
    Image.fromarray(255 - noise).save(other, "JPEG")
    cut_too = other.getvalue()[: -len(other.getvalue()) // 30]
    assert read({"a.jpg": cut, "b.jpg": cut_too}).notes == (
        "something is missing or changed in 2 pictures: a.jpg and b.jpg",
    )


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({}, "; give"),
        ({"a.txt": b"a text"}, "(a.txt is not a PNG, "),
        ({"../a.png": picture(0)}, "(left out as names that lead out of their folder: ../a.png)"),
        ({".a.png": picture(0)}, "that can be read; give others"),
        ({"\n" + "x" * 300: b"a"}, "; give others"),
        ({f"../{at}" + "x" * 300: b"a" for at in range(9)}, "and 7 more); give others"),
    ],
)
def test_a_set_without_pictures_is_refused_with_the_first_reason(files, reason, tmp_path):
    assert refused(list(files.items())).startswith("there is no picture in the list that can be")
    assert reason in refused(list(files.items()))
    assert "there is no picture in the ZIP that" in refused(packed(files))


def test_an_empty_folder_is_refused(tmp_path):
    assert refused(tmp_path) == "there is no picture in the folder that can be read; give others"


def test_neither_names_nor_pixels_are_logged(caplog, capsys):
    with caplog.at_level(logging.DEBUG):
        read(FOUR | {"red/secret.txt": b"a text"})
    assert "secret" not in caplog.text and capsys.readouterr() == ("", "")


def test_a_gray_or_transparent_picture_is_read():
    of = read({"a.png": encoded(Image.new("L", (300, 300), 7)),
               "b.png": encoded(Image.new("RGBA", (300, 300), (1, 2, 3, 0)))})  # fmt: skip
    assert of.pixels[0].max() == of.pixels[0].min() == 7 and of.notes == ()
