"""Analyses as jobs: in this process, in the books, and on a real worker."""

import dataclasses
import logging
import threading
import time
from contextlib import closing

import keras
import pytest

from dreamlab.analysis import Findings, Item
from dreamlab.analysis.atlas import AtlasSettings
from dreamlab.analysis.channels import ChannelSettings
from dreamlab.analysis.run import analyse
from dreamlab.config.deployment import DeploymentSettings
from dreamlab.errors import DreamError
from dreamlab.images import Picture
from dreamlab.jobs import worker
from dreamlab.jobs.assignment import Assignment, Outcome
from dreamlab.jobs.jobs import Jobs
from dreamlab.jobs.service import JobService
from dreamlab.tasks.analysis_task import AnalysisTask
from dreamlab.tasks.events import Loaded, Place, Timed
from dreamlab.tasks.log import EventLog
from dreamlab.tasks.task import Allowance
from tests.support.tiny import picture, tiny_network

PICTURE = Picture.of(picture(40, 60))
SETTINGS = AtlasSettings(amount=0.05, precision="float32", max_side=48)
TASK = AnalysisTask(PICTURE, "atlas", SETTINGS)
LAYERS = ["first", "second", "pool", "third"]
ALLOWANCE = Allowance(1e8)


@pytest.fixture
def tiny(monkeypatch):
    network = tiny_network(smooth=True)
    monkeypatch.setattr("dreamlab.models.cached_model", lambda model: network)
    return network


ITEMS = tuple(Item(name, name, {"layer": name}, PICTURE) for name in LAYERS)


def run(task, resume=(), allowance=ALLOWANCE) -> tuple[Outcome, Findings | None]:
    """Run a task here, and return how it ended and the result as the page makes it."""
    outcome = worker.run(Assignment("job", task, resume), allowance)
    events = [*resume, *(event for _, event in outcome.events)]
    return outcome, task.collect(events, outcome.seconds, outcome.state == "done")


def numbered(*events):
    return tuple(enumerate(events))


def test_a_run_gives_its_findings(tiny):
    outcome, findings = run(TASK)
    assert (outcome.state, outcome.error) == ("done", None)
    assert [item.key for item in findings.items] == LAYERS
    assert findings.complete and findings.seconds == outcome.seconds
    assert (findings.model, findings.weights) == (tiny.name, tiny.weights)
    assert tuple(findings.original.shape) == (32, 48)
    (place,) = [event for _, event in outcome.events if isinstance(event, Place)]
    assert place.fraction == 1.0


def test_a_run_finds_what_the_library_finds(tiny):
    findings = analyse("atlas", PICTURE.pixels, tiny, SETTINGS)
    assert run(TASK)[1].items == findings.items


def test_items_are_told_as_they_come_and_a_stop_keeps_them(tiny, monkeypatch):
    told = []
    append = EventLog.append

    def looking(log, event):
        append(log, event)
        if isinstance(event, Place):
            events = [event for _, event in worker.poll("job", 1, 0, stop=len(told) == 1)]
            assert events[-1] is event
            told[:] = [event for event in events if isinstance(event, Item)]

    monkeypatch.setattr(EventLog, "append", looking)
    # Each layer takes several steps, so that there is something to stop.
    settings = dataclasses.replace(SETTINGS, effort="equal steps")
    outcome, findings = run(dataclasses.replace(TASK, settings=settings))
    assert outcome.state == "cancelled"
    assert not findings.complete
    assert [item.key for item in told] == ["first"]
    assert findings.items == tuple(told)
    monkeypatch.undo()


def test_an_analysis_gives_way_after_an_item_and_goes_on(tiny, monkeypatch):
    append = EventLog.append

    def looking(log, event):
        append(log, event)
        worker.poll("job", 1, 0, stop=False, give_way=True)

    with monkeypatch.context() as patch:
        patch.setattr(EventLog, "append", looking)
        settings = dataclasses.replace(SETTINGS, effort="equal steps")
        task = dataclasses.replace(TASK, settings=settings)
        outcome, findings = run(task)
    assert outcome.state == "gave way"
    assert [item.key for item in findings.items] == ["first"]
    outcome, findings = run(task, findings.items)
    assert outcome.state == "done" and [item.key for item in findings.items] == LAYERS
    assert findings.items == run(task)[1].items


