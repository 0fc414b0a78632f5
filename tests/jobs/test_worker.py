"""What runs in a worker process, here in this one and with a stand-in for the engine."""

import asyncio
import logging
import sys
import threading
import types
from functools import partial

import numpy as np
import pytest

from dreamlab.images import load_image
from dreamlab.jobs import worker
from dreamlab.jobs.assignment import Assignment, Outcome
from dreamlab.results.frame import Frame
from dreamlab.results.recording import Recording
from dreamlab.results.run_data import LossPoint
from dreamlab.tasks import dream_events
from dreamlab.tasks.events import Checkpoint, Event, Loaded, Place, Preview, Timed, Warned
from dreamlab.tasks.task import Allowance
from dreamlab.tasks.warm_up import warm_up
from tests.support import fake_engine
from tests.support import jobs as given

PICTURE = given.grey((64, 128))
ALLOWANCE = Allowance(1e8)

request = partial(
    given.request, size=PICTURE.shape[:2], octaves=2, octave_scale=2, iterations=3, step=1e-5
)


def run(task, resume: tuple[Event, ...] = (), allowance: Allowance = ALLOWANCE) -> Outcome:
    return worker.run(Assignment("job", task, resume), allowance)


def events(outcome: Outcome, kind: type) -> list:
    """Return the events of one kind that a run left at its end."""
    return [event for _, event in outcome.events if isinstance(event, kind)]


def collected(task, outcome: Outcome) -> Recording | None:
    """Return the result as the page makes it."""
    everything = [event for _, event in outcome.events]
    return task.collect(everything, outcome.seconds, outcome.state == "done")


@pytest.fixture(autouse=True)
def engine(monkeypatch):
    models = types.SimpleNamespace(cached_model=fake_engine.cached_model)
    monkeypatch.setitem(sys.modules, "dreamlab.models", models)
    monkeypatch.setitem(sys.modules, "dreamlab.dream", ENGINE)


def stepping(image, network, config, **how):
    """The stand-in's dream, which calls `between` after each step."""
    for step in fake_engine.dream(image, network, config, **how):
        yield step
        between()


ENGINE = types.SimpleNamespace(dream=stepping, Resume=fake_engine.Resume)


def between():
    """Replaced by tests that look at a run from outside while it runs."""


def test_a_run_gives_all_its_losses_and_a_picture_an_octave():
    outcome = run(task := request())
    assert (outcome.state, outcome.error, outcome.dropped) == ("done", None, 0)
    recording = collected(task, outcome)
    assert recording.finished and recording.seconds == outcome.seconds > 0
    assert events(outcome, Place) == [Place(1.0, "Octave 2 of 2 · step 3 of 3")]
    assert load_image(events(outcome, Preview)[0].jpeg).shape == PICTURE.shape
    assert [(point.octave, point.iteration) for point in recording.losses] == [
        (octave, iteration) for octave in (0, 1) for iteration in (0, 1, 2)
    ]
    assert [frame.pixels.shape for frame in recording.frames] == [(32, 64, 3), (64, 128, 3)]
    assert np.array_equal(recording.original.pixels, PICTURE)
    assert worker.poll("job", 1, 0, False) is None


@pytest.mark.parametrize(("variable", "memory"), [("", 0.0), ("1500", 1500.0)])
def test_a_dream_may_take_the_memory_of_the_deployment(monkeypatch, variable, memory):
    monkeypatch.setenv("DREAMLAB_MEMORY", variable)
    memories = []

    def spy(*arguments, memory, **options):
        memories.append(memory)
        return fake_engine.dream(*arguments, **options)

    monkeypatch.setattr(ENGINE, "dream", spy)
    assert run(request()).state == "done"
    assert memories == [memory]


def test_every_step_can_be_kept():
    outcome = run(task := request(every=1))
    assert len(collected(task, outcome).frames) == 6


def test_a_run_that_came_to_its_end_says_how_fast_it_was():
    outcome = run(task := request())
    (timed,) = events(outcome, Timed)
    assert timed.work == task.cost().work and 0 < timed.seconds <= outcome.seconds
    assert timed.precision == "float32"


