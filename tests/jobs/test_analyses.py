"""Analyses as jobs: in this process, in the books, and on a real worker."""

import dataclasses
import threading
import time
from contextlib import closing

import pytest

from dreamlab.analysis import Findings, Item
from dreamlab.analysis.atlas import AtlasSettings
from dreamlab.analysis.channels import ChannelSettings
from dreamlab.config.deployment import Limits
from dreamlab.errors import DreamError
from dreamlab.images import png, to_pixels
from dreamlab.jobs import AnalysisRequest, worker
from dreamlab.jobs.events import Outcome, Seen
from dreamlab.jobs.ledger import Ledger
from dreamlab.jobs.run_state import RunState
from dreamlab.jobs.service import Jobs
from tests.support.jobs import news
from tests.support.tiny import picture, tiny_network

PICTURE = png(to_pixels(picture(40, 60)))
SETTINGS = AtlasSettings(amount=0.05, precision="float32", max_side=48)
REQUEST = AnalysisRequest(PICTURE, "atlas", SETTINGS)
LAYERS = ["first", "second", "pool", "third"]
MAX_BYTES = 10**8


@pytest.fixture
def tiny(monkeypatch):
    network = tiny_network(smooth=True)
    monkeypatch.setattr("dreamlab.models.cached_model", lambda model: network)


ITEMS = tuple(Item(name, name, {"layer": name}, b"png") for name in LAYERS)


def test_a_run_gives_its_findings(tiny):
    outcome = worker.run("job", REQUEST, MAX_BYTES)
    assert (outcome.state, outcome.error) == ("done", None)
    assert [item.key for item in outcome.result.items] == LAYERS
    assert outcome.result.complete
    assert outcome.last.fraction == 1.0
    assert outcome.last.items == ()  # they are in the result


def test_items_are_told_as_they_come_and_a_stop_keeps_them(tiny, monkeypatch):
    told = []
    advance = RunState.advance

    def looking(run, step):
        advance(run, step)
        seen = Seen(items=len(told))
        found = worker.progress("job", seen, stop=len(told) == 1)
        told.extend(found.items)
        assert found.doing == step.doing

    monkeypatch.setattr(RunState, "advance", looking)
    outcome = worker.run("job", REQUEST, MAX_BYTES)
    assert outcome.state == "cancelled"
    assert not outcome.result.complete
    assert [item.key for item in told] == ["first"]
    assert outcome.result.items == tuple(told)
    monkeypatch.undo()


def test_a_run_that_fails_keeps_what_it_found(tiny):
    one = len(worker.run("job", REQUEST, MAX_BYTES).result.items[0].picture)
    outcome = worker.run("job", REQUEST, one + 1)  # room for one picture
    assert outcome.state == "failed"
    assert "the pictures take more than 0 MB: choose a smaller max_side" in outcome.error
    assert [item.key for item in outcome.result.items] == ["first", "second"]
    assert not outcome.result.complete
    missing = dataclasses.replace(SETTINGS, layers=("fist",))
    outcome = worker.run("job", dataclasses.replace(REQUEST, settings=missing), MAX_BYTES)
    assert outcome.state == "failed"
    assert outcome.error == "tiny has no layer 'fist': did you mean first?"
    assert outcome.result is None


def test_the_books_from_queue_to_result():
    ledger = Ledger(Limits(), lambda: None)
    job = ledger.submit("a", REQUEST)
    record = ledger.take()
    ledger.advance(record, news(items=ITEMS[:1]))
    ledger.advance(record, news(items=ITEMS[1:2], doing="first"))
    status = ledger.status(job)
    assert (status.doing, status.fraction, status.items) == ("first", 0.5, ITEMS[:2])
    result = Findings("atlas", {}, "vgg16", "random", ITEMS, True, 2.0)
    ledger.end(record, Outcome("done", result, 2.0, last=news(fraction=1.0)))
    assert ledger.result(job) == result
    assert ledger.status(job).items == ()
    assert record.nbytes > len(ITEMS) * len(b"png")


def test_a_lost_worker_costs_no_item_twice():
    ledger = Ledger(Limits(), lambda: None)
    job = ledger.submit("a", REQUEST)
    ledger.advance(record := ledger.take(), news(items=ITEMS[:2]))
    assert ledger.lost(record)
    again = ledger.take()
    assert again.request.found == ITEMS[:2]
    ledger.advance(again, news(items=ITEMS[:2]))  # passed on by the run itself
    ledger.advance(again, news(items=ITEMS[2:3]))
    assert ledger.status(job).items == ITEMS[:3]
    assert ledger.lost(again)  # given up: what was found is kept
    status, result = ledger.status(job), ledger.result(job)
    assert status.state == "failed"
    assert (result.items, result.complete, result.original) == (ITEMS[:3], False, PICTURE)


RESUMED = dataclasses.replace(REQUEST, found=ITEMS[:3])


