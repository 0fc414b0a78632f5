"""The state of all jobs, without any worker."""

import dataclasses
import logging
import time

import numpy as np
import pytest

from dreamlab.config import DreamConfig
from dreamlab.config.deployment import DeploymentSettings
from dreamlab.config.provenance import Provenance
from dreamlab.errors import DreamError
from dreamlab.images import Picture
from dreamlab.jobs.assignment import Outcome
from dreamlab.jobs.jobs import Jobs
from dreamlab.jobs.run_clock import LOAD_SECONDS
from dreamlab.results.frame import Frame
from dreamlab.results.run_data import LossPoint
from dreamlab.tasks.dream_task import DreamTask
from dreamlab.tasks.events import Checkpoint, Loaded, Place, Preview, Timed, Warned
from tests.support.fake_engine import LAYERS, SECRET
from tests.support.jobs import losses

CONFIG = DreamConfig(layers={"block1_conv1": 1.0}, octaves=1, iterations=10)
TASK = DreamTask(Picture(np.zeros((100, 100, 3), np.uint8)), CONFIG)
PROVENANCE = Provenance(CONFIG, "vgg16", "random", "float32")
WORK = 100 * 100 * 10 * 1728
LOADED = Loaded("vgg16", "random")


def loss(octave: int = 0, value: float = 1.0) -> LossPoint:
    return LossPoint(octave, 100, 100, 0, value, {})


def frame(octave: int = 0) -> Frame:
    return Frame(octave, 0, True, Picture(np.full((100, 100, 3), octave, np.uint8)))


#: The events of a first step.
STEP = (LOADED, PROVENANCE, loss(), frame(), Preview(b"jpeg"), Place(0.1, "step 4"))


def numbered(*events, first: int = 0):
    """Events as a worker tells them."""
    return tuple(enumerate(events, first))


@pytest.fixture(autouse=True)
def two_layers(monkeypatch):
    monkeypatch.setattr("dreamlab.layers.known_layers", lambda model: LAYERS)


@pytest.fixture
def notices():
    return []


@pytest.fixture
def make(notices):
    return lambda **limits: Jobs(DeploymentSettings(**limits), lambda: notices.append(True))


@pytest.fixture
def later(monkeypatch):
    """Lets time pass: seconds by which the jobs' clock is ahead."""
    ahead = [0.0]
    clock = time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: clock() + ahead[0])

    def pass_by(seconds: float) -> None:
        ahead[0] += seconds

    return pass_by


def outcome(state: str = "done", seconds: float = 5.0, events=None) -> Outcome:
    last = (Place(0.9, "step 10"), Preview(b"last"), Warned("warned"))
    events = numbered(*STEP, *last) if events is None else events
    if state == "done":
        events += ((100, Timed(WORK, seconds, "float32")),)
    return Outcome(state, seconds, None, events)


def taken(jobs: Jobs, *events) -> str:
    """Take the next job, have its worker tell some events, and return its id."""
    job = jobs.take().job
    if events:
        jobs.on_poll(job, numbered(*events))
    return job


def asked_to_stop(jobs: Jobs, job: str) -> bool:
    return jobs.poll(job)[2]


def test_a_job_from_queue_to_result(make, notices):
    jobs = make()
    job = jobs.submit("a", TASK)
    assert notices
    status = jobs.status(job)
    assert (status.state, status.place, status.result) == ("queued", 1, None)
    assert status.picture is TASK.picture
    assert jobs.take().job == job
    assert jobs.status(job).state == "running"
    assert jobs.poll(job) == (1, 0, False, False)
    jobs.on_poll(job, numbered(*STEP))
    assert jobs.poll(job) == (1, len(STEP), False, False)
    status = jobs.status(job)
    assert (status.doing, status.fraction, status.preview) == ("step 4", 0.1, b"jpeg")
    assert (losses(status), status.result.finished) == ([loss()], False)
    assert status.seconds == pytest.approx(0.0, abs=0.5)
    jobs.end(job, outcome())
    status = jobs.status(job)
    assert (status.state, status.fraction, status.warnings) == ("done", 1.0, ("warned",))
    assert (status.doing, status.preview) == ("step 10", b"last")
    assert status.result.finished and status.result.seconds == 5.0
    assert status.result.frames == [frame()] and losses(status) == [loss()]
    assert status.result.original is TASK.picture
    assert jobs.take() is None