def test_a_run_that_fails_keeps_what_it_found(tiny):
    size = run(TASK)[1].items[0].picture.nbytes
    outcome, findings = run(TASK, (), Allowance(size + 1))  # room for one picture
    assert outcome.state == "failed"
    assert "the pictures take more than 0 MB: choose a smaller max_side" in outcome.error
    assert [item.key for item in findings.items] == ["first", "second"]
    assert not findings.complete
    # What it resumes from counts too: each time there is room for less.
    outcome, again = run(TASK, findings.items, Allowance(size + 1))
    assert outcome.state == "failed" and again.items == findings.items
    missing = dataclasses.replace(SETTINGS, layers=("fist",))
    outcome, findings = run(dataclasses.replace(TASK, settings=missing))
    assert outcome.state == "failed"
    assert outcome.error == "tiny has no layer 'fist': did you mean first?"
    assert findings is None


def test_from_queue_to_result(caplog):
    jobs = Jobs(DeploymentSettings(), lambda: None)
    job = jobs.submit("a", TASK)
    jobs.take()
    loaded = Loaded("vgg16", "random", PICTURE)
    jobs.on_poll(job, numbered(loaded, ITEMS[0], Place(0.5, "first"), ITEMS[1]))
    status = jobs.status(job)
    assert (status.doing, status.fraction, status.result.items) == ("first", 0.5, ITEMS[:2])
    assert not status.result.complete
    rest = numbered(loaded, ITEMS[0], Place(0.5, "first"), *ITEMS[1:])[4:]
    with caplog.at_level(logging.INFO, "dreamlab.jobs"):
        jobs.end(job, Outcome("done", 2.0, None, rest))
    findings = jobs.status(job).result
    assert findings.items == ITEMS and findings.complete and findings.seconds == 2.0
    assert caplog.messages[0].startswith("atlas done: 4 items, waited ")


def test_an_analysis_says_nothing_of_a_dreams_speed(tiny):
    outcome, _ = run(TASK)
    assert not [event for _, event in outcome.events if isinstance(event, Timed)]


def test_a_lost_worker_costs_no_item_twice():
    jobs = Jobs(DeploymentSettings(), lambda: None)
    job = jobs.submit("a", TASK)
    jobs.take()
    jobs.on_poll(job, numbered(Loaded("vgg16", "random"), *ITEMS[:2]))
    jobs.lost(job)
    assert jobs.take().resume == ITEMS[:2]
    jobs.on_poll(job, numbered(Loaded("vgg16", "random"), ITEMS[2]))
    assert jobs.status(job).result.items == ITEMS[:3]
    jobs.lost(job)  # given up: what was found is kept
    status = jobs.status(job)
    assert status.state == "failed"
    assert (status.result.items, status.result.complete) == (ITEMS[:3], False)


@pytest.mark.parametrize("taken", [False, True])
def test_a_resumed_run_that_is_cancelled_at_once_keeps_all(taken):
    jobs = Jobs(DeploymentSettings(), lambda: None)
    job = jobs.submit("a", TASK, ITEMS[:3])
    assert jobs.status(job).result.items == ITEMS[:3]
    if taken:
        assert jobs.take().resume == ITEMS[:3]
        jobs.on_poll(job, numbered(Loaded("vgg16", "random")))
        assert jobs.status(job).result.items == ITEMS[:3]
        jobs.end(job, Outcome("cancelled", 0.1))
    jobs.cancel(job)
    assert jobs.status(job).result.items == ITEMS[:3]


def test_a_resumed_run_that_loses_its_worker_early_keeps_all():
    jobs = Jobs(DeploymentSettings(), lambda: None)
    job = jobs.submit("a", TASK, ITEMS[:3])
    jobs.take()
    jobs.on_poll(job, numbered(Loaded("vgg16", "random")))
    jobs.lost(job)
    assert jobs.take().resume == ITEMS[:3]


