"""The large view of a dream, and the memory that the page holds for it."""

import gc
import tracemalloc

import pytest
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage
from streamlit.testing.v1 import app_test

from dreamlab.comparison.comparison import Comparison
from dreamlab.comparison.variant import Variant
from dreamlab.images import picture as picture_module
from dreamlab.ui.dreams import before_after
from tests.support.fake_backend import large, open_page, sound

SETUP = Comparison(
    variants=(Variant(name="Single", layers={"block3_conv3": 2.0}),),
    common={"octaves": 2, "iterations": 2},
)


@pytest.fixture
def files(monkeypatch):
    """Share the picture files between all runs of a page, as a server does."""
    storage = MemoryMediaFileStorage("/media")
    manager = MediaFileManager(storage)
    monkeypatch.setattr(app_test, "MediaFileManager", lambda storage: manager)
    return storage


@pytest.fixture
def page(monkeypatch, fake, files):
    page = open_page(monkeypatch, fake, setup=SETUP.encode())
    page.button(key="dream").click().run()
    fake.finish()
    return sound(page.run())


@pytest.fixture
def traced():
    tracemalloc.start()
    yield
    tracemalloc.stop()


def look(page) -> None:
    """Open the dream large, move it through its octaves, and close it."""
    page.button(key="large-job1").click().run()
    for place in (0, 1, 2):
        page.select_slider(key="place.1").set_value(place).run()
        assert len(large(sound(page))) == 1
    page.button(key="close").click().run()
    assert not large(sound(page))


def grown(page, rounds: int) -> int:
    """Return the growth of memory, in bytes, after some rounds of looking."""
    gc.collect()
    before, _ = tracemalloc.get_traced_memory()
    for _ in range(rounds):
        look(page)
    gc.collect()
    return tracemalloc.get_traced_memory()[0] - before


def in_files(files) -> int:
    """Return the size of the picture files that a browser can fetch, in bytes."""
    return sum(file.byte_length for group in files.get_stats().values() for file in group)


@pytest.mark.slow
def test_looking_at_a_dream_again_and_again_takes_no_more_memory(
    monkeypatch, page, fake, files, traced
):
    picture = len(fake.recording("job1").original.jpeg)
    for _ in range(2):  # fills the caches and loads the code
        look(page)
    ready = in_files(files)
    assert ready >= picture
    # Each of 3 rounds draws it four times: a leak would hold 24 more pictures.
    assert grown(page, rounds=3) < picture
    assert in_files(files) == ready

    # The measurement detects a leak: keep the pictures of a single round.
    copies, show = [], before_after.show
    monkeypatch.setattr(
        before_after,
        "show",
        lambda *pictures, **rest: (
            copies.append([bytearray(picture) for picture in pictures]),  # made anew
            show(*pictures, **rest),
        ),
    )
    assert grown(page, rounds=1) > 4 * picture
    assert len(copies) == 4


def test_a_page_that_is_drawn_again_encodes_nothing(monkeypatch, page):
    encodings = []
    for name in ("jpeg", "png"):
        encode = getattr(picture_module, name)
        monkeypatch.setattr(
            picture_module,
            name,
            lambda *args, _encode=encode, **options: (
                encodings.append(args) or _encode(*args, **options)
            ),
        )
    page.button(key="large-job1").click().run()
    page.select_slider(key="place.1").set_value(1).run()
    assert len(encodings) == 1  # the first octave, which was not shown before
    for _ in range(3):
        sound(page.run())
        page.select_slider(key="place.1").set_value(2).run()
        page.select_slider(key="place.1").set_value(1).run()
    assert len(encodings) == 1
