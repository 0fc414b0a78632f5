"""One worker and its jobs, in any order of polls, lost answers, lost workers and cancels."""

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from dreamlab.config import DreamConfig
from dreamlab.config.deployment import DeploymentSettings
from dreamlab.config.provenance import Provenance
from dreamlab.images import Picture
from dreamlab.jobs.assignment import Assignment, Outcome
from dreamlab.jobs.jobs import Jobs
from dreamlab.jobs.runs import MAX_FAILURES
from dreamlab.results.frame import Frame
from dreamlab.results.run_data import LossPoint
from dreamlab.tasks.dream_task import DreamTask
from dreamlab.tasks.events import Checkpoint, Loaded, Place, Preview
from dreamlab.tasks.log import EventLog

OCTAVES, STEPS = 3, 3
SHAPE = (64, 64)
CONFIG = DreamConfig(
    layers={"block1_conv1": 1.0}, octaves=OCTAVES, octave_scale=1.2, iterations=STEPS
)
PROVENANCE = Provenance(CONFIG, "vgg16", "random", "float32")
TASK = DreamTask(Picture(np.zeros((*SHAPE, 3), np.uint8)), CONFIG)
WHOLE = [(octave, step) for octave in range(OCTAVES) for step in range(STEPS)]


class Worker:
    """A run in a worker that nothing but the test moves."""

    def __init__(self, assignment: Assignment) -> None:
        self.job = assignment.job
        self.log = EventLog(1e9)
        self.stopped = self.heard = False
        checkpoints = [event for event in assignment.resume if isinstance(event, Checkpoint)]
        self.first = checkpoints[-1].octave if checkpoints else 0
        self.steps = [step for step in WHOLE if step[0] >= self.first]
        self.loaded = False

    def work(self) -> None:
        if not self.loaded:
            self.loaded = True
            self.log.append(Loaded("vgg16", "random"))
            self.log.append(PROVENANCE)
        elif self.steps:
            octave, step = self.steps.pop(0)
            self.log.append(LossPoint(octave, *SHAPE, step, float(octave), {}))
            if step + 1 == STEPS:
                picture = np.full((*SHAPE, 3), octave, np.uint8)
                self.log.append(Frame(octave, step, True, Picture(picture)))
                if octave + 1 < OCTAVES:
                    self.log.append(Checkpoint(octave + 1, picture.astype(np.float32), octave + 1))
            self.log.append(Preview(bytes([octave, step])))
            self.log.append(Place((octave * STEPS + step + 1) / len(WHOLE), f"{octave} {step}"))

    def outcome(self) -> Outcome:
        done = self.loaded and not self.steps
        state = "done" if done else "cancelled"
        return Outcome(state, 1.0, None, self.log.since(0))


class Machine(RuleBasedStateMachine):
    """Jobs of two visitors, one worker."""

    def __init__(self) -> None:
        super().__init__()
        self.jobs = Jobs(DeploymentSettings(waiting=100, waiting_per_visitor=50), lambda: None)
        self.ids: list[str] = []
        self.cancelled: set[str] = set()
        self.losses: dict[str, int] = {}
        self.seen: dict[str, int] = {}  # most losses that a job ever showed
        self.worker: Worker | None = None
        self.acknowledged = 0

    @precondition(lambda self: len(self.ids) < 8)
    @rule(owner=st.sampled_from("ab"))
    def submit(self, owner):
        self.ids.append(self.jobs.submit(owner, TASK))

    @precondition(lambda self: self.worker is None)
    @rule()
    def take(self):
        waiting = [job for job in self.ids if self.jobs.status(job).state == "queued"]
        places = {self.jobs.status(job).place: job for job in waiting}
        assignment = self.jobs.take()
        assert (assignment is None) == (not waiting)
        if assignment is not None:
            assert places[1] == assignment.job
            known = self.jobs.status(assignment.job).result
            self.worker, self.acknowledged = Worker(assignment), 0
            # An octave that was seen to end is not done again, but for the last.
            ended = 0 if known is None else len(known.frames)
            assert self.worker.first == min(ended, OCTAVES - 1)

    @precondition(lambda self: self.worker is not None)
    @rule(steps=st.integers(1, 4))
    def work(self, steps):
        for _ in range(steps):
            self.worker.work()

    @precondition(lambda self: self.worker is not None)
    @rule(arrives=st.booleans())
    def poll(self, arrives):
        _, acknowledged, stop, _ = self.jobs.poll(self.worker.job)
        assert acknowledged >= self.acknowledged
        assert stop == (self.worker.job in self.cancelled)
        self.acknowledged = acknowledged
        self.worker.stopped |= stop
        events = self.worker.log.since(acknowledged)
        if arrives:
            self.worker.heard = True
            assert not self.jobs.on_poll(self.worker.job, events, stop)

    @precondition(lambda self: self.worker is not None)
    @rule()
    def end(self):
        if self.worker.steps and not self.worker.stopped:
            return
        job, before = self.worker.job, self.jobs.status(self.worker.job)
        self.jobs.end(job, self.worker.outcome())
        self.worker = None
        after = self.jobs.status(job)
        if before.active and after.state != "done":  # nothing that was ever seen is gone
            assert after.result is None or len(after.result.losses) >= self.seen.get(job, 0)
            assert after.result is not None or not self.seen.get(job)

    @precondition(lambda self: self.worker is not None)
    @rule()
    def lose(self):
        job, began = self.worker.job, self.worker.heard
        before = self.jobs.status(job)
        self.jobs.lost(job)
        self.worker = None
        self.losses[job] = self.losses.get(job, 0) + began
        after = self.jobs.status(job)
        if before.active and self.losses[job] >= MAX_FAILURES:
            assert after.state == ("cancelled" if job in self.cancelled else "failed")
        if before.result is not None:  # nothing that was seen is gone
            assert len(after.result.losses) >= len(before.result.losses)
        if after.state == "failed" and self.seen.get(job):
            assert len(after.result.losses) >= self.seen[job]

    @precondition(lambda self: self.ids)
    @rule(data=st.data())
    def cancel(self, data):
        job = data.draw(st.sampled_from(self.ids))
        if self.jobs.status(job).active:
            self.cancelled.add(job)
        self.jobs.cancel(job)

    @invariant()
    def losses_are_a_run_without_gap_or_repetition(self):
        for job in self.ids:
            status = self.jobs.status(job)
            points = [] if status.result is None else status.result.losses
            self.seen[job] = max(self.seen.get(job, 0), len(points))
            assert [(point.octave, point.iteration) for point in points] == WHOLE[: len(points)]
            frames = [] if status.result is None else status.result.frames
            assert [frame.octave for frame in frames] == list(range(len(frames)))
            assert len(frames) == len(points) // STEPS
            if status.state == "done":
                assert len(points) == len(WHOLE) and status.result.finished

    @invariant()
    def each_job_is_in_one_place(self):
        states = [self.jobs.status(job) for job in self.ids]
        running = [status.id for status in states if status.state == "running"]
        assert set(running) <= ({self.worker.job} if self.worker else set())
        places = sorted(status.place for status in states if status.state == "queued")
        assert places == list(range(1, len(places) + 1))
        for status in states:
            if status.id in self.cancelled:
                assert status.stopping or status.state in ("cancelled", "done", "failed")


TestMachine = Machine.TestCase
TestMachine.settings = settings(max_examples=150, stateful_step_count=50, deadline=None)
