"""The books of all jobs, without any worker."""

import logging
import time
from functools import partial

import numpy as np
import pytest

from dreamlab.config import DreamConfig
from dreamlab.config.deployment import Limits
from dreamlab.config.provenance import Provenance
from dreamlab.errors import DreamError
from dreamlab.images import png
from dreamlab.jobs import estimates
from dreamlab.jobs.events import Checkpoint, Outcome, Progress, Seen
from dreamlab.jobs.ledger import Ledger
from dreamlab.jobs.protocol import Request, Result
from dreamlab.jobs.record import LOAD_SECONDS
from dreamlab.results.recording import Recording
from dreamlab.results.run_data import Frame, LossPoint
from tests.support import jobs as given
from tests.support.fake_engine import LAYERS

CONFIG = DreamConfig(layers={"block1_conv1": 1.0}, octaves=1, iterations=10)
REQUEST = Request(png(np.zeros((100, 100, 3), np.uint8)), CONFIG)
PROVENANCE = Provenance(CONFIG, "vgg16", "random", "float32")
WORK = 100 * 100 * 10 * 1728

#: What a worker tells after a first step.
news = partial(
    given.news,
    iteration=3,
    provenance=PROVENANCE,
    height=100,
    width=100,
    fraction=0.1,
    losses=(LossPoint(0, 100, 100, 0, 1.0, {}),),
    frames=(Frame(0, 0, True, np.zeros((100, 100, 3), np.uint8)),),
    preview=b"jpeg",
    previews=1,
)


@pytest.fixture(autouse=True)
def two_layers(monkeypatch):
    monkeypatch.setattr(estimates, "known_layers", lambda model: LAYERS)


@pytest.fixture
def rung():
    return []


@pytest.fixture
def make(rung):
    return lambda **limits: Ledger(Limits(**limits), lambda: rung.append(True))


def outcome(state: str = "done", seconds: float = 5.0) -> Outcome:
    recording = Recording()
    recording.provenance = PROVENANCE
    recording.seconds = seconds
    recording.losses = list(news().losses)
    last = news(fraction=0.9, iteration=9, preview=b"last")
    return Outcome(state, Result(recording, (b"png",), b"png"), seconds, ("said",), None, last)


def test_a_job_from_queue_to_result(make, rung):
    ledger = make()
    job = ledger.submit("a", REQUEST)
    assert rung
    status = ledger.status(job)
    assert (status.state, status.place, status.octaves, status.iterations) == ("queued", 1, 1, 10)
    record = ledger.take()
    assert ledger.status(job).state == "running"
    ledger.advance(record, news())
    status = ledger.status(job)
    assert (status.iteration, status.fraction, status.preview) == (3, 0.1, b"jpeg")
    assert status.seconds == pytest.approx(1.0, abs=0.5)
    assert status.seconds_left == pytest.approx(9.0, abs=5)
    assert ledger.result(job) is None
    ledger.end(record, outcome())
    status = ledger.status(job)
    assert (status.state, status.fraction, status.warnings) == ("done", 1.0, ("said",))
    assert (status.iteration, status.preview) == (9, b"last")
    assert ledger.result(job).pictures == (b"png",)
    assert ledger.take() is None


def test_ids_cannot_be_guessed(make):
    ledger = make(waiting_per_visitor=20)
    ids = {ledger.submit("a", REQUEST) for _ in range(20)}
    assert len(ids) == 20
    assert all(len(job) >= 20 for job in ids)
    with pytest.raises(DreamError, match="no longer kept"):
        ledger.status("1")


def test_owners_are_served_in_turn(make):
    ledger = make()
    jobs = [ledger.submit(owner, REQUEST) for owner in ("a", "a", "b")]
    assert [ledger.status(job).place for job in jobs] == [1, 3, 2]
    assert [ledger.take().id for _ in jobs] == [jobs[0], jobs[2], jobs[1]]


def test_a_full_line_is_refused_and_leaves_no_trace(make):
    ledger = make(waiting_per_visitor=1)
    ledger.submit("a", REQUEST)
    with pytest.raises(DreamError, match="you have 1 dreams waiting"):
        ledger.submit("a", REQUEST)
    assert ledger.counters()["queued"] == 1


def test_too_much_work_is_refused_before_it_is_queued(make):
    ledger = make(cost=0.0999)
    with pytest.raises(DreamError, match="choose a smaller picture"):
        ledger.submit("a", REQUEST)
    assert make(cost=0.1).submit("a", REQUEST)


