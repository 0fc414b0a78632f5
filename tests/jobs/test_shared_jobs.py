"""The same task runs once: who follows it, what each sees, and what a cancel does."""

import dataclasses
import time

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from dreamlab.analysis import named
from dreamlab.config import DreamConfig
from dreamlab.config.deployment import DeploymentSettings
from dreamlab.config.provenance import Provenance
from dreamlab.errors import DreamError
from dreamlab.images import Picture
from dreamlab.jobs.assignment import Outcome
from dreamlab.jobs.shared_jobs import SharedJobs
from dreamlab.results.frame import Frame
from dreamlab.results.run_data import LossPoint
from dreamlab.tasks.analysis_task import AnalysisTask
from dreamlab.tasks.dream_task import DreamTask
from dreamlab.tasks.events import Checkpoint, Loaded, Place, Preview

CONFIG = DreamConfig(layers={"block1_conv1": 1.0}, octaves=1, iterations=2)
PICTURE = Picture(np.zeros((64, 64, 3), np.uint8))
STEP = (
    Loaded("vgg16", "random"),
    Provenance(CONFIG, "vgg16", "random", "float32"),
    LossPoint(0, 64, 64, 0, 1.0, {}),
    Frame(0, 0, True, PICTURE),
    Preview(b"jpeg"),
    Place(0.5, "step 1"),
)


def lesson(number: int = 0) -> DreamTask:
    """A dream on a sample, as a link to a lesson has it."""
    return DreamTask(PICTURE, CONFIG.replace(seed=number), public=True)


def make(**limits) -> SharedJobs:
    return SharedJobs(DeploymentSettings(**limits), lambda: None)


def run(jobs: SharedJobs, state: str = "done") -> str:
    """Take the next run, make its step, and end it."""
    job = jobs.take().job
    jobs.on_poll(job, tuple(enumerate(STEP)))
    jobs.end(job, Outcome(state, 1.0, None, ()))
    return job


def states(jobs: SharedJobs, ids: list[str]) -> list[str]:
    return [jobs.status(job).state for job in ids]


def test_thirty_students_and_one_lesson_take_four_runs_and_nobody_is_refused():
    jobs = make()
    ids = [jobs.submit(f"student {n}", lesson(v)) for n in range(30) for v in range(4)]
    assert len(set(ids)) == 120
    assert jobs.counters()["queued"] == 4
    for _ in range(4):
        run(jobs)
    assert jobs.take() is None
    assert states(jobs, ids) == ["done"] * 120
    results = [jobs.status(job).result for job in ids]
    assert all(result is results[place % 4] for place, result in enumerate(results))


def test_each_sees_the_progress_under_a_name_of_its_own():
    jobs = make()
    first, second = (jobs.submit(owner, lesson()) for owner in "ab")
    running = jobs.take().job
    jobs.on_poll(running, tuple(enumerate(STEP)))
    one, other = jobs.status(first), jobs.status(second)
    assert (one.id, other.id) == (first, second) and first != second
    assert one.fraction == other.fraction == 0.5
    assert other.preview == b"jpeg" and len(other.result.losses) == 1
    for call in (jobs.status, jobs.cancel, jobs.forget):
        with pytest.raises(DreamError, match="no longer kept"):
            call(running)  # the name of the run is nobody's


@pytest.mark.parametrize(
    "task",
    [
        dataclasses.replace(lesson(), public=False),
        dataclasses.replace(lesson(), model="own.keras"),
        AnalysisTask(PICTURE, "atlas", named("atlas").settings()),
    ],
    ids=["upload", "own network", "analysis of an upload"],
)
def test_what_is_a_visitors_own_runs_for_itself(task):
    assert task.key is None


def test_the_key_is_of_all_that_makes_the_result():
    task = lesson()
    others = [
        lesson(1),
        dataclasses.replace(task, model="efficientnet_lite0"),
        dataclasses.replace(task, every=2),
        dataclasses.replace(task, picture=Picture(np.ones((64, 64, 3), np.uint8))),
        AnalysisTask(PICTURE, "atlas", named("atlas").settings(), public=True),
        AnalysisTask(PICTURE, "atlas", named("atlas").settings(seed=1), public=True),
        AnalysisTask(PICTURE, "grid", named("grid").settings(), public=True),
        AnalysisTask(None, "similarity", named("similarity").settings()),
    ]
    keys = [task.key, *(other.key for other in others)]
    assert None not in keys and len(set(keys)) == len(keys)
    assert lesson().key == task.key  # another object of the same content