def test_a_run_is_looked_at_from_outside(monkeypatch):
    looks, known = [], 0

    def look():
        nonlocal known
        told = worker.poll("job", 1, known, False)
        looks.append([event for _, event in told])
        known = told[-1][0] + 1

    monkeypatch.setattr(sys.modules[__name__], "between", look)
    outcome = run(request())

    def counts(kind: type) -> list[int]:
        return [sum(isinstance(event, kind) for event in look) for look in looks]

    assert counts(LossPoint) == counts(Place) == [1] * 6
    assert counts(Loaded) == [1, 0, 0, 0, 0, 0]
    assert counts(Frame) == [0, 0, 1, 0, 0, 1]
    # One at once, then at each octave's end, as no second passes.
    assert counts(Preview) == [1, 0, 1, 0, 0, 1]
    places = [look[-1] for look in looks]
    assert [place.doing for place in places] == [
        f"Octave {octave} of 2 · step {step} of 3" for octave in (1, 2) for step in (1, 2, 3)
    ]
    assert [place.fraction for place in places] == pytest.approx([i / 6 for i in range(1, 7)])
    assert load_image(looks[0][3].jpeg).shape == (32, 64, 3)
    assert looks[0][1].model == "vgg16"
    # At the end what was not acknowledged is left: the last look, and that the run was timed.
    kinds = [LossPoint, Frame, Preview, Place, Timed]
    assert [type(event) for _, event in outcome.events] == kinds


def test_a_question_waits_until_a_run_begins_and_until_an_octave_has_ended(monkeypatch):
    steps = threading.Semaphore(0)
    monkeypatch.setattr(sys.modules[__name__], "between", steps.acquire)

    async def story():
        asked = asyncio.create_task(worker.follow("job", 1, 0, False, False, given.PATIENCE))
        await asyncio.sleep(0.05)  # that nothing happens is what is tested
        assert not asked.done()
        running = asyncio.create_task(asyncio.to_thread(run, request()))
        assert await asked is not None
        asked = asyncio.create_task(worker.follow("job", 1, 0, False, False, given.PATIENCE))
        steps.release()
        await asyncio.sleep(0.05)
        assert not asked.done()  # losses and places alone
        steps.release()
        told = [event for _, event in await asked]
        assert sum(isinstance(event, LossPoint) for event in told) == 3
        assert any(isinstance(event, Frame) and event.ends_octave for event in told)
        # What is not known yet, and is not to be lost, is told at once.
        again = await worker.follow("job", 1, 0, False, False, given.PATIENCE)
        assert any(isinstance(event, Frame) for _, event in again)
        number = again[-1][0] + 1
        asked = asyncio.create_task(worker.follow("job", 1, number, False, False, given.PATIENCE))
        stopped = asyncio.create_task(worker.follow("job", 1, number, True, False, given.PATIENCE))
        await asyncio.sleep(0)
        steps.release(9)
        assert (await running).state == "cancelled"
        await asyncio.gather(asked, stopped)

    asyncio.run(asyncio.wait_for(story(), given.PATIENCE))


def test_a_question_is_answered_when_its_time_is_over():
    assert asyncio.run(worker.follow("job", 1, 0, False, False, 0.01)) is None


def test_the_newest_octave_that_ended_can_be_resumed_from(monkeypatch):
    octaves, pictures = [], []

    def look():
        told = [event for _, event in worker.poll("job", 1, 0, False)]
        checkpoints = [event for event in told if isinstance(event, Checkpoint)]
        octaves.append([checkpoint.octave for checkpoint in checkpoints])
        pictures.extend(checkpoint.picture for checkpoint in checkpoints)

    monkeypatch.setattr(sys.modules[__name__], "between", look)
    run(request(octaves=3, octave_scale=1.3))
    # None after the last octave: nothing is left to do.
    assert octaves == [[], [], [1], [1], [1], [2], [2], [2], [2]]
    assert [picture.shape for picture in pictures[2:4]] == [(37, 75, 3), (49, 98, 3)]
    shares = [float(picture[0, 0, 1]) for picture in pictures[2:4]]
    assert shares == pytest.approx([1 / 3, 2 / 3])
    assert all(picture.dtype == np.float32 for picture in pictures)


def test_a_run_resumes_where_another_process_left_off(monkeypatch):
    task = request()
    whole = [event for _, event in run(task).events]
    picture = np.full((32, 64, 3), 0.5, np.float32)
    before = [
        event
        for event in task.kept([*whole, Checkpoint(1, picture, 40.0)])
        if not (isinstance(event, Frame | LossPoint) and event.octave)
    ]
    resumed, looks = [], []

    def dream(image, network, config, *, resume, **_):
        resumed.append(resume)
        return stepping(image, network, config, resume=resume)

    monkeypatch.setattr(ENGINE, "dream", dream)
    monkeypatch.setattr(
        sys.modules[__name__], "between", lambda: looks.append(worker.poll("job", 1, 0, False))
    )
    outcome = worker.run(Assignment("job", task, tuple(before), behind=40.0), ALLOWANCE)
    assert resumed[0].octave == 1 and resumed[0].picture is picture
    # Only the second octave is told of, and the time of the first one counts.
    told = [[event for _, event in look if isinstance(event, LossPoint)] for look in looks]
    assert [[point.octave for point in points] for points in told] == [[1], [1] * 2, [1] * 3]
    assert 40 < outcome.seconds < 41
    recording = task.collect([*before, *(event for _, event in outcome.events)], 1.0, True)
    assert [(point.octave, point.iteration) for point in recording.losses] == [
        (octave, iteration) for octave in (0, 1) for iteration in (0, 1, 2)
    ]
    assert [frame.octave for frame in recording.frames] == [0, 1]