def test_a_path_is_no_model_unless_allowed(make):
    own = Request(REQUEST.image, CONFIG, model="/etc/passwd")
    with pytest.raises(DreamError, match="unknown model '/etc/passwd'"):
        make().submit("a", own)
    assert make(own_models=True).submit("a", own)


def test_cancelling_a_queued_job_is_immediate(make):
    ledger = make()
    first, second = ledger.submit("a", REQUEST), ledger.submit("a", REQUEST)
    ledger.cancel(first)
    assert ledger.status(first).state == "cancelled"
    assert ledger.status(second).place == 1
    assert ledger.result(first) is None


def test_cancelling_a_running_job_asks_it_to_stop(make):
    ledger = make()
    job = ledger.submit("a", REQUEST)
    record = ledger.take()
    ledger.advance(record, news())
    ledger.cancel(job)
    assert ledger.status(job).stopping
    assert record.stop_asked is not None
    ledger.end(record, outcome("cancelled"))
    assert ledger.status(job).state == "cancelled"
    assert not ledger.status(job).stopping
    ledger.cancel(job)
    assert ledger.status(job).state == "cancelled"
    assert ledger.result(job) is not None


def test_a_lost_job_is_tried_once_more_before_the_others(make):
    ledger = make()
    job = ledger.submit("a", REQUEST)
    other = ledger.submit("b", REQUEST)
    record = ledger.take()
    ledger.advance(record, news())
    assert ledger.lost(record)
    status = ledger.status(job)
    assert (status.state, status.place) == ("queued", 1)
    assert "tried once more" in status.notice
    assert ledger.take() is record
    ledger.advance(record, news())
    ledger.lost(record)
    status = ledger.status(job)
    assert status.state == "failed"
    assert "its worker died 2 times" in status.error
    assert len(status.losses) == 1 and status.preview == b"jpeg"
    assert len(ledger.result(job).pictures) == 1
    assert ledger.take().id == other


def test_a_lost_job_goes_on_after_its_last_octave(make):
    ledger = make()
    job = ledger.submit("a", REQUEST)
    record = ledger.take()
    picture = np.ones((100, 100, 3), np.float32)

    def told(octaves: list[int], loss: float, checkpoint: Checkpoint | None) -> Progress:
        points = tuple(LossPoint(octave, 100, 100, 0, loss, {}) for octave in octaves)
        frames = tuple(
            Frame(octave, 0, True, np.zeros((100, 100, 3), np.uint8))
            for octave in sorted(set(octaves))
            if checkpoint and octave < checkpoint.octave
        )
        return news(losses=points, frames=frames, checkpoint=checkpoint)

    ledger.advance(record, told([0, 0], 1.0, Checkpoint(1, picture, 2.0)))
    ledger.advance(record, told([1, 1, 2], 1.0, Checkpoint(2, picture, 5.0)))
    assert ledger.lost(record)
    assert "once more from octave 3" in ledger.status(job).notice
    assert len(ledger.status(job).losses) == 5  # what was seen stays to be seen meanwhile
    checkpoint = record.checkpoint
    assert (checkpoint.octave, checkpoint.seconds) == (2, 5.0)
    assert checkpoint.picture is picture
    assert [point.octave for point in checkpoint.losses] == [0, 0, 1, 1]
    assert [frame.octave for frame in checkpoint.frames] == [0, 1]
    assert record.seen == Seen(losses=4, octaves=2, previews=0, checkpoint=2)

    assert ledger.take() is record
    ledger.advance(record, told([2, 2], 9.0, None))
    losses = [(point.octave, point.loss) for point in ledger.status(job).losses]
    assert losses == [(0, 1.0), (0, 1.0), (1, 1.0), (1, 1.0), (2, 9.0), (2, 9.0)]
    ledger.end(record, outcome())
    assert record.checkpoint is None


def test_a_job_that_never_begins_is_given_up_in_the_end(make):
    ledger = make()
    job = ledger.submit("a", REQUEST)
    for _ in range(4):
        assert ledger.status(job).state == "queued"
        ledger.lost(ledger.take())
    assert ledger.status(job).state == "failed"


def test_a_lost_job_that_was_told_to_stop_is_cancelled(make):
    ledger = make()
    job = ledger.submit("a", REQUEST)
    record = ledger.take()
    ledger.advance(record, news())
    ledger.cancel(job)
    ledger.lost(record)
    assert ledger.status(job).state == "cancelled"
    assert not ledger.lost(record)


