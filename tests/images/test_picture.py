"""A picture that is passed around."""

import io
import pickle
import threading

import numpy as np
import pytest
from PIL import Image

from dreamlab.images import Picture, from_pixels, load_image
from dreamlab.images import picture as module

PIXELS = np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)


@pytest.fixture
def encodings(monkeypatch):
    """The encodings that are made, in order."""
    made = []
    for name in ("png", "jpeg"):
        encode = getattr(module, name)
        monkeypatch.setattr(
            module,
            name,
            lambda *args, _name=name, _encode=encode, **options: (
                made.append(_name) or _encode(*args, **options)
            ),
        )
    return made


def test_each_encoding_is_made_once_when_it_is_asked_for(encodings):
    picture = Picture(PIXELS)
    assert encodings == []
    assert picture.jpeg is picture.jpeg and picture.png is picture.png
    assert encodings == ["jpeg", "png"]
    with Image.open(io.BytesIO(picture.png)) as png, Image.open(io.BytesIO(picture.jpeg)) as jpeg:
        assert (png.format, png.size, jpeg.format, jpeg.size) == (
            *("PNG", (30, 20)),
            *("JPEG", (30, 20)),
        )
        assert np.array_equal(np.asarray(png), PIXELS)


def test_it_holds_its_pixels_or_its_png_never_both():
    picture = Picture(PIXELS)
    assert picture.nbytes == PIXELS.nbytes
    png = picture.png
    assert picture.nbytes == len(png)
    assert np.array_equal(picture.pixels, PIXELS)  # decoded again, and not kept
    assert picture.nbytes == len(png)
    jpeg = picture.jpeg
    assert picture.nbytes == len(png) + len(jpeg)


def test_floats_there_and_back():
    picture = Picture.of(from_pixels(PIXELS), "noise")
    assert np.array_equal(picture.pixels, PIXELS) and picture.name == "noise"
    assert picture.as_float().dtype == np.float32
    assert np.array_equal(picture.as_float(), from_pixels(PIXELS))
    assert tuple(picture.shape) == (20, 30)
    assert np.array_equal(load_image(picture), from_pixels(PIXELS))


def test_a_picture_stands_for_an_image_only_where_no_value_is_lost():
    pixels = np.arange(256, dtype=np.uint8).reshape(16, 16)[:, :, None] * np.ones(3, np.uint8)
    image = from_pixels(pixels)
    picture = Picture.exactly(image)
    assert isinstance(picture, Picture)
    assert (picture.pixels == pixels).all() and (picture.as_float() == image).all()
    for value in (np.nextafter(image[3, 4, 1], np.float32(2)), np.nan, 1.5):
        finer = image.copy()
        finer[3, 4, 1] = value
        assert Picture.exactly(finer) is finer


def test_its_png_carries_text_and_other_text_is_another_picture():
    picture = Picture(PIXELS, text={"first": "1"})
    both = picture.with_text({"second": "2"})
    for made, text in [(picture, {"first": "1"}), (both, {"first": "1", "second": "2"})]:
        with Image.open(io.BytesIO(made.png)) as opened:
            assert opened.text == text
    assert both == picture


def test_equal_are_pictures_of_equal_pixels():
    picture, same, other = Picture(PIXELS), Picture(PIXELS.copy()), Picture(255 - PIXELS)
    assert picture == same and picture != other
    assert same.png and picture == same
    assert picture.digest == same.digest != other.digest
    # The same bytes in another shape are another picture.
    assert picture.digest != Picture(PIXELS.reshape(30, 20, 3)).digest


@pytest.mark.parametrize("encoded", [False, True])
def test_it_travels_without_what_only_a_page_shows(encoded):
    picture = Picture(PIXELS, "noise")
    assert picture.jpeg
    size = len(picture.png) if encoded else PIXELS.nbytes
    data = pickle.dumps(picture)
    assert len(data) < size + 500
    again = pickle.loads(data)
    assert again == picture and again.name == "noise" and again.jpeg == picture.jpeg


def test_it_is_named_anew_without_another_encoding(encodings):
    picture = Picture(PIXELS, "noise")
    png, named = picture.png, picture.named("more of it")
    assert (named.name, picture.name) == ("more of it", "noise")
    assert named == picture and named.png is png and encodings == ["png"]


def test_two_threads_may_ask_at_once():
    faults = []
    for _ in range(20):
        picture = Picture(PIXELS)

        def ask(picture=picture):
            try:
                assert np.array_equal(picture.pixels, PIXELS) and picture.png
                assert np.array_equal(picture.pixels, PIXELS)
            except Exception as fault:
                faults.append(fault)

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not faults