def test_a_preview_comes_each_second(monkeypatch):
    monkeypatch.setattr(dream_events, "PREVIEW_SECONDS", 0.0)
    numbers = []

    def look():
        told = worker.poll("job", 1, 0, False)
        numbers.extend(number for number, event in told if isinstance(event, Preview))

    monkeypatch.setattr(sys.modules[__name__], "between", look)
    run(request())
    assert len(numbers) == len(set(numbers)) == 6


def test_a_run_that_is_stopped_keeps_what_is_done(monkeypatch):
    calls = []

    def stop_at_the_fifth():
        calls.append(True)
        if len(calls) == 4:
            worker.poll("job", 1, 0, True)

    monkeypatch.setattr(sys.modules[__name__], "between", stop_at_the_fifth)
    outcome = run(task := request())
    assert (outcome.state, outcome.error) == ("cancelled", None)
    assert not events(outcome, Timed)
    recording = collected(task, outcome)
    assert not recording.finished
    assert len(recording.losses) == 5
    assert [(frame.octave, frame.ends_octave) for frame in recording.frames] == [
        (0, True),
        (1, False),
    ]


def test_a_job_told_to_stop_before_it_begins_does_not():
    assert worker.poll("early", 1, 0, True) is None
    task = request()
    outcome = worker.run(Assignment("early", task, ()), ALLOWANCE)
    assert (outcome.state, collected(task, outcome)) == ("cancelled", None)


def test_of_a_run_that_was_given_up_nothing_is_told_and_it_stops(monkeypatch):
    answers = []
    monkeypatch.setattr(
        sys.modules[__name__], "between", lambda: answers.append(worker.poll("job", 2, 0, False))
    )
    outcome = run(request())
    assert answers == [None] and outcome.state == "cancelled"


def test_two_runs_of_a_job_do_not_take_each_other_away(monkeypatch):
    second = []

    def start_another():
        monkeypatch.setattr(sys.modules[__name__], "between", lambda: None)
        second.append(worker.run(Assignment("job", request(), (), 2), ALLOWANCE))

    monkeypatch.setattr(sys.modules[__name__], "between", start_another)
    task = request()
    outcome = run(task)
    assert outcome.state == second[0].state == "done"
    assert len(collected(task, outcome).losses) == len(collected(task, second[0]).losses) == 6
    assert worker.poll("job", 1, 0, False) is worker.poll("job", 2, 0, False) is None


@pytest.mark.parametrize(
    ("seed", "error", "kept"),
    [
        (fake_engine.REFUSES, fake_engine.REFUSAL, False),
        (fake_engine.BREAKS, "in a way nobody foresaw (RuntimeError)", True),
        (fake_engine.STARVES, "needs more memory than there is", True),
    ],
)
def test_what_goes_wrong_is_said_in_a_sentence_and_keeps_what_is_done(seed, error, kept):
    outcome = run(task := request(seed))
    assert outcome.state == "failed"
    assert error in outcome.error
    recording = collected(task, outcome)
    assert (recording is not None) is kept
    if kept:
        assert len(recording.losses) == 3


def test_the_log_does_not_quote_the_visitor(caplog):
    with caplog.at_level(logging.ERROR):
        run(request(fake_engine.BREAKS))
    assert "RuntimeError" in caplog.text
    assert fake_engine.SECRET not in caplog.text


def test_only_what_dreamlab_warns_of_is_passed_on(monkeypatch):
    monkeypatch.setattr(sys.modules["dreamlab.dream"], "dream", fake_engine.dream)
    outcome = run(request(fake_engine.WARNS))
    assert events(outcome, Warned) == [Warned(fake_engine.WARNING)]


def test_frames_that_do_not_fit_are_counted():
    outcome = run(task := request(every=1), (), Allowance(2 * PICTURE.nbytes))
    frames = collected(task, outcome).frames
    assert outcome.dropped == 6 - len(frames) > 0
    assert sum(frame.picture.nbytes for frame in frames) <= 2 * PICTURE.nbytes


def test_warming_up_measures_the_deepest_layer():
    timed = warm_up("vgg16")
    assert timed.work == 224 * 224 * 38592
    assert 0 < timed.seconds < 5
    assert timed.precision == "float32"