def test_a_run_over_its_time_is_stopped_and_fails_with_what_it_has(make):
    ledger = make(job_seconds=1)
    job = ledger.submit("a", REQUEST)
    record = ledger.take()
    ledger.advance(record, news(seconds=0.5))
    ledger.tick()
    assert record.stop_asked is None
    record.clock -= 1
    ledger.tick()
    assert record.stop_asked is not None
    ledger.end(record, outcome("cancelled"))
    status = ledger.status(job)
    assert status.state == "failed"
    assert "longer than the 1 s it may" in status.error
    assert ledger.result(job) is not None


def loading(seconds: float) -> Progress:
    return Progress(0, 0, 0, 0, 0.0, seconds, (), (), None, 0, None, loading=True)


def test_time_counts_of_a_run_that_nothing_is_heard_of(make):
    ledger = make(job_seconds=1, stop_seconds=1)
    job = ledger.submit("a", REQUEST)
    record = ledger.take()
    ledger.tick()
    assert ledger.status(job).state == "running"
    record.clock -= 1
    ledger.tick()
    status = ledger.status(job)
    assert status.state == "failed"
    assert "did not begin the dream within 1 s" in status.error
    assert not record.over_patience(1)
    record.stop_asked -= 1
    assert record.over_patience(1)  # its worker is to be rid of it all the same


@pytest.mark.parametrize("answer", [None, loading(500.0)], ids=["behind others", "loading"])
def test_no_time_counts_while_a_worker_says_that_it_waits(make, answer):
    ledger = make(job_seconds=1)
    job = ledger.submit("a", REQUEST)
    record = ledger.take()
    record.clock -= 5
    ledger.advance(record, answer)
    ledger.tick()
    assert ledger.status(job).state == "running" and record.stop_asked is None
    ledger.advance(record, news(seconds=501.0))
    record.clock -= 1
    ledger.tick()
    assert "longer than the 1 s it may" in record.over_limit


def test_a_network_may_not_load_for_ever(make):
    ledger = make(job_seconds=1)
    job = ledger.submit("a", REQUEST)
    record = ledger.take()
    record.clock -= 5
    ledger.advance(record, loading(LOAD_SECONDS))
    ledger.tick()
    assert ledger.status(job).state == "failed"


def test_a_second_attempt_has_the_time_that_the_first_left(make):
    ledger = make(job_seconds=10)
    ledger.submit("a", REQUEST)
    record = ledger.take()
    checkpoint = Checkpoint(1, np.ones((100, 100, 3), np.float32), 8.0)
    ledger.advance(record, news(checkpoint=checkpoint))
    ledger.lost(record)
    assert ledger.take() is record
    ledger.advance(record, loading(60.0))
    ledger.tick()
    assert record.stop_asked is None
    record.clock -= 2
    ledger.tick()
    assert record.stop_asked is not None


def test_cancelling_what_still_loads_is_immediate_and_its_worker_may_take_its_time(make):
    ledger = make(stop_seconds=1)
    job = ledger.submit("a", REQUEST)
    record = ledger.take()
    ledger.advance(record, loading(5.0))
    ledger.cancel(job)
    assert ledger.status(job).state == "cancelled"
    assert ledger.counters()["cancelled"] == 1
    record.stop_asked -= 5
    ledger.advance(record, loading(6.0))
    assert not record.over_patience(1)
    ledger.end(record, outcome())  # what comes of it at last is nothing to anybody
    assert ledger.status(job).state == "cancelled" and ledger.result(job) is None
    assert ledger.counters()["done"] == 0


def test_a_visitor_who_stays_away_loses_what_is_not_done(make):
    ledger = make(orphan_seconds=0)
    queued = [ledger.submit("a", REQUEST) for _ in range(2)]
    other = ledger.submit("b", REQUEST)
    record = ledger.take()
    ledger.orphan(queued, lambda: False)
    ledger.tick()
    assert record.stop_asked is not None
    assert ledger.status(queued[1]).state == "cancelled"
    assert ledger.status(other).state == "queued"


def test_a_visitor_who_is_back_keeps_all_until_gone_for_good(make):
    ledger, here = make(orphan_seconds=0), True
    job = ledger.submit("a", REQUEST)
    ledger.orphan([job], lambda: here)
    ledger.tick()
    assert ledger.status(job).state == "queued"
    here = False
    ledger.tick()
    assert ledger.status(job).state == "cancelled"


def test_who_left_is_not_asked_after_once_all_has_ended(make):
    ledger, asked = make(orphan_seconds=0), []
    job = ledger.submit("a", REQUEST)
    ledger.orphan([job], lambda: not asked.append("asked"))
    ledger.cancel(job)
    ledger.tick()
    ledger.tick()
    assert asked == ["asked"]


