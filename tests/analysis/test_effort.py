import math
from pathlib import Path

import numpy as np
import pytest

from dreamlab.analysis import named
from dreamlab.analysis.effort import step_length
from dreamlab.analysis.run import analyse
from dreamlab.config import DreamConfig
from dreamlab.dream import dream
from dreamlab.images import load_image
from dreamlab.images.distance import distance, line_search
from dreamlab.models import load_model

CAT = Path(__file__).parents[1] / "data" / "cat_600x400.png"


def _grey(value=0.0):
    return np.full((2, 2, 3), value, np.float32)


def test_a_step_of_the_whole_distance_by_hand():
    # All values move by as much, so the distance is the step.
    assert step_length(_grey(), 0.1, _grey(1), 0.0) == pytest.approx(0.101)
    # One in twelve moves alone, by 12: the distance is the step times 12 / sqrt(12).
    direction = _grey()
    direction[0, 0, 0] = 12
    assert step_length(_grey(), 0.1, direction, 0.0) == pytest.approx(
        1.01 * 0.1 / math.sqrt(12), rel=0.005
    )
    # White stays white where it would get whiter: half of the values move, so the step is longer.
    image, direction = _grey(), _grey(1)
    image[0] = 1
    assert step_length(image, 0.1, direction, 0.0) == pytest.approx(
        1.01 * 0.1 * math.sqrt(2), rel=0.005
    )


def test_the_step_is_shorter_where_the_loss_would_more_than_double():
    # The whole distance takes a step of 0.1: the loss rises by 0.1 times its rise a step.
    assert step_length(_grey(), 0.1, _grey(1), 9.9) == pytest.approx(0.101)
    assert step_length(_grey(), 0.1, _grey(1), 10.1) == pytest.approx(0.065)
    # Three such steps at right angles to each other go the whole distance.
    assert 3 * 0.065**2 > 0.1**2 > 2 * 0.065**2


def test_a_step_is_one_that_a_dream_takes():
    assert step_length(_grey(), 0.1, _grey(), math.inf) == 0.65  # nothing moves
    assert step_length(_grey(1), 0.1, _grey(1), 0.0) == 1.0  # all is white
    assert step_length(_grey(), 2.0, _grey(1), 0.0) == 1.0  # too far
    assert step_length(_grey(), 1e-6, _grey(1), 0.0) == 1e-5  # too near


@pytest.mark.slow
def test_pictures_are_those_of_short_steps_in_a_third_of_the_looks_where_the_gradient_holds():
    """Against an oracle: steps of 0.03 until the distance is reached, the last one in part."""
    network, image = load_model("vgg16"), load_image(CAT, max_side=120)
    findings = analyse(named("atlas"), image, network)
    pictures = {item.key: load_image(item.picture) for item in findings.items}
    looks, oracle = {}, {}
    for name in pictures:
        before = image
        config = DreamConfig(layers={name: 1.0}, octaves=1, iterations=24, step=0.03)
        for step in dream(image, network, config):
            after = step.image
            if distance(after, image) >= 0.1:
                break
            before = after
        share = line_search(image, before, after, 0.1)
        oracle[name] = np.clip(before + np.float32(share) * (after - before), -1, 1)
        looks[name] = step.iteration + 1
    assert len(pictures) == 18
    for item in findings.items:
        name = item.key
        assert item.values["moved"] == pytest.approx(0.1, rel=1e-5)
        assert item.values["steps"] <= looks[name]
        away = {other: distance(oracle[other], pictures[name]) for other in oracle}
        # No other layer's picture is nearer, not even that of the layer before it.
        assert min(away, key=away.__getitem__) == name
        if name.startswith("block1"):
            assert (item.values["steps"], looks[name]) == (1, 3)
            assert away[name] < 0.015
    steps = sum(item.values["steps"] for item in findings.items)
    assert steps < 0.7 * sum(looks.values())