def test_the_time_left_follows_the_run_itself(make, later):
    jobs = make()
    jobs.submit("a", TASK)
    job = taken(jobs, *STEP)
    later(1.0)
    assert jobs.status(job).seconds_left == pytest.approx(9.0, abs=1)


def test_ids_cannot_be_guessed(make):
    jobs = make(waiting_per_visitor=20)
    ids = {jobs.submit("a", TASK) for _ in range(20)}
    assert len(ids) == 20
    assert all(len(job) >= 20 for job in ids)
    with pytest.raises(DreamError, match="no longer kept"):
        jobs.status("1")


def test_what_a_worker_is_given_cannot_be_changed(make):
    jobs = make()
    jobs.submit("a", TASK)
    assignment = jobs.take()
    with pytest.raises(dataclasses.FrozenInstanceError):
        assignment.job = "another"


def test_owners_are_served_in_turn(make):
    jobs = make()
    ids = [jobs.submit(owner, TASK) for owner in ("a", "a", "b")]
    assert [jobs.status(job).place for job in ids] == [1, 3, 2]
    assert [jobs.take().job for _ in ids] == [ids[0], ids[2], ids[1]]


def test_a_full_line_is_refused_and_leaves_no_trace(make):
    jobs = make(waiting_per_visitor=1)
    jobs.submit("a", TASK)
    with pytest.raises(DreamError, match="you have 1 dreams waiting"):
        jobs.submit("a", TASK)
    assert jobs.counters()["queued"] == 1


def test_too_much_work_is_refused_before_it_is_queued(make):
    jobs = make(cost=0.0999)
    with pytest.raises(DreamError, match="choose 9 steps an octave or a side of 99 px$"):
        jobs.submit("a", TASK)
    assert make(cost=0.1).submit("a", TASK)


def test_a_path_is_no_model_unless_allowed(make):
    own = DreamTask(TASK.picture, CONFIG, model="/etc/passwd")
    with pytest.raises(DreamError, match="'/etc/passwd'"):
        make().submit("a", own)
    assert make(own_models=True).submit("a", own)


def test_cancelling_a_queued_job_is_immediate(make):
    jobs = make()
    first, second = jobs.submit("a", TASK), jobs.submit("a", TASK)
    jobs.cancel(first)
    assert jobs.status(first).state == "cancelled"
    assert jobs.status(second).place == 1
    assert jobs.status(first).result is None


def test_cancelling_a_running_job_asks_it_to_stop(make):
    jobs = make()
    jobs.submit("a", TASK)
    job = taken(jobs, *STEP)
    jobs.cancel(job)
    assert jobs.status(job).stopping
    assert asked_to_stop(jobs, job)
    jobs.end(job, outcome("cancelled"))
    assert jobs.status(job).state == "cancelled"
    assert not jobs.status(job).stopping
    jobs.cancel(job)
    assert jobs.status(job).state == "cancelled"
    assert jobs.status(job).result is not None and not jobs.status(job).result.finished


def test_a_lost_job_is_tried_once_more_before_the_others(make):
    jobs = make()
    job = jobs.submit("a", TASK)
    other = jobs.submit("b", TASK)
    taken(jobs, *STEP)
    jobs.lost(job)
    status = jobs.status(job)
    assert (status.state, status.place) == ("queued", 1)
    assert "tried once more" in status.notice
    assert len(losses(status)) == 1 and status.preview == b"jpeg"  # to be seen meanwhile
    assert taken(jobs, *STEP) == job
    jobs.lost(job)
    status = jobs.status(job)
    assert status.state == "failed"
    assert "its worker died 2 times" in status.error
    assert len(losses(status)) == 1 and status.preview == b"jpeg"
    assert len(status.result.frames) == 1
    assert jobs.take().job == other


