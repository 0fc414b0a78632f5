"""A dream as a task of a worker, with the engine itself and a tiny network."""

import numpy as np
import pytest

from dreamlab import models
from dreamlab.config import DreamConfig
from dreamlab.images import Picture
from dreamlab.jobs import worker
from dreamlab.jobs.assignment import Assignment
from dreamlab.tasks.dream_task import DreamTask
from dreamlab.tasks.events import Checkpoint, Warned
from dreamlab.tasks.task import Allowance
from tests.support.tiny import picture, silenced, tiny_network

IMAGE = Picture.of(picture(40, 56))


@pytest.fixture(autouse=True)
def network(monkeypatch):
    """A network whose last layer is silent, in place of any that is asked for."""
    network = silenced(tiny_network(), "third")
    monkeypatch.setattr(models, "cached_model", lambda name: network)


def run(resume=(), **layers):
    config = DreamConfig(layers=layers, octaves=2, iterations=2, precision="float32")
    return worker.run(Assignment("job", DreamTask(IMAGE, config, "own"), resume), Allowance(1e8))


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
