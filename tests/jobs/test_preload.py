"""What a worker does as it starts, here in this process and with a stand-in for the engine."""

import logging
import sys
import types

import pytest

from dreamlab.errors import DreamError, shown
from dreamlab.jobs import preload, worker
from dreamlab.jobs.assignment import Assignment
from dreamlab.jobs.preload import Readiness
from dreamlab.tasks.task import Allowance
from tests.support import fake_engine
from tests.support.jobs import request


@pytest.fixture(autouse=True)
def engine(monkeypatch):
    """The stand-in, whose networks load as `engine.cached_model` says."""
    models = types.SimpleNamespace(cached_model=fake_engine.cached_model)
    dreaming = types.SimpleNamespace(dream=fake_engine.dream, Resume=fake_engine.Resume)
    monkeypatch.setitem(sys.modules, "dreamlab.models", models)
    monkeypatch.setitem(sys.modules, "dreamlab.dream", dreaming)
    monkeypatch.setattr(preload, "_readiness", Readiness())
    return models


def broken(model):
    raise ImportError(fake_engine.SECRET)


SENTENCE = (
    "the worker cannot load its network (ImportError): tell whoever runs this page, whose log "
    "has more"
)


def test_a_worker_that_was_told_to_load_nothing_has_no_problem():
    assert preload.readiness() == Readiness("", None, None)


def test_a_network_that_loads_is_timed():
    preload.dask_setup(None)
    assert preload.readiness().model == "vgg16" and preload.readiness().problem is None
    assert preload.readiness().timed.seconds > 0


def test_why_a_network_does_not_load_is_kept_until_it_does(monkeypatch, tmp_path, caplog):
    own = tmp_path / "missing.keras"
    monkeypatch.setenv("DREAMLAB_WARM_MODEL", str(own))
    preload.dask_setup(None)
    error = f"there is no model file '{own}'"
    told = "there is no model file 'missing.keras'"  # strangers read it, who need no folder
    assert preload.readiness() == Readiness(str(own), None, told)
    assert f"warm-up failed: {error}" in caplog.text
    own.write_bytes(b"")
    assert preload.load() == preload.readiness()
    assert preload.readiness().problem is None and preload.readiness().timed is not None


def test_a_long_path_is_not_told_either(monkeypatch, engine):
    own = "/srv/" + "deep/" * 20 + "mine.keras"

    def missing(model):
        raise DreamError(f"there is no model file {shown(model)}, or {model} is damaged")

    engine.cached_model = missing
    monkeypatch.setenv("DREAMLAB_WARM_MODEL", own)
    assert preload.load().problem == (
        "there is no model file 'mine.keras', or mine.keras is damaged"
    )


def test_a_setting_that_cannot_be_is_told_of_too(monkeypatch):
    monkeypatch.setenv("DREAMLAB_STORE_MB", "much")
    preload.dask_setup(None)
    assert preload.readiness().problem == "DREAMLAB_STORE_MB is 'much'; choose a number"


def test_what_nobody_foresaw_is_a_sentence_and_a_dream_fails_with_it(engine, caplog):
    engine.cached_model = broken
    preload.dask_setup(None)
    assert preload.readiness() == Readiness("vgg16", None, SENTENCE)
    outcome = worker.run(Assignment("job", request()), Allowance(1e8))
    assert (outcome.state, outcome.error) == ("failed", SENTENCE)
    assert [record.levelno for record in caplog.records] == [logging.ERROR] * 2
    assert "in broken" in caplog.text and fake_engine.SECRET not in caplog.text


def test_a_dream_that_is_refused_says_its_own_reason(engine):
    engine.cached_model = broken
    preload.dask_setup(None)
    engine.cached_model = fake_engine.cached_model
    outcome = worker.run(Assignment("job", request(fake_engine.REFUSES)), Allowance(1e8))
    assert outcome.error == fake_engine.REFUSAL