def test_a_lost_job_resumes_from_its_last_checkpoint(make):
    jobs = make()
    job = jobs.submit("a", TASK)
    picture = np.ones((100, 100, 3), np.float32)
    first = (LOADED, PROVENANCE, loss(0), loss(0), frame(0), Checkpoint(1, picture, 2.0))
    second = (loss(1), frame(1), Checkpoint(2, picture, 5.0), loss(2), Place(0.8, "octave 3"))
    assert jobs.take().resume == ()
    jobs.on_poll(job, numbered(*first))
    jobs.on_poll(job, numbered(*second, first=len(first)))
    jobs.lost(job)
    assert "once more from octave 3" in jobs.status(job).notice
    assert len(losses(jobs.status(job))) == 4  # what was seen stays to be seen meanwhile
    assignment = jobs.take()
    (checkpoint,) = assignment.resume
    assert (checkpoint.octave, checkpoint.seconds) == (2, 5.0)
    assert checkpoint.picture is picture
    assert jobs.poll(job) == (2, 0, False, False)  # another run, whose events count from 0
    assert len(losses(jobs.status(job))) == 4

    jobs.on_poll(job, numbered(LOADED, loss(2, 9.0), loss(2, 9.0)))
    expected = [(0, 1.0), (0, 1.0), (1, 1.0), (2, 9.0), (2, 9.0)]
    assert [(point.octave, point.loss) for point in losses(jobs.status(job))] == expected
    assert jobs.status(job).seconds == pytest.approx(5.0, abs=0.5)
    end = numbered(loss(2, 9.0), frame(2), first=3)
    jobs.end(job, outcome(seconds=7.0, events=end))
    recording = jobs.status(job).result
    assert [kept.octave for kept in recording.frames] == [0, 1, 2]
    assert len(recording.losses) == 6 and recording.seconds == 7.0


def test_a_second_run_that_comes_less_far_loses_nothing_that_was_seen(make):
    far = (*STEP, loss(), loss(), loss(), Place(0.8, "step 8"), Preview(b"far"))
    for end in ("cancelled", "failed", "lost"):
        jobs = make()
        job = jobs.submit("a", TASK)
        taken(jobs, *far)
        jobs.lost(job)
        taken(jobs, LOADED, PROVENANCE, loss(), Place(0.2, "step 2"))
        assert len(losses(jobs.status(job))) == 1  # the second run is shown
        if end == "lost":
            jobs.lost(job)
        else:
            jobs.end(job, Outcome(end, 1.0, "broken" if end == "failed" else None))
        status = jobs.status(job)
        assert len(losses(status)) == 4 and status.result.frames == [frame()]
        assert (status.doing, status.preview) == ("step 8", b"far")


def test_a_second_run_that_comes_further_is_kept(make):
    jobs = make()
    job = jobs.submit("a", TASK)
    taken(jobs, *STEP)
    jobs.lost(job)
    taken(jobs, *STEP, loss(), Place(0.5, "step 5"))
    jobs.end(job, Outcome("cancelled", 1.0))
    assert len(losses(jobs.status(job))) == 2


def test_cancelling_a_run_that_is_tried_again_is_immediate_while_it_loads(make):
    jobs = make()
    job = jobs.submit("a", TASK)
    taken(jobs, *STEP)
    jobs.lost(job)
    taken(jobs)
    jobs.on_poll(job, ())
    jobs.cancel(job)
    status = jobs.status(job)
    assert status.state == "cancelled" and len(losses(status)) == 1


def test_a_lost_job_is_given_to_another_worker_at_once(make, notices):
    jobs = make()
    jobs.submit("a", TASK)
    job = taken(jobs, *STEP)
    notices.clear()
    jobs.lost(job)
    assert notices


def test_a_result_that_cannot_be_made_fails_in_a_sentence_and_counts(make, monkeypatch, caplog):
    jobs = make()
    jobs.submit("a", TASK)
    job = taken(jobs, *STEP)

    def fail(*args):
        raise ValueError(SECRET)

    monkeypatch.setattr(DreamTask, "collect", fail)
    jobs.end(job, outcome())
    status = jobs.status(job)
    assert status.state == "failed" and "in a way nobody foresaw (ValueError)" in status.error
    assert jobs.counters()["failed"] == 1 and jobs.idle
    assert SECRET not in caplog.text


