import io
import json
import os
import signal
import subprocess
import sys
import threading

import numpy as np
import psutil
import pytest
from PIL import Image

from dreamlab.config import read_settings, settings_text
from dreamlab.errors import DreamError
from dreamlab.images import files, png, read_image, read_set, to_pixels
from dreamlab.images.decoder import Overrun
from dreamlab.images.decoders import Decoders
from dreamlab.images.set_pictures import read_square
from tests.support import hostile
from tests.support.corpus import FILES, PIXELS, saved
from tests.support.odd_decoder import CHAT, DIE, EAT, HANG, LIE, UNLIMITED

ODD = "tests.support.odd_decoder"
OPTIONS = {"max_side": 600, "max_memory": 200e6, "background": "auto"}
GOOD = png(PIXELS)


@pytest.fixture(scope="module")
def decoders():
    made = Decoders(1)
    yield made
    made.close()


@pytest.fixture
def odd():
    """Two decoders that misbehave at a word; they have as long as a busy machine needs."""
    made = Decoders(2, seconds=120, memory=200e6, module=ODD)
    yield made
    made.close()


def is_read(decoders, visitor="b"):
    read = decoders.image(GOOD, "good.png", visitor, **OPTIONS)
    return np.array_equal(read.pixels, PIXELS)


@pytest.mark.parametrize("name", FILES)
def test_all_files_come_to_the_same_as_without_a_process(decoders, name):
    data, _ = FILES[name]
    try:
        here = read_image(files.named(data, name), **OPTIONS)
    except DreamError as error:
        with pytest.raises(DreamError) as there:
            decoders.image(data, name, "a", **OPTIONS)
        assert str(there.value) == str(error)
        return
    read = decoders.image(data, name, "a", **OPTIONS)
    assert np.array_equal(read.pixels, to_pixels(here.image))
    assert read[1:] == here[1:]


@pytest.mark.parametrize("size", [(30, 300), (500, 400), (224, 224)])
def test_squares_are_the_same(decoders, size):
    data = saved(Image.linear_gradient("L").resize(size), "PNG")
    here, there = read_square(data, "it.png"), decoders.square(data, "it.png", "a")
    assert np.array_equal(here.pixels, there.pixels) and here[1:] == there[1:]


def test_a_set_is_the_same(decoders):
    pictures = [
        (f"{name}/{number}.png", png(PIXELS[number:])) for name in "ab" for number in (1, 2)
    ]
    pictures.append(("a/bad.png", b"bad"))
    there = read_set(pictures, read=lambda data, name: decoders.square(data, name, "a"))
    here = read_set(pictures)
    assert here == there and here.notes == there.notes


@pytest.mark.parametrize("settings", [{"config": {"octaves": 3}, "ü": [1e300, None, "\ud800"]}, {}])
def test_settings_are_the_same(decoders, settings):
    text = json.dumps(settings)
    for data in (png(PIXELS, text=settings_text(text)), text.encode()):
        assert decoders.settings(data, "it.png", "a") == settings
        assert read_settings(io.BytesIO(data)) == settings


@pytest.mark.parametrize("data", [GOOD, b"[1]", b"{", b"", hostile.png_of_profiles(600)])
def test_files_without_settings_are_refused(decoders, data):
    with pytest.raises(DreamError):
        decoders.settings(data, "it.png", "a")


def test_a_hostile_file_is_refused_and_the_process_stays(decoders):
    before = decoders.all[0].process.pid
    with pytest.raises(DreamError, match="has 505 scans of 700 x 700 px; at most 100 are read"):
        decoders.image(hostile.jpeg_of_scans(500, 700), "it.jpg", "a", **OPTIONS)
    assert is_read(decoders) and decoders.all[0].process.pid == before


def test_others_are_read_while_a_picture_takes_long(odd):
    refused = []

    def ask():
        with pytest.raises(DreamError) as error:
            odd.image(HANG, "long.png", "a", **OPTIONS)
        refused.append(str(error.value))

    before = [decoder.process for decoder in odd.all]
    long = threading.Thread(target=ask)
    long.start()
    while not odd._turns._busy:  # the thread has its turn
        long.join(0.01)
    for visitor in "bcb":
        assert is_read(odd, visitor)
    assert long.is_alive()
    (busy,) = {0, 1} - set(odd._turns._free)
    before[busy].kill()
    long.join(60)
    assert refused == ["what was reading long.png ended: try it again, or save it as PNG or JPEG"]
    assert is_read(odd, "a") and is_read(odd, "b")