def test_a_visitor_has_some_time_to_come_back(make):
    ledger = make(orphan_seconds=60)
    job = ledger.submit("a", REQUEST)
    ledger.orphan([job], lambda: False)
    ledger.tick()
    assert ledger.status(job).state == "queued"


def test_the_picture_a_job_began_from(make):
    ledger = make()
    job = ledger.submit("a", REQUEST)
    assert ledger.original(job) == REQUEST.image
    ledger.end(ledger.take(), outcome())
    assert ledger.original(job) == ledger.result(job).original
    ledger.forget(job)
    with pytest.raises(DreamError):
        ledger.original(job)
    nothing = ledger.submit("a", REQUEST)
    ledger.cancel(nothing)
    assert ledger.result(nothing) is None and ledger.original(nothing) == REQUEST.image


def test_a_visitor_nobody_can_tell_of_keeps_nobody_else_waiting(make):
    ledger = make(orphan_seconds=0)
    jobs = [ledger.submit(owner, REQUEST) for owner in "ab"]
    ledger.orphan(jobs[:1], lambda: 1 / 0)
    ledger.orphan(jobs[1:], lambda: False)
    ledger.tick()
    assert [ledger.status(job).state for job in jobs] == ["queued", "cancelled"]


def test_forgetting_stops_and_drops(make):
    ledger = make()
    running, queued = ledger.submit("a", REQUEST), ledger.submit("a", REQUEST)
    record = ledger.take()
    ledger.forget(running)
    ledger.forget(queued)
    assert record.stop_asked is not None
    for job in (running, queued):
        with pytest.raises(DreamError):
            ledger.status(job)
    ledger.end(record, outcome("cancelled"))
    assert ledger.take() is None


def test_estimates_follow_what_was_measured(make):
    ledger = make()
    assert ledger.estimate(REQUEST) is None
    jobs = [ledger.submit("a", REQUEST) for _ in range(3)]
    assert ledger.status(jobs[2]).expected_wait is None
    ledger.end(ledger.take(), outcome(seconds=5.0))
    assert ledger.estimate(REQUEST) == pytest.approx(5)
    assert ledger.status(jobs[1]).expected_wait == 0
    assert ledger.status(jobs[2]).expected_wait == pytest.approx(5)
    ledger.set_slots(2)
    assert ledger.status(jobs[2]).expected_wait == pytest.approx(2.5)
    ledger.take()
    assert ledger.status(jobs[2]).expected_wait == pytest.approx(2.5)


def test_a_cancelled_run_measures_nothing(make):
    ledger = make()
    ledger.submit("a", REQUEST)
    ledger.end(ledger.take(), outcome("cancelled"))
    assert ledger.estimate(REQUEST) is None


def test_the_notice_is_shown_while_a_job_is_active(make):
    ledger = make()
    ledger.set_notice("the workers are away")
    job = ledger.submit("a", REQUEST)
    assert ledger.status(job).notice == "the workers are away"
    ledger.cancel(job)
    assert ledger.status(job).notice is None


def test_old_results_go_by_the_clock(make):
    ledger = make(store_seconds=0.01)
    job = ledger.submit("a", REQUEST)
    waiting = ledger.submit("a", REQUEST)
    ledger.end(ledger.take(), outcome())
    time.sleep(0.02)  # the age itself is what is tested
    ledger.tick()
    with pytest.raises(DreamError):
        ledger.result(job)
    assert ledger.status(waiting).state == "queued"


def test_each_job_leaves_one_line_with_nothing_of_its_visitor(make, caplog):
    ledger = make()
    with caplog.at_level(logging.INFO, "dreamlab.jobs"):
        job = ledger.submit("visitor", REQUEST)
        ledger.end(ledger.take(), outcome())
    (line,) = caplog.messages
    assert line.startswith("dream done: 1 octaves, 10 steps each, waited 0.0 s, ran ")
    assert job not in line and "visitor" not in line and "block1" not in line


def test_counters_add_up(make):
    ledger = make()
    jobs = [ledger.submit("a", REQUEST) for _ in range(4)]
    record = ledger.take()
    ledger.advance(record, news(seconds=2.0))
    ledger.end(record, outcome())
    ledger.take()
    ledger.cancel(jobs[3])
    counters = ledger.counters()
    assert counters.pop("seconds") == pytest.approx(2.0, abs=0.5)
    assert counters == {"queued": 1, "running": 1, "done": 1, "failed": 0, "cancelled": 1}
