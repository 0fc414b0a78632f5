"""What is let into the queue, and what gives way: by the seconds that it is expected to take."""

import time
from dataclasses import replace

import numpy as np
import pytest

from dreamlab.analysis import Item
from dreamlab.analysis.atlas import AtlasSettings
from dreamlab.config import DreamConfig
from dreamlab.config.deployment import DeploymentSettings
from dreamlab.config.provenance import Provenance
from dreamlab.errors import DreamError
from dreamlab.images import Picture
from dreamlab.jobs.assignment import Outcome
from dreamlab.jobs.jobs import Jobs
from dreamlab.jobs.runs import SLICE_SECONDS
from dreamlab.results.run_data import LossPoint
from dreamlab.tasks.analysis_task import AnalysisTask
from dreamlab.tasks.dream_task import DreamTask
from dreamlab.tasks.events import Checkpoint, Loaded, Place, Timed, Warned
from tests.support.fake_engine import LAYERS
from tests.support.jobs import losses

CONFIG = DreamConfig(layers={"block1_conv1": 1.0}, octaves=1, iterations=10)
PICTURE = Picture(np.zeros((100, 100, 3), np.uint8))
LOADED = Loaded("vgg16", "random")
PROVENANCE = Provenance(CONFIG, "vgg16", "random", "float32")


def dream(seconds: float) -> DreamTask:
    """A dream of so many seconds, of which a step takes one."""
    return DreamTask(PICTURE, replace(CONFIG, iterations=int(seconds)))


@pytest.fixture(autouse=True)
def two_layers(monkeypatch):
    monkeypatch.setattr("dreamlab.layers.known_layers", lambda model: LAYERS)


@pytest.fixture
def clock(monkeypatch):
    """Seconds by which the jobs' clock is ahead."""
    ahead, real = [0.0], time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: real() + ahead[0])
    return ahead


@pytest.fixture
def jobs():
    return make()


def make(**limits) -> Jobs:
    made = Jobs(DeploymentSettings(**limits), lambda: None)
    made.observe("vgg16", "auto", Timed(100 * 100 * 1728.0, 1.0, "float32"))
    return made


def tell(jobs: Jobs, job: str, *events, first: int = 0) -> None:
    jobs.on_poll(job, tuple(enumerate(events, first)))


def loss(iteration: int) -> LossPoint:
    return LossPoint(0, 100, 100, iteration, 1.0, {})


def plain(error: pytest.ExceptionInfo) -> str:
    return str(error.value).replace("\u00a0", " ")


def test_a_dream_that_would_take_too_long_is_refused_with_what_would_do():
    jobs = make(dream_seconds=100)
    assert jobs.estimate(dream(99)) == pytest.approx(99)
    for ask in (jobs.estimate, lambda task: jobs.submit("a", task)):
        with pytest.raises(DreamError) as error:
            ask(dream(400))
        assert plain(error) == (
            "the dream would take about 6 min 40 s here, and 1 min 40 s are allowed: choose 100 "
            "steps an octave, a side of 50 px or a smaller network such as EfficientNet-Lite0"
        )
    # What is proposed is let in.
    assert jobs.submit("a", dream(100))
    half = DreamTask(Picture(np.zeros((50, 50, 3), np.uint8)), dream(400).config)
    assert jobs.submit("a", half)


def test_what_is_proposed_is_let_in_where_each_run_takes_time_beside_its_work():
    jobs = make(dream_seconds=100.4)
    job = jobs.submit("a", dream(1))
    jobs.take()
    timed = Timed(100 * 100 * 1728.0, 1.0, "float32")
    jobs.end(job, Outcome("done", 1.0, events=((0, timed),)))
    assert jobs.estimate(dream(90)) == pytest.approx(90.5)
    with pytest.raises(DreamError, match="choose 99 steps an octave"):
        jobs.estimate(dream(400))
    assert jobs.estimate(dream(99))


def test_the_time_that_a_dream_may_run_bounds_what_it_may_be_expected_to():
    with pytest.raises(DreamError, match="30.s are allowed"):
        make(job_seconds=30).submit("a", dream(31))


