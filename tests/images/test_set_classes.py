"""Classes of files, by folders and by names."""

import time

import pytest

from dreamlab.images.set_classes import is_hidden, of_folders, of_names, path_of, without_top


def split(*names):
    return [tuple(name.split("/")) for name in names]


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("red/1.png", ("red", "1.png")),
        ("./red//1.png", ("red", "1.png")),
        ("red\\near\\1.png", ("red", "near", "1.png")),
        ("a\u202f1\x07.png", ("a 1 .png",)),
        ("cafe\u0301/1.png", ("caf\xe9", "1.png")),
        ("x" * 70_000 + "/1.png", ("x" * 255, "1.png")),
        ("a..b/c...png", ("a..b", "c...png")),
        ("a/" * 30_000 + "1.png", ("a",) * 16 + ("1.png",)),
    ],
)
def test_a_name_has_parts(name, path):
    assert path_of(name) == path


@pytest.mark.parametrize(
    "name", ["../x.png", "a/../../x.png", "/etc/x.png", "C:\\x.png", "c:/x.png", "\\\\host\\x.png",
             "..\\x.png", "", "/", "."]
)  # fmt: skip
def test_what_leads_out_has_none(name):
    assert path_of(name) is None


@pytest.mark.parametrize("name", [".a.png", "a/.b/c.png", "__MACOSX/a/._1.png", "a/.DS_Store",
                                  "a/Thumbs.db"])  # fmt: skip
def test_hidden_files(name):
    assert is_hidden(path_of(name)) and not is_hidden(("a", "1.png"))


@pytest.mark.parametrize(
    ("names", "without"),
    [
        (["t/red/1", "t/blue/2"], ["red/1", "blue/2"]),
        (["x/t/red/1", "x/t/blue/2"], ["red/1", "blue/2"]),
        (["t/1", "t/2"], ["1", "2"]),
        (["red/1", "blue/2"], ["red/1", "blue/2"]),
        (["t/red/1", "t/blue/2", "README"], ["red/1", "blue/2", "README"]),
        (["red/1", "2"], ["red/1", "2"]),
        (["t/red/1", "t/2"], ["red/1", "2"]),
        (["1", "2"], ["1", "2"]),
        ([], []),
    ],
)
def test_a_folder_that_all_are_in_is_none(names, without):
    assert without_top(split(*names)) == split(*without)


def test_the_first_folder_is_the_class():
    assert of_folders(split("red/1", "red/near/2", "blue/3", "4")) == ["red", "red", "blue", ""]


@pytest.mark.parametrize(
    ("names", "labels"),
    [
        (["cat_01.jpg", "cat (3).jpg", "dog-2.png", "dog 10.png"], ["cat", "cat", "dog", "dog"]),
        (["cat1_small.jpg", "cat2.jpg", "b4_1.png", "b4_2.png"], ["cat", "cat", "b4", "b4"]),
        (["cat1", "cat2", "dog1", "dog2", "cow1", "me"], ["cat", "cat", "dog", "dog", "cow", ""]),
        (["cat1", "cat2", "dog1"], ["", "", ""]),
        (["1.png", "2.png", "cat1", "cat2"], [""] * 4),
        (["cat.png", "dog.png"], ["", ""]),
    ],
)
def test_classes_of_names(names, labels):
    assert of_names(split(*names)) == labels


def test_long_names_take_no_time():
    names = [("_" * 100_000 + "1" * 100_000 + "(" * 100_000,)] * 4
    start = time.process_time()
    assert of_names(names) == [""] * 4
    assert time.process_time() - start < 0.5