@pytest.mark.parametrize("taken", [False, True])
def test_a_resumed_run_that_is_cancelled_at_once_keeps_all(taken):
    ledger = Ledger(Limits(), lambda: None)
    job = ledger.submit("a", RESUMED)
    assert ledger.status(job).items == ITEMS[:3]
    if taken:
        ledger.advance(record := ledger.take(), news(items=ITEMS[:1]))
        assert ledger.status(job).items == ITEMS[:3]
        ledger.end(record, Outcome("cancelled", None, 0.1))
    ledger.cancel(job)
    assert ledger.result(job).items == ITEMS[:3]


def test_a_resumed_run_that_loses_its_worker_early_keeps_all():
    ledger = Ledger(Limits(), lambda: None)
    ledger.submit("a", RESUMED)
    ledger.advance(record := ledger.take(), news(items=ITEMS[:1]))
    ledger.lost(record)
    assert ledger.take().request.found == ITEMS[:3]


@pytest.mark.parametrize("stop_at", ["start", "first advance"])
def test_a_resumed_run_that_is_stopped_early_keeps_all(tiny, monkeypatch, stop_at):
    whole = worker.run("job", REQUEST, MAX_BYTES).result
    request = dataclasses.replace(REQUEST, found=whole.items[:3])
    if stop_at == "start":
        monkeypatch.setattr(worker, "_stopped", {"job"})
    else:
        advance = RunState.advance
        stop = lambda run, step: (advance(run, step), run.stop.set())  # noqa: E731
        monkeypatch.setattr(RunState, "advance", stop)
    outcome = worker.run("job", request, MAX_BYTES)
    assert outcome.state == "cancelled"
    assert outcome.result.items == whole.items[:3] and not outcome.result.complete


def test_what_cannot_run_is_refused_at_once():
    ledger = Ledger(Limits(cost=1.0), lambda: None)
    for request, message in [
        (dataclasses.replace(REQUEST, analysis="sky"), "unknown analysis 'sky'"),
        (dataclasses.replace(REQUEST, image=b""), "atlas needs a picture"),
        (dataclasses.replace(REQUEST, image=b"?"), "not a readable PNG"),
        (
            dataclasses.replace(REQUEST, settings=AtlasSettings(layers=("fist",))),
            "vgg16 has no layer 'fist'",
        ),
        (
            dataclasses.replace(
                REQUEST, settings=AtlasSettings(effort="equal steps", iterations=99)
            ),
            "at most 1 million are allowed",
        ),
    ]:
        with pytest.raises(DreamError, match=message):
            ledger.submit("a", request)
    ledger.submit("a", AnalysisRequest(b"", "channels", ChannelSettings(count=1)))


def test_the_work_is_that_of_the_picture_scaled_down():
    ledger = Ledger(Limits(), lambda: None)
    ledger.observe("vgg16", "float32", 1728.0 * 32 * 48 * 2, 1.0)
    settings = dataclasses.replace(SETTINGS, layers=("block1_conv1",), amount=0.06)
    # 40 x 60 px become 32 x 48, and 0.06 at 0.03 a step takes 2 steps of 1,728 multiplications.
    request = dataclasses.replace(REQUEST, settings=settings)
    assert ledger.estimate(request) == pytest.approx(1.0)


@pytest.mark.slow
def test_on_a_worker_items_arrive_live_and_a_cancelled_atlas_is_resumed(tmp_path):
    path = tmp_path / "tiny.keras"
    tiny_network(smooth=True).feature_extractor(["third"], "float32").save(path)
    # Many short steps, so that there is something to cancel.
    settings = dataclasses.replace(SETTINGS, effort="equal steps", iterations=200, step=1e-4)
    request = AnalysisRequest(PICTURE, "atlas", settings, model=str(path))
    with closing(Jobs(Limits(own_models=True, warm_model=str(path)))) as jobs:
        job = jobs.submit("a", request)
        waited = threading.Event()
        deadline = time.monotonic() + 60
        while not (status := jobs.status(job)).items:
            assert status.active and time.monotonic() < deadline, status
            waited.wait(0.01)
        assert 0 < status.fraction < 1
        jobs.cancel(job)
        asked = time.monotonic()
        while jobs.status(job).active:
            assert time.monotonic() - asked < 10
            waited.wait(0.01)
        assert time.monotonic() - asked < 1.5
        part = jobs.result(job)
        assert jobs.status(job).state == "cancelled"
        assert 1 <= len(part.items) < 4

        job = jobs.submit("a", dataclasses.replace(request, found=part.items))
        while jobs.status(job).active:
            assert time.monotonic() < deadline
            waited.wait(0.01)
        whole = jobs.result(job)
        assert jobs.status(job).state == "done"
        assert [item.key for item in whole.items] == LAYERS
        assert whole.items[: len(part.items)] == part.items