def test_nothing_is_refused_for_its_time_where_nothing_was_measured():
    jobs = Jobs(DeploymentSettings(dream_seconds=1), lambda: None)
    assert jobs.estimate(dream(1000)) is None
    assert jobs.submit("a", dream(1000))


def test_thirty_students_with_four_different_dreams_are_all_taken(jobs):
    waits = []
    for student in range(30):
        for number in range(4):
            task = replace(dream(20), config=replace(dream(20).config, seed=4 * student + number))
            waits.append(jobs.status(jobs.submit(f"student {student}", task)).expected_wait)
    # Who comes last has a first dream after the others' first ones: 29 x 20 s.
    assert waits[116] == pytest.approx(29 * 20)
    assert max(waits) == waits[-1] == pytest.approx(119 * 20)


def test_strangers_with_long_dreams_keep_no_short_one_waiting(jobs, clock):
    for stranger in range(8):
        for _ in range(6):
            try:
                jobs.submit(f"stranger {stranger}", dream(600))
            except DreamError:
                break
    assert jobs.counters()["queued"] >= 2
    long = jobs.take().job
    tell(jobs, long, LOADED, PROVENANCE, loss(0))
    short = jobs.submit("visitor", dream(5))
    status = jobs.status(short)
    assert status.place == 1
    assert status.expected_wait == pytest.approx(SLICE_SECONDS, abs=0.5)
    assert jobs.poll(long)[2:] == (False, False)
    clock[0] += SLICE_SECONDS
    assert jobs.poll(long)[2:] == (False, True)


def test_a_dream_that_is_nearly_done_does_not_give_way_to_one_that_comes_then(jobs, clock):
    long = jobs.submit("a", dream(100))
    jobs.take()
    tell(jobs, long, LOADED, PROVENANCE, loss(0))
    clock[0] += 95
    tell(jobs, long, Place(0.95, "step 95"), first=3)
    other = jobs.submit("b", dream(90))
    assert not jobs.poll(long)[3]
    assert jobs.status(other).expected_wait == pytest.approx(5, abs=0.5)


def test_a_dream_that_gave_way_goes_on_with_all_it_has(jobs, clock):
    long = jobs.submit("a", dream(100))
    jobs.take()
    points = [loss(number) for number in range(11)]
    tell(jobs, long, LOADED, PROVENANCE, *points[:10], Place(0.1, "step 10"))
    short = jobs.submit("b", dream(5))
    clock[0] += 11
    picture = np.ones((100, 100, 3), np.float32)
    last = (
        (13, points[10]),
        (14, Place(0.11, "step 11")),
        (15, Checkpoint(0, picture, 11, iteration=11)),
    )
    jobs.end(long, Outcome("gave way", 11.0, events=last))
    status = jobs.status(long)
    assert (status.state, status.place, status.fraction) == ("queued", 2, 0.11)
    assert "go first" in status.notice and losses(status) == points
    assert status.expected_wait == pytest.approx(5)
    assert jobs.take().job == short
    jobs.end(short, Outcome("done", 5.0))
    again = jobs.take()
    assert (again.job, again.dispatch, again.resume) == (long, 2, (last[-1][1],))
    tell(jobs, long, LOADED, loss(11), Place(0.12, "step 12"))
    status = jobs.status(long)
    assert losses(status) == [*points, loss(11)] and status.notice is None
    assert status.seconds == pytest.approx(11, abs=0.5)
    jobs.end(long, Outcome("done", 99.0))
    assert jobs.status(long).state == "done" and jobs.idle


