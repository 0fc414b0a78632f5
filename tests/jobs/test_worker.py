"""What runs in a worker process, here in this one and with a stand-in for the engine."""

import logging
import os
import sys
import types
from functools import partial

import numpy as np
import pytest

from dreamlab.images import load_image, to_pixels
from dreamlab.jobs import run_state, worker
from dreamlab.jobs.events import Checkpoint, Seen
from dreamlab.jobs.protocol import Request
from dreamlab.jobs.warm_up import warm_up
from dreamlab.results.run_data import LossPoint
from tests.support import fake_engine
from tests.support import jobs as given

PICTURE = given.grey((64, 128))
MAX_BYTES = 10**8

request = partial(
    given.request, size=PICTURE.shape[:2], octaves=2, octave_scale=2, iterations=3, step=1e-5
)


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
    outcome = worker.run("job", request(), MAX_BYTES)
    assert (outcome.state, outcome.error, outcome.warnings) == ("done", None, ())
    recording = outcome.result.recording
    assert recording.finished
    assert (outcome.last.octave, outcome.last.iteration, outcome.last.losses) == (1, 2, ())
    assert load_image(outcome.last.preview).shape == PICTURE.shape
    assert [(point.octave, point.iteration) for point in recording.losses] == [
        (octave, iteration) for octave in (0, 1) for iteration in (0, 1, 2)
    ]
    assert [frame.pixels.shape for frame in recording.frames] == [(32, 64, 3), (64, 128, 3)]
    for picture, frame in zip(outcome.result.pictures, recording.frames, strict=True):
        assert np.array_equal(to_pixels(load_image(picture)), frame.pixels)
    assert np.array_equal(to_pixels(load_image(outcome.result.original)), PICTURE)
    assert worker.progress("job", Seen(), False) is None


@pytest.mark.parametrize(("variable", "memory"), [("", 0.0), ("1500", 1500.0)])
def test_a_dream_may_take_the_memory_of_the_deployment(monkeypatch, variable, memory):
    monkeypatch.setenv("DREAMLAB_MEMORY", variable)
    memories = []

    def spy(*arguments, memory, **options):
        memories.append(memory)
        return fake_engine.dream(*arguments, **options)

    monkeypatch.setattr(ENGINE, "dream", spy)
    assert worker.run("job", request(), MAX_BYTES).state == "done"
    assert memories == [memory]


def test_every_step_can_be_kept():
    outcome = worker.run("job", request(every=1), MAX_BYTES)
    assert len(outcome.result.pictures) == len(outcome.result.recording.frames) == 6


def test_a_run_is_looked_at_from_outside(monkeypatch):
    seen, looks = Seen(), []

    def look():
        nonlocal seen
        news = worker.progress("job", seen, False)
        seen = Seen(seen.losses + len(news.losses), seen.octaves + len(news.frames), news.previews)
        looks.append(news)

    monkeypatch.setattr(sys.modules[__name__], "between", look)
    worker.run("job", request(), MAX_BYTES)
    assert [len(news.losses) for news in looks] == [1] * 6
    assert [len(news.frames) for news in looks] == [0, 0, 1, 0, 0, 1]
    assert [(news.octave, news.iteration) for news in looks] == [
        (octave, iteration) for octave in (0, 1) for iteration in (0, 1, 2)
    ]
    assert [news.fraction for news in looks] == pytest.approx([i / 6 for i in range(1, 7)])
    # One at once, then at each octave's end, as no second passes.
    assert [news.preview is not None for news in looks] == [1, 0, 1, 0, 0, 1]
    assert load_image(looks[0].preview).shape == (32, 64, 3)
    assert looks[0].provenance.model == "vgg16"


def test_the_newest_octave_that_ended_can_be_gone_on_from(monkeypatch):
    seen, octaves, pictures = Seen(), [], []

    def look():
        nonlocal seen
        checkpoint = worker.progress("job", seen, False).checkpoint
        octaves.append(checkpoint and checkpoint.octave)
        if checkpoint is not None:
            pictures.append(checkpoint.picture)
            seen = Seen(checkpoint=checkpoint.octave)

    monkeypatch.setattr(sys.modules[__name__], "between", look)
    last = worker.run("job", request(octaves=3, octave_scale=1.3), MAX_BYTES).last
    # None after the last octave: nothing is left to go on with.
    assert octaves == [None, None, 1, None, None, 2, None, None, None]
    assert [picture.shape for picture in pictures] == [(37, 75, 3), (49, 98, 3)]
    assert [float(picture[0, 0, 1]) for picture in pictures] == pytest.approx([1 / 3, 2 / 3])
    assert all(picture.dtype == np.float32 for picture in pictures)
    assert last.checkpoint is None


