"""The memory for jobs."""

from functools import partial

import numpy as np
import pytest

from dreamlab.config import DreamConfig
from dreamlab.config.provenance import Provenance
from dreamlab.errors import DreamError
from dreamlab.images import png
from dreamlab.jobs.events import Seen
from dreamlab.jobs.protocol import Request, Result
from dreamlab.jobs.record import Record
from dreamlab.jobs.store import Store
from dreamlab.results.recording import Recording
from dreamlab.results.run_data import Frame, LossPoint
from tests.support import jobs

CONFIG = DreamConfig(layers={"block1_conv1": 1.0})
PROVENANCE = Provenance(CONFIG, "vgg16", "random", "float32")

#: What a worker tells.
news = partial(jobs.news, provenance=PROVENANCE)


def make(name: str, ended: float | None = None, size: int = 0) -> Record:
    result = Result(Recording(), (bytes(size),), b"") if size else None
    return Record(
        id=name,
        owner="a",
        request=Request(png(np.full((40, 40, 3), 9, np.uint8)), CONFIG),
        octaves=1,
        iterations=1,
        work=1.0,
        ended=ended,
        result=result,
    )


def points(*losses: float) -> tuple[LossPoint, ...]:
    return tuple(LossPoint(0, 40, 40, 0, loss, {}) for loss in losses)


def known(store: Store) -> list[str]:
    return [record.id for record in store]


def test_the_oldest_go_first_when_there_are_too_many_bytes():
    store = Store(max_bytes=25_000, max_seconds=1e9)
    store.add(make("second", ended=2.0, size=10_000))
    store.add(make("first", ended=1.0, size=10_000))
    store.add(make("running", size=90_000))
    store.evict(now=3.0)
    assert known(store) == ["second", "first", "running"]
    store.add(make("third", ended=3.0, size=10_000))
    store.evict(now=3.0)
    assert known(store) == ["second", "running", "third"]
    with pytest.raises(DreamError, match="no longer kept"):
        store.get("first")


def test_what_is_too_old_goes():
    store = Store(max_bytes=1e9, max_seconds=10)
    store.add(make("old", ended=1.0))
    store.add(make("new", ended=5.0))
    store.add(make("running"))
    store.evict(now=12.0)
    assert known(store) == ["new", "running"]


def test_news_are_put_together():
    record = make("a")
    record.advance(news(losses=points(1, 2), preview=b"x", previews=3))
    assert record.seen == Seen(losses=2, octaves=0, previews=3)
    record.advance(news(losses=points(3), previews=3))
    assert [point.loss for point in record.losses] == [1, 2, 3]
    assert record.preview == b"x"
    assert record.seen == Seen(losses=3, octaves=0, previews=3)


def test_a_second_attempt_replaces_the_first_once_it_has_something():
    record = make("a")
    record.advance(news(losses=points(1, 2), preview=b"x", previews=3))
    record.seen = Seen()
    record.advance(news())
    assert [point.loss for point in record.losses] == [1, 2]
    assert record.preview == b"x"
    record.advance(news(losses=points(5)))
    assert [point.loss for point in record.losses] == [5]


def test_each_octave_is_taken_once_even_if_the_first_was_dropped_in_the_worker():
    record = make("a")
    second, third = (Frame(octave, 0, True, np.zeros((20, 20, 3), np.uint8)) for octave in (1, 2))
    record.advance(news(frames=(second,)))
    assert record.seen.octaves == 2
    record.advance(news(frames=(third,)))
    assert record.frames == (second, third)
    record.seen = Seen()
    record.advance(news(frames=(second,)))
    assert record.frames == (second,)


def test_what_was_told_of_a_run_can_be_saved():
    record = make("a")
    assert record.salvage() is None
    frame = Frame(0, 0, True, np.full((20, 20, 3), 7, np.uint8))
    record.advance(news(losses=points(1, 2), frames=(frame,)))
    result = record.salvage()
    assert result.recording.frames == [frame]
    assert [point.loss for point in result.recording.losses] == [1, 2]
    assert not result.recording.finished
    assert result.pictures == (png(frame.pixels),)
    assert result.original == record.request.image