def test_what_a_job_holds_is_counted(make):
    jobs = make()
    jobs.submit("a", TASK)
    job = taken(jobs, LOADED, PROVENANCE, *[loss()] * 1000, frame())
    jobs.status(job)
    jobs.end(job, Outcome("done", 1.0))
    known = jobs._store.get(job)
    pictures = TASK.picture.nbytes + frame().picture.nbytes
    assert pictures + 500_000 < known.nbytes < pictures + 600_000
    assert known._partial == (-1, None)  # a result so far would keep pictures that went


def test_an_event_that_comes_twice_is_taken_once(make):
    jobs = make()
    job = jobs.submit("a", TASK)
    taken(jobs, *STEP)
    jobs.on_poll(job, numbered(*STEP))
    jobs.end(job, outcome())
    assert len(losses(jobs.status(job))) == len(jobs.status(job).result.frames) == 1


def test_a_job_that_never_begins_is_given_up_in_the_end(make):
    jobs = make()
    job = jobs.submit("a", TASK)
    for _ in range(4):
        assert jobs.status(job).state == "queued"
        jobs.lost(taken(jobs))
    assert jobs.status(job).state == "failed"


def test_a_lost_job_that_was_told_to_stop_is_cancelled(make):
    jobs = make()
    jobs.submit("a", TASK)
    job = taken(jobs, *STEP)
    jobs.cancel(job)
    jobs.lost(job)
    assert jobs.status(job).state == "cancelled"
    assert jobs.take() is None


def test_a_run_over_its_time_is_stopped_and_fails_with_its_result_so_far(make, later):
    jobs = make(job_seconds=1)
    jobs.submit("a", TASK)
    job = taken(jobs, *STEP)
    later(0.5)
    jobs.tick()
    assert not asked_to_stop(jobs, job)
    later(0.6)
    jobs.tick()
    assert asked_to_stop(jobs, job)
    jobs.end(job, outcome("cancelled"))
    status = jobs.status(job)
    assert status.state == "failed"
    assert (
        "the dream ran longer than the 1 s it may: choose fewer steps, a smaller side or a"
        in status.error
    )
    assert status.result is not None


def test_time_counts_of_a_run_that_nothing_is_heard_of(make, later):
    jobs = make(job_seconds=1, stop_seconds=1)
    jobs.submit("a", TASK)
    job = taken(jobs)
    jobs.tick()
    assert jobs.status(job).state == "running"
    later(1.1)
    jobs.tick()
    status = jobs.status(job)
    assert status.state == "failed"
    assert "did not begin the dream within 1 s" in status.error
    assert not jobs.stop_overdue(job)
    later(1.1)
    assert jobs.stop_overdue(job)  # its worker is to be rid of it all the same


@pytest.mark.parametrize("answer", [None, ()], ids=["behind others", "loading"])
def test_no_time_counts_while_a_worker_says_that_it_waits(make, later, answer):
    jobs = make(job_seconds=1)
    jobs.submit("a", TASK)
    job = taken(jobs)
    later(5)
    jobs.on_poll(job, answer)
    jobs.tick()
    assert jobs.status(job).state == "running" and not asked_to_stop(jobs, job)
    jobs.on_poll(job, numbered(*STEP))
    later(1.1)
    jobs.tick()
    assert asked_to_stop(jobs, job)
    jobs.end(job, outcome("cancelled"))
    assert "longer than the 1 s it may" in jobs.status(job).error


def test_a_network_may_not_load_for_ever(make, later):
    jobs = make(job_seconds=1)
    jobs.submit("a", TASK)
    job = taken(jobs)
    jobs.on_poll(job, ())
    later(LOAD_SECONDS + 5)
    jobs.on_poll(job, ())
    jobs.tick()
    assert jobs.status(job).state == "failed"