def test_a_run_goes_on_where_another_process_left_off(monkeypatch):
    whole = worker.run("job", request(), MAX_BYTES).result.recording
    picture = np.full((32, 64, 3), 0.5, np.float32)
    before = [LossPoint(0, 32, 64, iteration, 7.0, {"block1_conv1": 7.0}) for iteration in range(3)]
    checkpoint = Checkpoint(1, picture, 40.0, tuple(before), (whole.frames[0],))
    given, looks = [], []

    def dream(image, network, config, *, resume, memory):
        given.append(resume)
        return stepping(image, network, config, resume=resume)

    monkeypatch.setattr(ENGINE, "dream", dream)
    monkeypatch.setattr(
        sys.modules[__name__],
        "between",
        lambda: looks.append(worker.progress("job", Seen(3, 1, 0, 1), False)),
    )
    outcome = worker.run("job", request(), MAX_BYTES, checkpoint)
    assert given[0].octave == 1 and given[0].picture is picture
    # Only the second octave is news, and the time of the first one counts.
    assert [[point.octave for point in news.losses] for news in looks] == [[1], [1] * 2, [1] * 3]
    assert [len(news.frames) for news in looks] == [0, 0, 1]
    assert all(40 < news.seconds < 41 and news.checkpoint is None for news in looks)
    recording = outcome.result.recording
    assert [(point.octave, point.iteration) for point in recording.losses] == [
        (octave, iteration) for octave in (0, 1) for iteration in (0, 1, 2)
    ]
    assert [point.loss for point in recording.losses[:4]] == [7.0, 7.0, 7.0, float(os.getpid())]
    assert [frame.octave for frame in recording.frames] == [0, 1]
    assert len(outcome.result.pictures) == 2
    assert 40 < recording.seconds < 41
    assert outcome.warnings == ()


def test_pictures_that_a_lost_process_took_along_are_told_of():
    checkpoint = Checkpoint(1, np.zeros((32, 64, 3), np.float32), 1.0)
    outcome = worker.run("job", request(every=1), MAX_BYTES, checkpoint)
    assert "pictures between octaves are missing" in outcome.warnings[0]
    assert [frame.octave for frame in outcome.result.recording.frames] == [1, 1, 1]


def test_a_preview_comes_each_second(monkeypatch):
    monkeypatch.setattr(run_state, "PREVIEW_SECONDS", 0.0)
    counts = []
    monkeypatch.setattr(
        sys.modules[__name__],
        "between",
        lambda: counts.append(worker.progress("job", Seen(), False).previews),
    )
    worker.run("job", request(), MAX_BYTES)
    assert counts == [1, 2, 3, 4, 5, 6]


def test_a_run_that_is_stopped_keeps_what_is_done(monkeypatch):
    calls = []

    def stop_at_the_fifth():
        calls.append(True)
        if len(calls) == 4:
            worker.progress("job", Seen(), True)

    monkeypatch.setattr(sys.modules[__name__], "between", stop_at_the_fifth)
    outcome = worker.run("job", request(), MAX_BYTES)
    assert (outcome.state, outcome.error) == ("cancelled", None)
    recording = outcome.result.recording
    assert not recording.finished
    assert len(recording.losses) == 5
    assert [(frame.octave, frame.ends_octave) for frame in recording.frames] == [
        (0, True),
        (1, False),
    ]


def test_a_job_told_to_stop_before_it_begins_does_not():
    assert worker.progress("early", Seen(), True) is None
    outcome = worker.run("early", request(), MAX_BYTES)
    assert (outcome.state, outcome.result) == ("cancelled", None)


@pytest.mark.parametrize(
    ("seed", "error", "kept"),
    [
        (fake_engine.REFUSES, fake_engine.REFUSAL, False),
        (fake_engine.BREAKS, "in a way nobody foresaw (RuntimeError)", True),
        (fake_engine.STARVES, "needs more memory than there is", True),
    ],
)
def test_what_goes_wrong_is_said_in_a_sentence_and_keeps_what_is_done(seed, error, kept):
    outcome = worker.run("job", request(seed), MAX_BYTES)
    assert outcome.state == "failed"
    assert error in outcome.error
    assert (outcome.result is not None) is kept
    if kept:
        assert len(outcome.result.recording.losses) == 3


def test_the_log_does_not_quote_the_visitor(caplog):
    with caplog.at_level(logging.ERROR):
        worker.run("job", request(fake_engine.BREAKS), MAX_BYTES)
    assert "RuntimeError" in caplog.text
    assert fake_engine.SECRET not in caplog.text


def test_a_picture_that_is_none_fails_with_its_sentence():
    outcome = worker.run("job", Request(b"no picture", request().config), MAX_BYTES)
    assert outcome.state == "failed"
    assert "\n" not in outcome.error and "nobody foresaw" not in outcome.error


def test_only_what_dreamlab_warns_of_is_passed_on(monkeypatch):
    monkeypatch.setattr(sys.modules["dreamlab.dream"], "dream", fake_engine.dream)
    outcome = worker.run("job", request(fake_engine.WARNS), MAX_BYTES)
    assert outcome.warnings == (fake_engine.WARNING,)


def test_frames_that_do_not_fit_are_told_of():
    outcome = worker.run("job", request(every=1), 2 * PICTURE.nbytes)
    assert "frames did not fit" in outcome.warnings[0]
    assert len(outcome.result.pictures) == len(outcome.result.recording.frames) < 6


def test_warming_up_measures_the_deepest_layer():
    warmth = warm_up("vgg16", 60)
    assert warmth.work == 224 * 224 * 38592
    assert 0 < warmth.seconds < 5
    assert warmth.precision == "float32"