def test_a_picture_that_takes_too_long_is_given_up(odd):
    assert is_read(odd, "a")
    for decoder in odd.all:
        decoder._seconds = 0.5
    with pytest.raises(Overrun) as error:
        odd.image(HANG, "long.png", "a", **OPTIONS)
    assert str(error.value) == (
        "reading long.png took more than 0.5 s: save it again as PNG or baseline JPEG"
    )
    for decoder in odd.all:
        decoder._seconds = 120
    assert is_read(odd, "a") and is_read(odd, "b")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux refuses memory")
def test_a_picture_is_refused_too_much_memory(odd):
    before = [decoder.process.pid for decoder in odd.all]
    with pytest.raises(DreamError, match="large.png takes more memory to decode than there is"):
        odd.image(EAT, "large.png", "a", **OPTIONS)
    assert is_read(odd, "a")
    assert before == [decoder.process.pid for decoder in odd.all]


def test_a_process_that_takes_too_much_memory_is_ended(monkeypatch):
    monkeypatch.setenv(UNLIMITED, "1")
    unlimited = Decoders(1, seconds=120, memory=50e6, module=ODD)
    try:
        with pytest.raises(Overrun, match="large.png took more than 150 MB of memory: save it"):
            unlimited.image(EAT, "large.png", "a", **OPTIONS)
        assert is_read(unlimited)
    finally:
        unlimited.close()


def test_a_process_that_dies_is_replaced(odd):
    with pytest.raises(DreamError, match="what was reading mine.png ended: try it again"):
        odd.image(DIE, "mine.png", "a", **OPTIONS)
    assert is_read(odd, "a") and is_read(odd, "b")
    for decoder in odd.all:  # while nothing is asked: nobody notices
        decoder.process.kill()
        decoder.process.wait()
    assert is_read(odd, "a") and is_read(odd, "b")


def test_a_process_that_cannot_be_started_is_said_and_tried_again(odd, monkeypatch):
    def no_room(*arguments, **options):
        raise OSError(12, "Cannot allocate memory")

    for decoder in odd.all:
        decoder.process.kill()
        decoder.process.wait()
    with monkeypatch.context() as patch:
        patch.setattr(subprocess, "Popen", no_room)
        for _ in range(2):
            with pytest.raises(DreamError, match="nothing can read good.png at the moment"):
                is_read(odd, "a")
    assert is_read(odd, "a") and is_read(odd, "b")


def test_answers_are_not_trusted(odd):
    with pytest.raises(DreamError, match="mine.png was not read as a picture is"):
        odd.image(LIE, "mine.png", "a", **OPTIONS)
    # What a decoder prints does not stand among the answers.
    assert odd.image(CHAT, "mine.png", "a", **OPTIONS).pixels.tobytes() == b"abc"
    assert is_read(odd, "a")


def test_it_imports_neither_tensorflow_nor_streamlit():
    code = (
        "import sys, dreamlab.images.decoder_process\n"
        "print({'tensorflow', 'keras', 'streamlit', 'dask', 'pandas'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "set()\n"


PAGE = f"""
import sys, threading
from dreamlab.images.decoders import Decoders
decoders = Decoders(2, seconds=1, module={ODD!r})
if sys.argv[1] == "busy":
    decoders.all[0]._seconds = 3600
    ask = lambda: decoders.image(b"HANG", "it", "a")
    threading.Thread(target=ask, daemon=True).start()
    while not decoders._turns._busy:
        pass
print(*(decoder.process.pid for decoder in decoders.all), flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("state", ["idle", "busy"])
def test_processes_end_with_the_one_that_started_them(state):
    page = subprocess.Popen(
        [sys.executable, "-c", PAGE, state], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        children = [psutil.Process(int(pid)) for pid in page.stdout.readline().split()]
        assert len(children) == 2
    finally:
        page.kill()
        page.communicate()
    _, alive = psutil.wait_procs(children, timeout=60)
    assert not alive


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX has niceness and signals")
def test_ctrl_c_is_for_the_page_and_the_page_comes_first(decoders):
    assert is_read(decoders)
    process = psutil.Process(decoders.all[0].process.pid)
    assert process.nice() == min(psutil.Process().nice() + 5, 19)
    os.kill(process.pid, signal.SIGINT)
    assert is_read(decoders) and decoders.all[0].process.pid == process.pid


def test_close_ends_them():
    made = Decoders(2)
    processes = [decoder.process for decoder in made.all]
    made.close()
    assert all(process.returncode is not None for process in processes)
