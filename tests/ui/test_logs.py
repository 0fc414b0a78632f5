"""The log is bounded: strangers are counted, and what repeats is said once."""

import gc
import io
import logging
import threading
import warnings
from contextlib import closing

import pytest
from starlette.websockets import WebSocketDisconnected

from dreamlab.ui import logs
from tests.support import strangers
from tests.support.jobs import PRELOAD
from tests.support.server import Server
from tests.support.visitor import Visitor


@pytest.fixture
def clock():
    """What the time is, in a list of one."""
    return [0.0]


@pytest.fixture
def bound(clock):
    bound = logs.Bound(lambda: clock[0])
    with logs.bounded(bound):
        yield bound


@pytest.fixture
def written(bound, monkeypatch):
    """Return what has been written so far, with nothing but the messages."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    monkeypatch.setattr(logging.getLogger("dreamlab"), "propagate", True)
    logging.getLogger("dreamlab").setLevel(logging.INFO)
    logging.root.addHandler(handler)
    yield lambda: out.getvalue().splitlines()
    logging.root.removeHandler(handler)


def fail(text="it failed"):
    raise ValueError(text)


def failed(logger, text="it failed"):
    try:
        fail(text)
    except ValueError:
        logger.exception("a run failed")


def test_strangers_are_counted_and_said_in_one_line(bound, written):
    for _ in range(37):
        logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")
    for _ in range(5):
        logging.getLogger("dreamlab.messages").warning("a message was not the page's")
    assert written() == []
    try:  # as Streamlit does where a tab closes before its WebSocket is accepted
        raise WebSocketDisconnected('WebSocket is not connected. Need to call "accept" first.')
    except WebSocketDisconnected:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
    bound.tell()
    said = "37 requests that are not HTTP, 5 messages that are not the page's"
    assert written() == [f"dropped within a minute: {said}, 1 WebSockets that broke off"]
    bound.tell()
    assert len(written()) == 1


def test_a_fault_has_its_trace_once_an_hour_and_is_counted(bound, written, clock):
    logger = logging.getLogger("of.ours")
    failed(logger)
    assert written()[:2] == ["a run failed", "Traceback (most recent call last):"]
    assert written()[-1] == "ValueError: it failed"
    begun = len(written())
    for _ in range(3):
        failed(logger, "in another way")
    bound.tell()
    assert written()[begun:] == ["3 more within a minute: a run failed: ValueError: it failed"]
    failed(logger)
    assert written()[begun + 1 :] == ["a run failed: ValueError: it failed"]
    bound.tell()
    clock[0] = 3600.0
    failed(logger)
    assert written()[-1] == "ValueError: it failed" and "Traceback" in written()[begun + 3]


def test_faults_of_different_places_are_different(bound, written):
    logger = logging.getLogger("of.ours")
    for way in (lambda: fail(), lambda: int("x")):
        try:
            way()
        except ValueError:
            logger.exception("a run failed")
    assert len([line for line in written() if line.startswith("Traceback")]) == 2


def test_dreams_have_a_line_each_until_there_are_many(bound, written):
    for number in range(100):
        logging.getLogger("dreamlab.jobs").info("dream done: %d", number)
    assert written() == [f"dream done: {number}" for number in range(60)]
    bound.tell()
    assert written()[-1] == "40 more within a minute: dream done: 0"


def test_addresses_that_are_asked_for_are_not_written(bound, written, monkeypatch):
    logger = logging.getLogger("uvicorn.access")
    monkeypatch.setattr(logger, "propagate", True)
    monkeypatch.setattr(logger, "level", logging.INFO)
    logger.info('%s - "%s %s" %d', "127.0.0.1:1", "GET", "/?visit=secret", 200)
    bound.tell()
    assert written() == []


def test_a_record_is_one_short_line_without_control_characters(bound, written):
    logger = logging.getLogger("of.ours")
    logger.warning("a%sb", "\x1b[31m\nfalse line\r\u2028" + "x" * 10_000)
    (line,) = written()
    assert line.startswith(r"a\x1b[31m false line\r\u2028xxx") and len(line) < 550
    failed(logger, "y" * 100_000)
    assert len("".join(written()[1:])) < 8100


def test_what_cannot_be_said_hurts_nobody(bound, written):
    class Mute(Exception):
        def __str__(self):
            raise ValueError("no words")

    logger = logging.getLogger("of.ours")
    logger.warning("%d pictures", "many")  # as a library might
    try:
        raise Mute
    except Mute:
        logger.exception("it failed")
    assert written()[:2] == ["%d pictures", "it failed"]
    assert written()[-1].endswith("Mute: <exception str() failed>")


def test_a_trace_has_no_control_characters(bound, written):
    failed(logging.getLogger("of.ours"), "\x1b[2J\rall is well")
    assert written()[-1] == r"ValueError: \x1b[2J\rall is well"


def test_kinds_are_bounded(bound, written):
    for number in range(500):
        logging.getLogger(f"of.ours.{number}").warning("number %d", number)
    assert len(written()) == 101
    bound.tell()
    assert written()[-1] == "399 more within a minute: other faults"


def test_warnings_and_threads_and_finalizers_are_among_it(bound, written):
    class Unfinished:
        def __del__(self):
            fail()

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        for number in range(3):
            warnings.warn(f"a picture of {number} pixels", stacklevel=1)
        logging.captureWarnings(False)
    for _ in range(2):
        thread = threading.Thread(target=fail)
        thread.start()
        thread.join()
        Unfinished()
        gc.collect()
    said = "\n".join(written())
    assert "of 0 pixels" in said and "of 1 pixels" not in said
    assert said.count("Traceback") == 2
    assert "a thread failed" in said and "what nobody waits for failed" in said


def test_all_is_as_it_was_afterwards():
    before = logging.getLoggerClass(), threading.excepthook, list(logging.root.filters)
    with logs.bounded(logs.Bound()):
        made = logging.getLogger("made.meanwhile")
        assert made.filters
    assert (logging.getLoggerClass(), threading.excepthook, list(logging.root.filters)) == before
    assert not made.filters


@pytest.mark.slow
@pytest.mark.waits
def test_strangers_do_not_make_the_log_of_a_real_server_grow(monkeypatch, tmp_path):
    monkeypatch.setenv(PRELOAD, "tests.support.fake_engine")
    log = tmp_path / "log"
    with closing(Server(log)) as served:
        served.wait()
        with closing(Visitor(served.address)) as visitor:
            visitor.draw()
            for turn in range(3):
                strangers.knock(served.address)
                strangers.babble(served.address)
                strangers.misplace(served.address, visitor.session)
                if not turn:
                    first = log.stat().st_size
            assert log.stat().st_size == first < 6000
            visitor.draw()  # it is served as before
    said = log.read_text()
    assert "messages that are not the page's" in said and "requests that are not HTTP" in said
    assert log.stat().st_size < 8000
