"""A dream as a task of a worker, with the engine itself and a tiny network."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from dreamlab import models
from dreamlab.config import DreamConfig
from dreamlab.config.provenance import Parent
from dreamlab.images import Picture, Shape
from dreamlab.images.branch import BranchPoint
from dreamlab.jobs import worker
from dreamlab.jobs.assignment import Assignment
from dreamlab.models import load_model
from dreamlab.results.frame import Frame
from dreamlab.results.predictions import CENTRE, FIVE_CROPS, predictions
from dreamlab.results.run_data import LossPoint
from dreamlab.tasks.dream_task import DreamTask
from dreamlab.tasks.events import Checkpoint, Place, Timed, Warned
from dreamlab.tasks.task import TYPICAL_OPERATIONS, Allowance
from tests.support.own import picture_input, stacked, unet
from tests.support.tiny import headed_network, picture, silenced, tiny_network

IMAGE = Picture.of(picture(40, 56))


@pytest.fixture(autouse=True)
def network(monkeypatch):
    """A network whose last layer is silent, in place of any that is asked for."""
    network = silenced(tiny_network(), "third")
    monkeypatch.setattr(models, "cached_model", lambda name: network)


def run(resume=(), effort=None, **layers):
    config = DreamConfig(layers=layers, octaves=2, iterations=2, effort=effort, precision="float32")
    return worker.run(
        Assignment("job", DreamTask(IMAGE, config, "own"), resume), Allowance(1e8, own_models=True)
    )


def of(outcome, kind):
    return [event for _, event in outcome.events if isinstance(event, kind)]


def test_what_cannot_move_fails_with_the_very_sentence():
    outcome = run(third=1)
    assert outcome.state == "failed"
    assert outcome.error == (
        "third does not answer to this picture, so no step changes it: "
        "choose a layer that does, such as pool"
    )


def test_a_silent_layer_in_a_mix_is_among_the_warnings():
    outcome = run(third=1, second=0.5)
    assert (outcome.state, outcome.error) == ("done", None)
    assert of(outcome, Warned) == [
        Warned(
            "third does not answer to this picture, and the dream went on without: "
            "choose another layer or other channels"
        )
    ]


def test_a_dream_that_falls_short_of_its_effort_is_among_the_warnings():
    outcome = run(second=1, effort=1.0)
    assert outcome.state == "done"
    (warned,) = of(outcome, Warned)
    assert warned.sentence.startswith("the picture moved by 0.0")
    assert " of the 1 asked for: choose more iterations" in warned.sentence
    assert of(run(second=1, effort=0.01), Warned) == []


def test_the_time_is_that_of_the_steps_that_were_taken():
    whole, early = run(second=1), run(second=1, effort=0.01)
    (timed,) = of(whole, Timed)
    assert timed.work == 2 * (28 * 40 + 40 * 56) * TYPICAL_OPERATIONS
    (timed,), points = of(early, Timed), of(early, LossPoint)
    assert timed.work == sum(point.height * point.width for point in points) * TYPICAL_OPERATIONS
    assert len(points) < 4
    # A run that resumes tells the work of both, as it tells the time of both; a worker gets no
    # more than the checkpoint.
    (again,) = of(run(tuple(of(whole, Checkpoint)), second=1), Timed)
    assert again.work == of(whole, Timed)[0].work


def test_a_checkpoint_says_whether_the_picture_was_moved():
    (moved,) = of(run(second=1), Checkpoint)
    (still,) = of(run(third=1), Checkpoint)
    assert (moved.moved, still.moved) == (True, False)
    assert run((still,), third=1).state == "failed"
    outcome = run((Checkpoint(1, np.array(still.picture), 0.1),), third=1)
    assert outcome.state == "done"
    assert [warned.sentence.split(":")[0] for warned in of(outcome, Warned)] == [
        "octave 2 of 2 left the picture as it was"
    ]


@pytest.fixture(autouse=True)
def seeded():
    """Random weights are the same in each run: some leave channels without an answer."""
    keras.utils.set_random_seed(1)


@pytest.mark.parametrize("grey", [False, True])
def test_the_original_is_the_one_that_was_dreamt_of(grey, monkeypatch):
    inputs = picture_input(64, 64, 1)
    model = keras.Model(inputs, stacked(inputs)) if grey else unet(None)
    own = load_model(model, input_range="-1,1")
    monkeypatch.setattr(models, "cached_model", lambda name: own)
    config = DreamConfig(
        layers="pool_b" if grey else "mask", octaves=2, iterations=1, precision="float32"
    )
    task = DreamTask(Picture.of(picture(43, 57)), config, "own")
    outcome = worker.run(Assignment("job", task, ()), Allowance(1e8, own_models=True))
    events = [event for _, event in outcome.events]
    recording = task.collect(events, 1.0, True)
    assert recording.original.shape == recording.final.picture.shape
    assert recording.original.shape == ((43, 57) if grey else (40, 56))
    assert (np.ptp(recording.original.pixels, axis=2).max() == 0) == grey
    said = [event.sentence[:33] for event in of(outcome, Warned)]
    assert said == [] if grey else ["the sides are rounded to 56 x 40 p"[:33]]
    # A run that resumes after the first octave knows it still.
    kept = task.kept(events)
    again = worker.run(Assignment("job", task, kept), Allowance(1e8, own_models=True))
    rest = task.collect([*kept, *(event for _, event in again.events)], 1.0, True)
    assert rest.original == recording.original


@pytest.fixture
def fish(monkeypatch):
    """A dream toward a class by a tiny network with a head, in two octaves."""
    monkeypatch.setattr(models, "cached_model", lambda name: headed_network())
    config = DreamConfig(
        layers="predictions",
        channels={"predictions": ["goldfish"]},
        octaves=2,
        iterations=2,
        precision="float32",
        convolution="direct",
    )
    return DreamTask(Picture.of(picture(48, 60)), config, "efficientnet_lite0")


def ran(task, resume=()):
    outcome = worker.run(Assignment("job", task, tuple(resume)), Allowance(1e8))
    assert outcome.error is None
    return [event for _, event in outcome.events]


PLACES = [(octave, crop) for octave in (-1, 0, 1) for crop in (CENTRE, FIVE_CROPS)]


def places(recording):
    return [(each.octave, each.crop) for each in recording.predictions]


def test_what_the_network_calls_it_is_among_the_events(fish):
    recording = fish.collect(ran(fish), 1.0, True)
    assert places(recording) == PLACES
    assert recording.provenance.config.channels == {"predictions": (1,)}
    before, after = recording.predictions[:2], recording.predictions[-2:]
    network = headed_network()
    assert tuple(before) == predictions(network, fish.picture.pixels)
    assert tuple(after) == predictions(network, recording.final.pixels, 1)


def test_a_run_that_resumes_says_nothing_twice(fish):
    events = ran(fish)
    whole = fish.collect(events, 1.0, True)
    kept = fish.kept(events)
    # A worker gets the checkpoint alone; the page keeps the rest.
    again = ran(fish, [event for event in kept if isinstance(event, Checkpoint)])
    rest = fish.collect([*kept, *again], 1.0, True)
    assert rest.predictions == whole.predictions


def test_a_cancelled_run_is_called_by_its_last_picture(fish):
    events, steps = [], []

    def stop():
        steps.append(1)
        return len(steps) > 3  # before the first step, then after each

    assert not fish.run((), events.append, stop, Allowance(1e8))
    recording = fish.collect(events, 1.0, False)
    assert not recording.final.ends_octave
    assert places(recording) == PLACES
    found = recording.called(recording.final)
    (known, _) = predictions(headed_network(), recording.final.pixels, 1)
    assert found == known


def test_a_dream_that_goes_so_far_and_no_further_is_likely_to_end_before():
    settings = {"layers": {"block2_conv2": 1.0}, "octaves": 2, "iterations": 40, "step": 0.02}
    whole = DreamTask(IMAGE, DreamConfig(**settings)).cost()
    bounded = DreamTask(IMAGE, DreamConfig(**settings, effort=0.2)).cost()
    # 4 x 0.2 / 0.02 = 40 of 2 x 40 steps; what is allowed is held against all of them.
    assert bounded.work == pytest.approx(whole.work / 2)
    assert bounded.pixel_steps == whole.pixel_steps
    far = DreamTask(IMAGE, DreamConfig(**settings, effort=2.0)).cost()
    assert far.work == whole.work
    alone = {**settings, "only_octave": 2}
    whole = DreamTask(IMAGE, DreamConfig(**alone)).cost()
    # 20 of the 40 steps of a single octave.
    bounded = DreamTask(IMAGE, DreamConfig(**alone, effort=0.1)).cost()
    assert bounded.work == pytest.approx(whole.work / 2)


@pytest.mark.parametrize(
    ("iterations", "left_after"), [(3, [1]), (3, [3]), (3, [1, 1, 1, 1, 1]), (1, [1])]
)
def test_a_dream_that_gives_way_goes_on_bit_for_bit(iterations, left_after):
    config = DreamConfig(
        layers={"second": 1}, octaves=2, iterations=iterations, jitter=2, gaussian_noise=0.05
    )
    task = DreamTask(IMAGE, config, "own", every=1)

    def told(resume, steps):
        events, looks = list(resume), []

        def give_way():
            looks.append(True)
            return len(looks) == steps

        allowance = Allowance(1e8, own_models=True)
        needed = [event for event in resume if isinstance(event, Checkpoint)]
        ended = task.run(needed, events.append, lambda: False, allowance, give_way)
        return ended, events

    ended, whole = told((), None)
    assert ended
    kept = ()
    for steps in left_after:
        ended, events = told(kept, steps)
        kept = task.kept(events)
        assert not ended and isinstance(kept[-1], Checkpoint)
    ended, events = told(kept, None)
    assert ended
    assert [event.work for event in events if isinstance(event, Timed)] == [
        event.work for event in whole if isinstance(event, Timed)
    ]
    ours, theirs = task.collect(events, 1.0, True), task.collect(whole, 1.0, True)
    assert ours.losses == theirs.losses and len(ours.losses) == 2 * iterations
    assert [frame.iteration for frame in ours.frames] == [
        frame.iteration for frame in theirs.frames
    ]
    assert all(
        (one.pixels == other.pixels).all()
        for one, other in zip(ours.frames, theirs.frames, strict=True)
    )
    assert ours.predictions == theirs.predictions


def test_a_dream_goes_on_with_the_arithmetic_that_it_began_with(monkeypatch):
    """Each worker would choose what is fastest there."""
    asked = []

    def arithmetic(*of):
        asked.append(of)
        return "float32", "direct"

    monkeypatch.setattr("dreamlab.dream.courses.arithmetic", arithmetic)
    task = DreamTask(IMAGE, DreamConfig(layers={"second": 1}, octaves=2, iterations=2), "own")
    allowance = Allowance(1e8, own_models=True)
    events = []
    assert not task.run((), events.append, lambda: False, allowance, lambda: True)
    kept = task.kept(events)
    needed = [event for event in kept if isinstance(event, Checkpoint)]
    again = []
    assert task.run(needed, again.append, lambda: False, allowance)
    assert asked == [("auto", "auto"), ("float32", "direct")]
    made = task.collect([*kept, *again], 1.0, True).provenance
    assert made == task.collect(events, 1.0, True).provenance
    assert made.config == task.config


LARGE = Picture.of(picture(80, 112))
MIXED = DreamConfig(
    layers={"second": 1}, octaves=3, iterations=3, jitter=2, gaussian_noise=0.05, step=0.05
)


def begun_from(whole, frame, config=MIXED):
    """The task of a dream that goes on from a frame of a whole one."""
    parent = Parent(whole.provenance.id, frame.octave, frame.iteration)
    start = BranchPoint(parent, frame.picture, frame.ends_octave, exact=frame.exact)
    return DreamTask(LARGE, config, "own", every=1, start=start, parent=parent)


def whole_dream():
    task, events = DreamTask(LARGE, MIXED, "own", every=1), []
    assert task.run((), events.append, lambda: False, Allowance(1e8, own_models=True))
    return task.collect(events, 1.0, True)


def test_exact_values_are_kept_of_all_octaves_but_the_last_and_shared_with_checkpoints():
    events, allowance = [], Allowance(1e8, own_models=True)
    DreamTask(LARGE, MIXED, "own").run((), events.append, lambda: False, allowance)
    frames = [event for event in events if isinstance(event, Frame)]
    checkpoints = [event for event in events if isinstance(event, Checkpoint)]
    assert [frame.exact is None for frame in frames] == [False, False, True]
    for frame, checkpoint in zip(frames, checkpoints, strict=False):
        assert checkpoint.picture is frame.exact
        assert frame.exact.dtype == np.float32
        assert Picture.of(frame.exact) == frame.picture


def test_a_dream_that_goes_on_from_an_octave_equals_the_whole_one_bit_for_bit():
    whole = whole_dream()
    for octave in (0, 1):
        (frame,) = (each for each in whole.octave_frames if each.octave == octave)
        task, events = begun_from(whole, frame), []
        assert task.run((), events.append, lambda: False, Allowance(1e8, own_models=True))
        rest = task.collect(events, 1.0, True)
        expected = [point for point in whole.losses if point.octave > octave]
        assert rest.losses == expected
        behind = [each for each in whole.frames if each.octave > octave]
        assert len(rest.frames) == len(behind)
        for ours, theirs in zip(rest.frames, behind, strict=True):
            assert (ours.picture.pixels == theirs.picture.pixels).all()
        assert rest.provenance.parent == task.parent
        assert rest.original == whole.original
        assert rest.begun_from == frame.picture
        # Its progress begins at 0, and its cost is that of what it does.
        fractions = [event.fraction for event in events if isinstance(event, Place)]
        steps = [point.height * point.width for point in expected]
        assert fractions[0] == pytest.approx(steps[0] / sum(steps))
        assert fractions[-1] == pytest.approx(1)
        (timed,) = (event for event in events if isinstance(event, Timed))
        assert timed.work == sum(steps) * TYPICAL_OPERATIONS
        assert task.cost().pixel_steps == sum(steps)
        assert [Shape(point.height, point.width) for point in expected[::3]] == list(
            task.plan.shapes
        )


def test_a_dream_that_goes_on_from_a_picture_between_steps_takes_the_next_step():
    whole = whole_dream()
    (frame,) = (each for each in whole.frames if (each.octave, each.iteration) == (1, 0))
    task, events = begun_from(whole, frame), []
    assert frame.exact is None
    assert task.run((), events.append, lambda: False, Allowance(1e8, own_models=True))
    rest = task.collect(events, 1.0, True)
    places = [(point.octave, point.iteration) for point in rest.losses]
    assert places == [(1, 1), (1, 2), (2, 0), (2, 1), (2, 2)]
    assert task.cost().pixel_steps == sum(point.height * point.width for point in rest.losses)


@pytest.mark.parametrize("mask", ["", "rectangle:0,0,0.5,1"])
def test_a_branch_that_gives_way_or_loses_its_worker_goes_on_bit_for_bit(mask):
    whole = whole_dream()
    task = begun_from(whole, whole.octave_frames[0], MIXED.replace(mask=mask))
    allowance, events, looks = Allowance(1e8, own_models=True), [], []
    undisturbed = []
    assert task.run((), undisturbed.append, lambda: False, allowance)
    whole = whole if not mask else task.collect(undisturbed, 1.0, True)

    def give_way():
        looks.append(True)
        return len(looks) == 4

    assert not task.run((), events.append, lambda: False, allowance, give_way)
    kept = task.kept(events)
    needed = [event for event in kept if isinstance(event, Checkpoint)]
    more = list(kept)
    assert task.run(needed, more.append, lambda: False, allowance)
    rest = task.collect(more, 1.0, True)
    assert rest.losses == [point for point in whole.losses if point.octave > 0]
    assert (rest.final.pixels == whole.final.pixels).all()
    fractions = [event.fraction for event in more if isinstance(event, Place)]
    assert fractions == sorted(fractions) and fractions[-1] == pytest.approx(1)


def test_a_dream_of_the_last_picture_is_one_of_that_picture():
    whole = whole_dream()
    task, events = begun_from(whole, whole.final), []
    assert task.run((), events.append, lambda: False, Allowance(1e8, own_models=True))
    rest = task.collect(events, 1.0, True)
    assert rest.original == whole.final.picture and rest.begun_from is None
    assert len(rest.losses) == len(whole.losses)
    assert rest.provenance.parent == Parent(whole.provenance.id, 2, 2)
    assert rest.provenance.picture == whole.final.picture.digest
    assert task.cost().pixel_steps == DreamTask(LARGE, MIXED, "own").cost().pixel_steps


def test_a_branch_is_nobody_elses_and_lets_go_of_its_start():
    whole = whole_dream()
    task = replace(begun_from(whole, whole.octave_frames[0]), public=True, model="vgg16")
    assert task.key is None
    assert replace(task, start=None).key is replace(task, parent=None).key is None
    assert replace(task, start=None, parent=None).key is not None
    for own in ({"guide": "picture"}, {"mask": "picture"}):
        alone = DreamTask(LARGE, MIXED.replace(**own), public=True, **dict.fromkeys(own, LARGE))
        assert alone.key is None and alone.released(None).key is None
    exact = whole.octave_frames[0].exact.nbytes
    assert task.nbytes == LARGE.nbytes + whole.octave_frames[0].picture.nbytes + exact
    assert task.released(None).nbytes == LARGE.nbytes


def test_a_guide_and_a_mask_that_are_pictures_reach_the_dream():
    pixels = np.zeros((80, 112, 3), np.uint8)
    pixels[:, 56:] = 255
    guide, mask = Picture.of(picture(30, 42, seed=3)), Picture(pixels)
    config = MIXED.replace(octaves=1, guide="picture", mask="picture")
    task = DreamTask(LARGE, config, "own", public=True, guide=guide, mask=mask)
    events = []
    assert task.run((), events.append, lambda: False, Allowance(1e8, own_models=True))
    made = task.collect(events, 1.0, True)
    assert (made.final.pixels[:, :56] == LARGE.pixels[:, :56]).all()
    assert (made.final.pixels[:, 56:] != LARGE.pixels[:, 56:]).mean() > 0.5
    assert made.guide.guide == guide
    assert (made.provenance.guide, made.provenance.mask) == (guide.digest, mask.digest)
    # Whose they are, nobody else shares; they take memory until the dream is over.
    assert task.nbytes == 3 * (2 * 80 * 112 + 30 * 42)
    assert task.released(made).nbytes == LARGE.nbytes
