"""A set of pictures with classes."""

import pickle

import numpy as np
import pytest

from dreamlab.errors import DreamError
from dreamlab.images.picture_set import SIDE, PictureSet

PIXELS = np.zeros((5, SIDE, SIDE, 3), np.uint8) + np.arange(5, dtype=np.uint8)[:, None, None, None]
NAMES = ("b/2.png", "a/1.png", "b/1.png", "a/2.png", "c/1.png")
LABELS = ("b", "a", "b", "a", "c")


def made(order=range(5), pixels=PIXELS, names=NAMES, labels=LABELS, notes=()):
    order = list(order)
    return PictureSet(
        pixels[order], tuple(names[at] for at in order), tuple(labels[at] for at in order), notes
    )


def test_it_stands_in_the_order_of_classes_and_names():
    of = made(notes=("1 file is no picture",))
    assert of.names == ("a/1.png", "a/2.png", "b/1.png", "b/2.png", "c/1.png")
    assert of.labels == ("a", "a", "b", "b", "c")
    assert of.pixels[:, 0, 0, 0].tolist() == [1, 3, 2, 0, 4]
    assert of.notes == ("1 file is no picture",)
    assert of.classes == ("a", "b", "c")
    assert of.numbers.tolist() == [0, 0, 1, 1, 2]
    assert of.counts == {"a": 2, "b": 2, "c": 1} and list(of.counts) == ["a", "b", "c"]
    assert len(of) == 5 and of.nbytes == 5 * 224 * 224 * 3


@pytest.mark.parametrize("order", [[4, 3, 2, 1, 0], [2, 0, 4, 1, 3]])
def test_the_order_that_it_was_made_in_changes_nothing(order):
    assert made(order).digest == made().digest and made(order) == made()
    assert np.array_equal(made(order).pixels, made().pixels)


def test_pixels_names_and_labels_make_the_digest_and_notes_do_not():
    other = PIXELS.copy()
    other[2, 3, 4, 1] += 1
    sets = [
        made(),
        made(pixels=other),
        made(names=("b/3.png", *NAMES[1:])),
        made(labels=("d", *LABELS[1:])),
        made(labels=("",) * 5),
    ]
    assert len({of.digest for of in sets}) == len(set(sets)) == 5
    assert made(notes=("one",)).digest == made().digest


def test_words_do_not_run_into_each_other():
    one = PictureSet(PIXELS[:2], ("ab", "c"), ("x", "x"))
    assert one.digest != PictureSet(PIXELS[:2], ("a", "bc"), ("x", "x")).digest


def test_without_classes_it_has_no_numbers():
    of = made(labels=("",) * 5)
    assert of.classes == () and of.counts == {}
    assert of.numbers.tolist() == [-1] * 5
    assert of.names == tuple(sorted(NAMES))


def test_it_does_not_change():
    source = PIXELS.copy()
    of = made(pixels=source)
    source[:] = 9
    assert of.pixels.max() == 4
    with pytest.raises(ValueError, match="read-only"):
        of.pixels[0] = 0
    with pytest.raises(AttributeError):
        of.names = ()


def test_it_travels_whole():
    of = made(notes=("one",))
    again = pickle.loads(pickle.dumps(of))
    assert again == of and again.notes == ("one",) and again.names == of.names


def test_neither_name_nor_pixel_shows_in_a_log():
    assert repr(made()) == f"{made()}" == "<PictureSet: 5 pictures, 3 classes>"


@pytest.mark.parametrize(
    ("pixels", "names", "labels", "said"),
    [
        (PIXELS.astype(float), NAMES, LABELS, "array of float64 of shape (5, 224, 224, 3)"),
        (PIXELS[:, :9], NAMES, LABELS, "of shape (5, 9, 224, 3); give uint8"),
        (PIXELS[:0], (), (), "has 0 pictures; give 1 to 200"),
        (np.zeros((201, SIDE, SIDE, 3), np.uint8), NAMES, LABELS, "has 201 pictures"),
        (PIXELS, NAMES[:3], LABELS, "5 pictures, 3 names and 5 labels; give as many"),
        (PIXELS, NAMES, LABELS[:4], "5 pictures, 5 names and 4 labels; give as many"),
        (PIXELS, (*NAMES[:4], "b/2.png"), LABELS, "the name 'b/2.png' stands twice"),
        (PIXELS, NAMES, ("b", "", *LABELS[2:]), "without a class among others: a/1.png; give"),
    ],
)
def test_what_is_no_set_is_refused_in_a_sentence(pixels, names, labels, said):
    with pytest.raises(DreamError) as error:
        PictureSet(pixels, names, labels)
    assert said in str(error.value)