def test_all_that_an_analysis_took_counts_though_it_gave_way(clock):
    jobs = make(job_seconds=30)
    settings = AtlasSettings(layers=("block1_conv1",), max_side=48)
    task = AnalysisTask(PICTURE, "atlas", settings)
    job = jobs.submit("a", task)
    for number in range(2):
        dispatched = jobs.take()
        assert dispatched.behind == pytest.approx(11.0 * number, abs=0.5)
        item = Item(f"item {number}", "", {}, None)
        tell(jobs, job, LOADED, item, Place(0.25 * (number + 1), "first"))
        clock[0] += 11
        jobs.end(job, Outcome("gave way", 11.0 * (number + 1)))
        status = jobs.status(job)
        assert status.seconds == pytest.approx(11 * (number + 1), abs=0.5)
    jobs.take()
    tell(jobs, job, LOADED, Place(0.6, "second"))
    status = jobs.status(job)
    assert status.seconds == pytest.approx(22, abs=0.5)
    assert status.seconds_left == pytest.approx(22 * 0.4 / 0.6, abs=0.5)
    clock[0] += 9  # 31 s in all
    jobs.tick()
    assert jobs.poll(job)[2]
    jobs.end(job, Outcome("cancelled", 31.0))
    status = jobs.status(job)
    assert "ran longer than the 30 s" in status.error
    assert status.result.seconds == 31.0 and len(status.result.items) == 2


def test_a_dream_that_is_cancelled_while_others_go_first_has_the_time_it_ran(jobs, clock):
    long = jobs.submit("a", dream(100))
    jobs.take()
    tell(jobs, long, LOADED, PROVENANCE, loss(0), Checkpoint(0, PICTURE.as_float(), 11.0))
    clock[0] += 11
    jobs.end(long, Outcome("gave way", 11.0))
    clock[0] += 60
    jobs.cancel(long)
    status = jobs.status(long)
    assert status.seconds == pytest.approx(11, abs=0.5)
    assert status.result.seconds == pytest.approx(11, abs=0.5)


def test_what_was_said_before_it_gave_way_is_said_in_the_end(jobs):
    long = jobs.submit("a", dream(100))
    for number in range(2):
        jobs.take()
        checkpoint = Checkpoint(0, PICTURE.as_float(), 11.0, iteration=number + 1)
        tell(jobs, long, LOADED, PROVENANCE, loss(number), checkpoint)
        warned = (4, Warned(f"sentence {number}"))
        jobs.end(long, Outcome("gave way", 11.0, events=(warned,), dropped=2))
    jobs.take()
    tell(jobs, long, LOADED, loss(2))
    jobs.end(long, Outcome("done", 33.0, events=((2, Warned("sentence 0")),), dropped=1))
    assert jobs.status(long).warnings == (
        "sentence 0",
        "sentence 1",
        "5 frames did not fit in memory and were dropped",
    )


def test_giving_way_counts_as_no_failure(jobs):
    long = jobs.submit("a", dream(100))
    for number in range(10):
        assert jobs.take().job == long
        tell(jobs, long, LOADED, PROVENANCE, loss(number))
        jobs.end(long, Outcome("gave way", 10.0))
    assert jobs.take().job == long
    jobs.lost(long)
    assert jobs.status(long).state == "queued"


def test_a_cancel_comes_before_giving_way(jobs, clock):
    long = jobs.submit("a", dream(100))
    jobs.take()
    tell(jobs, long, LOADED, PROVENANCE, loss(0))
    jobs.submit("b", dream(5))
    clock[0] += 20
    assert jobs.poll(long)[3]
    jobs.cancel(long)
    assert jobs.poll(long)[2:] == (True, False)
    jobs.end(long, Outcome("gave way", 20.0))
    assert jobs.status(long).state == "cancelled"
    assert jobs.counters()["queued"] == 1


def test_a_visitors_own_dreams_do_not_give_way_to_each_other(jobs, clock):
    first = jobs.submit("a", dream(100))
    jobs.take()
    tell(jobs, first, LOADED, PROVENANCE, loss(0))
    jobs.submit("a", dream(5))
    clock[0] += 60
    assert not jobs.poll(first)[3]


def test_the_time_that_a_network_takes_to_load_is_not_of_the_slice(jobs, clock):
    long = jobs.submit("a", dream(100))
    jobs.take()
    jobs.submit("b", dream(5))
    clock[0] += 60
    jobs.on_poll(long, ())
    assert not jobs.poll(long)[3]