@pytest.mark.parametrize("stop_at", ["start", "first step"])
def test_a_resumed_run_that_is_stopped_early_keeps_all(tiny, monkeypatch, stop_at):
    whole = run(TASK)[1]
    if stop_at == "start":
        worker.poll("job", 1, 0, True)
    else:
        append = EventLog.append

        def stop(log, event):
            append(log, event)
            if isinstance(event, Place):
                worker.poll("job", 1, 0, True)

        monkeypatch.setattr(EventLog, "append", stop)
    outcome, findings = run(TASK, whole.items[:3])
    assert outcome.state == "cancelled"
    assert findings.items == whole.items[:3] and not findings.complete


def test_what_is_resumed_from_is_not_told_again(tiny):
    whole = run(TASK)[1]
    outcome, findings = run(TASK, whole.items[:3])
    told = [event.key for _, event in outcome.events if isinstance(event, Item)]
    assert told == ["third"] and findings.items == whole.items


def test_what_cannot_run_is_refused_at_once():
    jobs = Jobs(DeploymentSettings(cost=1.0), lambda: None)
    for task, message in [
        (dataclasses.replace(TASK, analysis="sky"), "unknown analysis 'sky'"),
        (dataclasses.replace(TASK, picture=None), "atlas needs a picture"),
        (
            dataclasses.replace(TASK, settings=AtlasSettings(layers=("fist",))),
            "vgg16 has no layer 'fist'",
        ),
        (
            dataclasses.replace(TASK, settings=AtlasSettings(effort="equal steps", iterations=99)),
            "at most 1 million are allowed",
        ),
    ]:
        with pytest.raises(DreamError, match=message):
            jobs.submit("a", task)
    jobs.submit("a", AnalysisTask(None, "channels", ChannelSettings(count=1, steps=20)))


def test_the_work_is_that_of_the_picture_scaled_down():
    jobs = Jobs(DeploymentSettings(), lambda: None)
    jobs.observe("vgg16", "float32", Timed(1728.0 * 32 * 48, 1.0, "float32"))
    settings = dataclasses.replace(SETTINGS, layers=("block1_conv1",))
    # 40 x 60 px become 32 x 48. A step takes 1,728 multiplications; equal effort at most 3 steps,
    # unless the gradient turns back.
    for values, seconds in (({}, 3), ({"most_steps": 2}, 2), ({"effort": "equal steps"}, 6)):
        task = dataclasses.replace(TASK, settings=dataclasses.replace(settings, **values))
        assert jobs.estimate(task) == pytest.approx(seconds)


@pytest.mark.slow
def test_on_a_worker_items_arrive_live_and_a_cancelled_atlas_is_resumed(tmp_path):
    path = tmp_path / "tiny.keras"
    tiny = tiny_network(smooth=True).feature_extractor(["third"], "float32")
    shown = keras.Input((None, None, 3))
    # Its first arithmetic says that pictures are in -1 to 1.
    keras.Model(shown, tiny(keras.layers.ReLU()((shown + 1.0) / 2))).save(path)
    # Many short steps, so that there is something to cancel.
    settings = dataclasses.replace(
        SETTINGS,
        layers=("first", "second", "pool", "third"),
        effort="equal steps",
        iterations=200,
        step=1e-4,
    )
    task = AnalysisTask(PICTURE, "atlas", settings, model=str(path))
    with closing(JobService(DeploymentSettings(own_models=True, warm_model=str(path)))) as jobs:
        job = jobs.submit("a", task)
        waited = threading.Event()
        deadline = time.monotonic() + 60
        while not (status := jobs.status(job)).result:
            assert status.active and time.monotonic() < deadline, status
            waited.wait(0.01)
        assert 0 < status.fraction < 1
        jobs.cancel(job)
        asked = time.monotonic()
        while jobs.status(job).active:
            assert time.monotonic() - asked < 10
            waited.wait(0.01)
        assert time.monotonic() - asked < 1.5
        part = jobs.status(job).result
        assert jobs.status(job).state == "cancelled"
        assert 1 <= len(part.items) < 4

        job = jobs.submit("a", task, part.items)
        while jobs.status(job).active:
            assert time.monotonic() < deadline
            waited.wait(0.01)
        whole = jobs.status(job).result
        assert jobs.status(job).state == "done"
        assert [item.key for item in whole.items] == LAYERS
        assert whole.items[: len(part.items)] == part.items