def test_a_second_run_has_the_time_that_the_first_left(make, later):
    jobs = make(job_seconds=10)
    jobs.submit("a", TASK)
    picture = np.ones((100, 100, 3), np.float32)
    job = taken(jobs, *STEP, Checkpoint(1, picture, 8.0))
    jobs.lost(job)
    assert taken(jobs) == job
    later(60)
    jobs.on_poll(job, ())
    jobs.tick()
    assert not asked_to_stop(jobs, job)
    later(2.1)
    jobs.tick()
    assert asked_to_stop(jobs, job)


def test_cancelling_what_still_loads_is_immediate_and_its_worker_may_take_its_time(make, later):
    jobs = make(stop_seconds=1)
    jobs.submit("a", TASK)
    job = taken(jobs)
    jobs.on_poll(job, ())
    jobs.cancel(job)
    assert jobs.status(job).state == "cancelled"
    assert jobs.counters()["cancelled"] == 1
    later(5)
    jobs.on_poll(job, ())
    assert not jobs.stop_overdue(job) and asked_to_stop(jobs, job)
    jobs.end(job, outcome())  # what comes of it at last is nothing to anybody
    assert jobs.status(job).state == "cancelled" and jobs.status(job).result is None
    assert jobs.counters()["done"] == 0


def test_a_job_that_its_worker_never_began_is_called_off(make):
    jobs = make()
    jobs.submit("a", TASK)
    job = taken(jobs)
    assert not jobs.on_poll(job, None, False)
    jobs.cancel(job)
    assert jobs.on_poll(job, None, True)
    assert jobs.status(job).state == "cancelled" and jobs.idle


def test_a_visitor_who_stays_away_loses_what_is_not_done(make):
    jobs = make(orphan_seconds=0)
    queued = [jobs.submit("a", TASK) for _ in range(2)]
    other = jobs.submit("b", TASK)
    job = taken(jobs, *STEP)
    jobs.orphan(queued, lambda: False)
    jobs.tick()
    assert asked_to_stop(jobs, job)
    assert jobs.status(queued[1]).state == "cancelled"
    assert jobs.status(other).state == "queued"


def test_a_visitor_who_is_back_keeps_all_until_gone_for_good(make):
    jobs, here = make(orphan_seconds=0), True
    job = jobs.submit("a", TASK)
    jobs.orphan([job], lambda: here)
    jobs.tick()
    assert jobs.status(job).state == "queued"
    here = False
    jobs.tick()
    assert jobs.status(job).state == "cancelled"


def test_who_left_is_not_asked_after_once_all_has_ended(make):
    jobs, asked = make(orphan_seconds=0), []
    job = jobs.submit("a", TASK)
    jobs.orphan([job], lambda: not asked.append("asked"))
    jobs.cancel(job)
    jobs.tick()
    jobs.tick()
    assert asked == ["asked"]


def test_a_visitor_has_some_time_to_come_back(make):
    jobs = make(orphan_seconds=60)
    job = jobs.submit("a", TASK)
    jobs.orphan([job], lambda: False)
    jobs.tick()
    assert jobs.status(job).state == "queued"


def test_the_picture_a_job_began_from(make):
    jobs = make()
    job = jobs.submit("a", TASK)
    assert jobs.status(job).picture is TASK.picture
    taken(jobs)
    jobs.end(job, outcome())
    assert jobs.status(job).picture is jobs.status(job).result.original
    jobs.forget(job)
    with pytest.raises(DreamError):
        jobs.status(job)
    nothing = jobs.submit("a", TASK)
    jobs.cancel(nothing)
    status = jobs.status(nothing)
    assert status.result is None and status.picture is TASK.picture


def test_a_visitor_nobody_can_tell_of_keeps_nobody_else_waiting(make):
    jobs = make(orphan_seconds=0)
    ids = [jobs.submit(owner, TASK) for owner in "ab"]
    jobs.orphan(ids[:1], lambda: 1 / 0)
    jobs.orphan(ids[1:], lambda: False)
    jobs.tick()
    assert [jobs.status(job).state for job in ids] == ["queued", "cancelled"]