@pytest.mark.parametrize("leaves", [SharedJobs.cancel, SharedJobs.forget])
@pytest.mark.parametrize("begun", [False, True])
@pytest.mark.parametrize("who", [0, 1])
def test_whoever_leaves_hurts_nobody_else(leaves, begun, who):
    jobs = make()
    ids = [jobs.submit(owner, lesson()) for owner in "ab"]
    if begun:
        jobs.on_poll(running := jobs.take().job, tuple(enumerate(STEP)))
    gone, stays = ids[who], ids[1 - who]
    leaves(jobs, gone)
    if leaves is SharedJobs.cancel:
        status = jobs.status(gone)
        assert (status.state, status.place, status.stopping) == ("cancelled", 0, False)
        assert (status.result is not None) == begun
        jobs.cancel(gone)  # once more is nothing
    else:
        with pytest.raises(DreamError, match="no longer kept"):
            jobs.status(gone)
    assert jobs.status(stays).active and not jobs.status(stays).stopping
    if not begun:
        running = jobs.take().job
    assert not jobs.poll(running)[2]
    jobs.end(running, Outcome("done", 1.0, None, tuple(enumerate(STEP))))
    assert jobs.status(stays).state == "done"
    if leaves is SharedJobs.cancel:
        assert dataclasses.replace(jobs.status(gone), kept_seconds=None) == status


def test_the_last_to_leave_ends_the_run():
    jobs = make()
    ids = [jobs.submit(owner, lesson()) for owner in "ab"]
    running = jobs.take().job
    jobs.on_poll(running, tuple(enumerate(STEP)))
    jobs.cancel(ids[0])
    jobs.cancel(ids[1])
    assert jobs.poll(running)[2]
    # What is told to stop is followed by nobody: the next visitor has a run of its own.
    late = jobs.submit("c", lesson())
    jobs.end(running, Outcome("cancelled", 1.0, None, ()))
    assert states(jobs, ids) == ["cancelled"] * 2
    run(jobs)
    assert jobs.status(late).state == "done"


def test_a_result_is_there_for_those_who_come_later_and_a_fault_is_not():
    jobs = make(store_seconds=1000)
    early = jobs.submit("a", lesson())
    run(jobs)
    late = jobs.submit("b", lesson())
    assert jobs.status(late).state == "done" and jobs.take() is None
    assert jobs.status(late).result is jobs.status(early).result
    failing = jobs.submit("a", lesson(1))
    run(jobs, "failed")
    again = jobs.submit("b", lesson(1))
    assert states(jobs, [failing, again]) == ["failed", "queued"]


def test_an_old_result_is_worked_out_anew(monkeypatch):
    jobs = make(store_seconds=1000)
    jobs.submit("a", lesson())
    run(jobs)
    clock = time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: clock() + 501)
    assert jobs.status(jobs.submit("b", lesson())).state == "queued"


def test_followers_count_nothing_against_the_limits():
    jobs = make(waiting=2, waiting_per_visitor=1)
    jobs.submit("a", lesson(0))
    jobs.submit("b", lesson(1))
    for owner in "abc":
        for number in (0, 1):
            jobs.submit(owner, lesson(number))
    with pytest.raises(DreamError, match="the queue is full"):
        jobs.submit("c", lesson(2))


def test_a_follower_has_its_own_turn():
    """The sixth of somebody's dreams comes at once for a visitor who has no other."""
    jobs = make(waiting_per_visitor=10)
    theirs = [jobs.submit("a", lesson(number)) for number in range(6)]
    mine = jobs.submit("b", lesson(5))
    assert jobs.status(mine).place == 2
    run(jobs)
    run(jobs)
    assert jobs.status(mine).state == jobs.status(theirs[5]).state == "done"
    assert [jobs.status(job).place for job in theirs[1:5]] == [1, 2, 3, 4]


def test_a_visitor_who_left_ends_only_what_nobody_else_follows():
    jobs = make(orphan_seconds=0)
    shared, alone = jobs.submit("a", lesson()), jobs.submit("a", lesson(1))
    other = jobs.submit("b", lesson())
    jobs.orphan([shared, alone], lambda: False)
    jobs.tick()
    assert states(jobs, [shared, alone, other]) == ["cancelled", "cancelled", "queued"]


def test_a_lost_worker_is_everybodys():
    jobs = make()
    ids = [jobs.submit(owner, lesson()) for owner in "ab"]
    running = jobs.take().job
    jobs.on_poll(running, tuple(enumerate(STEP)))
    jobs.cancel(ids[0])
    jobs.lost(running)
    assert states(jobs, ids) == ["cancelled", "queued"]
    assert jobs.status(ids[1]).place == 1
    run(jobs)
    assert jobs.status(ids[1]).state == "done"


def test_a_follower_is_told_how_much_longer_the_run_is_kept():
    """A result that somebody else had before goes when theirs does, cancelled or not."""
    jobs = make(store_seconds=100.0)
    first, left = jobs.submit("a", lesson()), jobs.submit("c", lesson())
    assert jobs.status(first).kept_seconds is None
    jobs.cancel(left)
    assert jobs.status(left).kept_seconds is None  # the run goes on for the others
    run(jobs)
    later = jobs.submit("b", lesson())
    for job in (first, left, later):
        assert 90 < jobs.status(job).kept_seconds <= 100


