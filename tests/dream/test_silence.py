"""A dream that cannot move, or not in all its parts, says so."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from dreamlab.dream import NoAnswer, Resume, Silence, dream, dreams
from dreamlab.dream.run import attempts
from dreamlab.models import Network
from tests.support.tiny import silenced, tiny_network
from tests.support.vain import IMAGE, TWO_OCTAVES, in_vain, speck, told


def test_shifts_may_wake_a_layer_so_all_steps_are_tried():
    network = silenced(tiny_network(), "third")
    sentence, steps = in_vain(network, replace(TWO_OCTAVES, jitter=3))
    assert sentence.startswith("third does not answer")
    assert [(step.octave, step.iteration) for step in steps] == [
        (0, 0),
        (0, 1),
        (0, 2),
        (1, 0),
        (1, 1),
    ]


@pytest.mark.parametrize("tile", ["auto", 64])
def test_octaves_that_cannot_move_are_told_and_the_others_are_dreamt(tile):
    # Of 149 pixels the octave of 75 takes every second, that of 38 every fourth. The pixel comes
    # into the picture with the lost detail at the end of the octave of 75.
    network, image = speck(70)
    config = replace(TWO_OCTAVES, octaves=3, octave_scale=1.98, iterations=2, tile=tile)
    sentences, last = told(network, config, image)
    assert sentences == [
        "octaves 1 and 2 of 3 left the picture as it was: "
        "third does not answer to it at 38 x 38 px and 75 x 75 px"
    ]
    assert last[70, 70].min() > 1


def test_a_dead_layer_in_a_mix_is_named_and_the_dream_is_that_of_the_others():
    network = silenced(tiny_network(), "third", channels=(1, 4))
    alone = replace(TWO_OCTAVES, layers={"second": 0.5})
    mixed = replace(alone, layers={"second": 0.5, "third": 2.0}, channels={"third": [4]})
    sentences, picture_of_both = told(network, mixed)
    assert sentences == [
        "channel 4 of third does not answer to this picture, and the dream went on without: "
        "choose another layer or other channels"
    ]
    nothing, picture_alone = told(network, alone)
    assert nothing == []
    np.testing.assert_allclose(picture_of_both, picture_alone, atol=1e-5)
    # A layer of weight 0 is there to be watched alone.
    watched = replace(mixed, layers={"second": 0.5, "third": 0.0})
    assert told(network, watched)[0] == []


def test_a_run_that_changes_nothing_for_another_reason_says_which():
    network = tiny_network()
    free = [step.loss for step in dream(IMAGE, network, TWO_OCTAVES)]
    held = replace(TWO_OCTAVES, max_loss=min(free) / 2)
    assert told(network, held)[0] == [
        "octaves 1 and 2 of 2 took no step, as the first loss was above max_loss "
        f"{held.max_loss:g}: choose a larger one"
    ]
    none = replace(TWO_OCTAVES, iterations=0)
    sentences, last = told(network, none)
    assert sentences == [
        "iterations is 0 and there is no noise, so the picture stays: choose 1 or more"
    ]
    np.testing.assert_allclose(last, IMAGE, atol=1e-6)
    for noise in ({"gaussian_noise": 0.1}, {"salt_pepper": 0.1}):
        assert told(network, replace(none, **noise))[0] == []
    # One octave that takes a step is a dream as it was asked for.
    between = (free[0] + free[3]) / 2
    assert free[0] != free[3]
    assert told(network, replace(TWO_OCTAVES, max_loss=between))[0] == []


def test_noise_alone_is_no_dream():
    network = silenced(tiny_network(), "third")
    sentence, _ = in_vain(network, replace(TWO_OCTAVES, gaussian_noise=0.1))
    assert sentence.startswith("third does not answer")


def test_a_resumed_run_knows_whether_its_octaves_before_moved():
    network = silenced(tiny_network(), "third")
    before = np.zeros((28, 40, 3), np.float32)
    sentences, _ = told(network, TWO_OCTAVES, resume=Resume(1, before))
    assert sentences == [
        "octave 2 of 2 left the picture as it was: third does not answer to it at 56 x 40 px"
    ]
    sentence, steps = in_vain(network, resume=Resume(1, before, moved=False))
    assert sentence.startswith("third does not answer")
    assert steps == []


def bare_and_grey():
    """A network without biases, a picture that wakes it, and one that does not."""
    given = keras.Input((None, None, 3))
    maps = keras.layers.Conv2D(4, 3, use_bias=False, activation="relu", name="third")(given)
    network = Network("bare", keras.Model(given, maps), "random")
    return network, IMAGE, np.zeros_like(IMAGE)


def test_of_dreams_together_those_that_cannot_move_are_counted():
    network, image, grey = bare_and_grey()
    with pytest.warns(Silence) as caught:
        steps = list(dreams([image, grey, grey], network, replace(TWO_OCTAVES, octaves=1)))
    (warning,) = caught
    assert str(warning.message) == (
        "pictures 2 and 3 of 3: octave 1 of 1 left the picture as it was: "
        "third does not answer to it at 56 x 40 px"
    )
    assert warning.filename == __file__
    assert [place for place, step in steps if not step.moved] == [1, 2]
    with pytest.raises(NoAnswer, match="no layer of bare does"):
        list(dreams([grey, grey], network, TWO_OCTAVES))


def test_attempts_leave_it_to_the_caller():
    network, image, grey = bare_and_grey()
    steps = list(attempts([grey, image], network, replace(TWO_OCTAVES, octaves=1)))
    assert [(place, step.moved) for place, step in steps] == [
        (0, False),
        (1, True),
        (1, True),
        (1, True),
    ]

    def search(direction, rise):
        raise AssertionError("there is no direction to search along")

    ((_, step),) = attempts([grey], network, replace(TWO_OCTAVES, octaves=1), search=search)
    assert (step.moved, step.ends_octave) == (False, True)