def test_forgetting_stops_and_drops(make):
    jobs = make()
    running, queued = jobs.submit("a", TASK), jobs.submit("a", TASK)
    taken(jobs, *STEP)
    jobs.forget(running)
    jobs.forget(queued)
    assert asked_to_stop(jobs, running)
    for job in (running, queued):
        with pytest.raises(DreamError):
            jobs.status(job)
    jobs.end(running, outcome("cancelled"))
    assert jobs.take() is None


def test_estimates_follow_what_was_measured(make):
    jobs = make()
    assert jobs.estimate(TASK) is None
    ids = [jobs.submit("a", TASK) for _ in range(3)]
    assert jobs.status(ids[2]).expected_wait is None
    jobs.end(taken(jobs), outcome(seconds=5.0))
    each = 5 + 0.5  # beside its work
    assert jobs.estimate(TASK) == pytest.approx(each)
    assert jobs.status(ids[1]).expected_wait == 0
    assert jobs.status(ids[2]).expected_wait == pytest.approx(each)
    jobs.set_slots(2)
    assert jobs.status(ids[2]).expected_wait == pytest.approx(each / 2)
    jobs.take()
    assert jobs.status(ids[2]).expected_wait == pytest.approx(each / 2)
    jobs.set_slots(0)  # nobody knows when there is a worker
    assert jobs.status(ids[2]).expected_wait is None


def test_a_cancelled_run_measures_nothing(make):
    jobs = make()
    jobs.submit("a", TASK)
    jobs.end(taken(jobs), outcome("cancelled"))
    assert jobs.estimate(TASK) is None


def test_the_notice_is_shown_while_a_job_is_active(make):
    jobs = make()
    jobs.set_notice("the workers are away")
    job = jobs.submit("a", TASK)
    assert jobs.status(job).notice == "the workers are away"
    jobs.cancel(job)
    assert jobs.status(job).notice is None


def test_old_results_go_by_the_clock(make, later):
    jobs = make(store_seconds=60)
    job = jobs.submit("a", TASK)
    waiting = jobs.submit("a", TASK)
    jobs.end(taken(jobs), outcome())
    later(61)
    jobs.tick()
    with pytest.raises(DreamError):
        jobs.status(job)
    assert jobs.status(waiting).state == "queued"


def test_frames_that_do_not_fit_are_dropped_and_told_of(make):
    jobs = make(recording_mb=0.1)
    jobs.submit("a", TASK)
    between = [dataclasses.replace(frame(), iteration=k, ends_octave=False) for k in range(9)]
    job = taken(jobs, LOADED, PROVENANCE, *between)
    kept = jobs.status(job).result.frames
    assert sum(each.picture.nbytes for each in kept) <= 0.1e6
    assert kept[-1].iteration == 8 and len(kept) == 3
    jobs.end(job, Outcome("done", 1.0, None, (), dropped=2))
    assert jobs.status(job).warnings == ("8 frames did not fit in memory and were dropped",)


def test_each_job_leaves_one_line_with_nothing_of_its_visitor(make, caplog):
    jobs = make()
    with caplog.at_level(logging.INFO, "dreamlab.jobs"):
        job = jobs.submit("visitor", TASK)
        taken(jobs)
        jobs.end(job, outcome())
    (line,) = caplog.messages
    assert line.startswith("dream done: 1 octaves, 10 steps each, waited 0.0 s, ran ")
    assert job not in line and "visitor" not in line and "block1" not in line


def test_counters_add_up(make, later):
    jobs = make()
    ids = [jobs.submit("a", TASK) for _ in range(4)]
    job = taken(jobs, *STEP)
    later(2.0)
    jobs.end(job, outcome())
    jobs.take()
    jobs.cancel(ids[3])
    counters = jobs.counters()
    assert counters.pop("seconds") == pytest.approx(2.0, abs=0.5)
    assert counters == {"queued": 1, "running": 1, "done": 1, "failed": 0, "cancelled": 1}
    assert not jobs.idle
