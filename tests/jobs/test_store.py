"""The memory for jobs."""

import time

import numpy as np
import pytest

from dreamlab.config import DreamConfig
from dreamlab.errors import DreamError
from dreamlab.images import Picture
from dreamlab.jobs.job import Job
from dreamlab.jobs.store import Store
from dreamlab.results.frame import Frame
from dreamlab.results.recording import Recording
from dreamlab.tasks.dream_task import DreamTask

CONFIG = DreamConfig(layers={"block1_conv1": 1.0})


def make(name: str, ended: float | None = None, size: int = 0, exact: int = 0) -> Job:
    """Make a job whose result has about so many bytes, and so many more of exact values."""
    result = None
    if size:
        result = Recording()
        floats = np.zeros((1, exact // 12, 3), np.float32)
        picture = Picture(np.zeros((1, size // 3, 3), np.uint8))
        result.frames = [Frame(0, 0, True, picture, floats)]
    task = DreamTask(Picture(np.full((40, 40, 3), 9, np.uint8)), CONFIG)
    job = Job(id=name, owner="a", task=task, work=1.0, max_bytes=1e6)
    job.ended, job.result = ended, result
    return job


def known(store: Store) -> list[str]:
    return [job.id for job in store]


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


def floats(store: Store) -> list[int]:
    """Bytes of exact values that each job has."""
    return [sum(frame.exact_nbytes for frame in job.result.frames) for job in store]


def test_exact_values_go_before_any_dream_is_forgotten():
    store = Store(max_bytes=100_000, max_seconds=1e9)
    for number in (2, 1, 3):
        store.add(make(f"job{number}", ended=number, size=12_000, exact=24_000))
    store.evict(now=4.0)  # 3 x (36,000 + 2,000) bytes: those of the oldest are enough
    assert known(store) == ["job2", "job1", "job3"]
    assert floats(store) == [24_000, 0, 24_000]
    store.max_bytes = 50_000
    store.evict(now=4.0)
    assert known(store) == ["job2", "job1", "job3"]
    assert floats(store) == [0, 0, 0]
    store.max_bytes = 40_000
    store.evict(now=4.0)
    assert known(store) == ["job2", "job3"]


def test_what_still_runs_keeps_its_exact_values():
    store = Store(max_bytes=1, max_seconds=1e9)
    store.add(make("running", size=12_000, exact=24_000))
    store.evict(now=4.0)
    assert (known(store), floats(store)) == (["running"], [24_000])


def test_what_is_too_old_goes():
    store = Store(max_bytes=1e9, max_seconds=10)
    store.add(make("old", ended=1.0))
    store.add(make("new", ended=5.0))
    store.add(make("running"))
    store.evict(now=12.0)
    assert known(store) == ["new", "running"]


def test_a_picture_counts_once_and_its_encodings_too():
    job = make("a")
    pixels = 40 * 40 * 3
    assert pixels <= job.nbytes <= pixels + 2_000
    jpeg = len(job.task.picture.jpeg)
    assert pixels + jpeg <= job.nbytes <= pixels + jpeg + 2_000
    png = len(job.task.picture.png)  # in place of the pixels
    assert png + jpeg <= job.nbytes <= png + jpeg + 2_000


def test_how_much_longer_a_job_is_kept_is_told_once_it_has_ended():
    store = Store(max_bytes=1e9, max_seconds=100)
    now = time.monotonic()
    assert 69 < store.seconds_left(make("a", ended=now - 30)) <= 70
    assert store.seconds_left(make("b", ended=now - 300)) == 0
    assert store.seconds_left(make("c")) is None
