"""Dreams that change nothing, or not all that they are asked to."""

import warnings

import keras
import numpy as np
import pytest

from dreamlab.config import DreamConfig
from dreamlab.dream import FallsShort, NoAnswer, Silence, dream
from dreamlab.models import Network
from tests.support.tiny import picture

IMAGE = picture(40, 56)

TWO_OCTAVES = DreamConfig(layers={"third": 1}, octaves=2, iterations=3, precision="float32")


def in_vain(network, config=TWO_OCTAVES, image=IMAGE, **more):
    """The sentence that a dream ends with, and its steps before that."""
    steps = []
    with pytest.raises(NoAnswer) as error:
        for step in dream(image, network, config, **more):
            steps.append(step)
    sentence = str(error.value)
    assert len(sentence) < 320
    assert sentence.isprintable()
    return sentence, steps


def told(network, config, image=IMAGE, **more):
    """The warnings of a dream, and its last picture."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        *_, last = dream(image, network, config, **more)
    assert {warning.category for warning in caught} <= {Silence, FallsShort}
    # As if it were the caller's own line that warns.
    assert {warning.filename for warning in caught} <= {__file__}
    return [str(warning.message) for warning in caught], last.image


def speck(place):
    """A network of one layer, and a black picture with a single bright pixel, which wakes it."""
    given = keras.Input((None, None, 3))
    maps = keras.layers.Conv2D(
        4, 1, use_bias=False, activation="relu", kernel_initializer="ones", name="third"
    )(given)
    image = np.zeros((149, 149, 3), np.float32)
    image[place, place] = 1
    return Network("bare", keras.Model(given, maps), "random"), image