@pytest.mark.parametrize("who", [0, 1])
@pytest.mark.parametrize("gives_way", [False, True])
def test_whoever_leaves_after_a_run_broke_off_hurts_nobody_else(gives_way, who):
    """The run stands in no visitor's line then."""
    jobs = make()
    ids = [jobs.submit(owner, lesson()) for owner in "ab"]
    other = jobs.submit("c", lesson(1))
    running = jobs.take().job
    jobs.on_poll(running, tuple(enumerate(STEP)))
    if gives_way:
        jobs.end(running, Outcome("gave way", 1.0))
    else:
        jobs.lost(running)
    jobs.cancel(ids[who])
    assert states(jobs, ids)[who] == "cancelled"
    assert [jobs.status(job).place for job in (ids[1 - who], other)] == [1, 2]
    run(jobs)
    assert jobs.status(ids[1 - who]).state == "done"


def test_jobs_go_with_their_run():
    jobs = make(store_seconds=0)
    job = jobs.submit("a", lesson())
    run(jobs)
    jobs.tick()
    with pytest.raises(DreamError, match="no longer kept"):
        jobs.status(job)
    assert not jobs._followers and not jobs._runs


def test_what_resumes_runs_for_itself():
    jobs = make()
    jobs.submit("a", lesson())
    jobs.submit("b", lesson(), STEP)
    assert jobs.counters()["queued"] == 2


class Machine(RuleBasedStateMachine):
    """Visitors who come, cancel and forget in any order; one worker, whose runs may give way."""

    def __init__(self) -> None:
        super().__init__()
        self.jobs = make(waiting=100, waiting_per_visitor=50)
        self.lessons: dict[str, int] = {}  # of each job that is not forgotten
        self.cancelled: set[str] = set()
        self.running: str | None = None
        self.lost: set[str | None] = {None}

    @rule(owner=st.sampled_from("abc"), number=st.integers(0, 2))
    def submit(self, owner, number):
        job = self.jobs.submit(owner, lesson(number))
        assert job not in self.lessons
        self.lessons[job] = number

    @precondition(lambda self: self.running is None)
    @rule()
    def take(self):
        places = {self.jobs.status(job).place: self.lessons[job] for job in self.lessons}
        assignment = self.jobs.take()
        assert (assignment is None) == (1 not in places)
        if assignment is not None:
            assert assignment.task == lesson(places[1])
            self.running = assignment.job

    @precondition(lambda self: self.running is not None)
    @rule()
    def end(self):
        stopped = self.jobs.poll(self.running)[2]
        state = "cancelled" if stopped else "done"
        self.jobs.end(self.running, Outcome(state, 1.0, None, tuple(enumerate(STEP))))
        self.running = None

    @precondition(lambda self: self.running is not None)
    @rule()
    def give_way(self):
        events = (*STEP[:3], Checkpoint(0, PICTURE.as_float(), 1.0, iteration=1))
        self.jobs.end(self.running, Outcome("gave way", 1.0, None, tuple(enumerate(events))))
        self.running = None

    @precondition(lambda self: self.running not in self.lost)
    @rule()
    def lose(self):
        self.jobs.lost(self.running)  # for the first time, so that it is tried again
        self.lost.add(self.running)
        self.running = None

    @precondition(lambda self: self.lessons)
    @rule(data=st.data(), forget=st.booleans())
    def leave(self, data, forget):
        job = data.draw(st.sampled_from(list(self.lessons)))
        if forget:
            self.jobs.forget(job)
            del self.lessons[job]
            return
        if self.jobs.status(job).active:
            self.cancelled.add(job)
        self.jobs.cancel(job)

    @invariant()
    def a_cancel_is_of_one_job_alone(self):
        for job in self.lessons:
            status = self.jobs.status(job)
            if job in self.cancelled:
                assert status.stopping or status.state == "cancelled"
            else:
                assert status.state in ("queued", "running", "done") and not status.stopping

    @invariant()
    def each_lesson_waits_once(self):
        waiting = {}
        for job, number in self.lessons.items():
            if self.jobs.status(job).state == "queued":
                waiting.setdefault(number, set()).add(self.jobs.status(job).place)
        assert all(len(places) == 1 for places in waiting.values())
        places = sorted(place for places in waiting.values() for place in places)
        assert places == list(range(1, len(places) + 1))
        assert self.jobs.counters()["queued"] == len(waiting)

    def teardown(self):
        if self.running:
            self.end()
        while self.jobs.take() is not None:
            (self.running,) = self.jobs._assigned
            self.end()
        assert {self.jobs.status(job).state for job in set(self.lessons) - self.cancelled} <= {
            "done"
        }


TestMachine = Machine.TestCase
TestMachine.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)


def test_what_was_left_open_is_followed_as_it_turned_out():
    """A link says how the dream was computed, whose task had left that to the machine."""
    jobs = make()
    first = jobs.submit("teacher", lesson())
    run(jobs)
    asked = {"precision": "float32", "convolution": "direct"}
    same = dataclasses.replace(lesson(), config=lesson().config.replace(**asked))
    job = jobs.submit("student", same)
    assert jobs.status(job).result is jobs.status(first).result
    other = dataclasses.replace(same, config=same.config.replace(convolution="winograd"))
    assert jobs.status(jobs.submit("student", other)).state == "queued"
    own = dataclasses.replace(same, public=False)
    assert jobs.status(jobs.submit("student", own)).state == "queued"
