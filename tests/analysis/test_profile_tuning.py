import keras
import numpy as np
import pytest

from dreamlab.analysis.profile_settings import ProfileSettings
from dreamlab.analysis.profile_tuning import tuned, tuning
from dreamlab.images.gratings import ORIENTATIONS, PERIODS, PHASES
from dreamlab.models import Network

SHAPE = (ORIENTATIONS, len(PERIODS), PHASES)
SETTINGS = ProfileSettings(precision="float32")


def test_shares_by_hand():
    oriented = np.zeros(SHAPE)
    oriented[3] = 1.0  # all periods of one orientation
    periodic = np.zeros(SHAPE)
    periodic[:, 2] = 1.0
    both = np.ones(SHAPE)
    both[1, 4] = 5.0
    nearly_twice = np.ones(SHAPE)
    nearly_twice[5, 1] = 1.9
    silent = np.zeros(SHAPE)
    channels = [oriented, periodic, both, nearly_twice, silent]
    figures = tuned(np.stack(channels, -1), 0)
    assert figures["answering"] == 4
    assert figures["oriented"] == 2 / 4
    assert figures["periodic"] == 2 / 4
    # The first answers to all alike, so its first period is taken, 3 px.
    preferred = [1 / 3, 1 / PERIODS[2], 1 / PERIODS[4], 1 / PERIODS[1]]
    assert figures["frequency"] == pytest.approx(np.median(preferred))
    assert figures["frequency_low"] == pytest.approx(np.quantile(preferred, 0.25))


def test_chance_prefers_nothing():
    answers = np.random.default_rng(0).exponential(1, (*SHAPE, 4000))
    figures = tuned(answers, 1)
    for name in ("oriented", "periodic"):
        # Answers of one phase say nothing of the other, so shuffling changes nothing.
        assert figures[name] == pytest.approx(figures[f"{name}_by_chance"], abs=0.03)
    # Of two exponential answers one is twice the other in a third of the cases, which the mean
    # over two of them exceeds less often.
    assert figures["oriented"] < 1 / 3


def test_no_channel_answers():
    figures = tuned(np.zeros((*SHAPE, 3)), 0)
    assert figures["answering"] == 0
    assert {figures[name] for name in figures if name != "answering"} == {None}


def test_a_stripe_detector_is_found_and_a_pixel_has_no_orientation():
    rows, columns = np.mgrid[-8:9, -8:9]
    envelope = np.exp(-(rows**2 + columns**2) / 32)
    # Stripes of 8 px that change from top to bottom.
    kernel = (np.cos(2 * np.pi * rows / 8) * envelope).astype(np.float32)
    kernel -= kernel.mean()
    inputs = keras.Input((None, None, 3))
    stripes = keras.layers.Conv2D(1, 17, padding="same", name="stripes", use_bias=False)
    pixels = keras.layers.Conv2D(1, 1, name="pixels", use_bias=False)
    model = keras.Model(inputs, pixels(stripes(inputs)))
    stripes.set_weights([np.repeat(kernel[..., None, None], 3, axis=2) / 3])
    pixels.set_weights([np.ones((1, 1, 1, 1))])
    network = Network("stripes", model, "random")
    *_, (share, item) = tuning(network, {"stripes": 1.0}, SETTINGS, None)
    assert share == 1.0
    figures = item.values["layers"]["stripes"]
    assert (figures["oriented"], figures["periodic"]) == (1.0, 1.0)
    assert figures["frequency"] == 1 / 8
    assert item.arrays["stripes"].shape == (*SHAPE, 1)
    best = item.arrays["stripes"].mean(axis=2)[..., 0].argmax()
    assert np.unravel_index(best, SHAPE[:2]) == (ORIENTATIONS // 2, PERIODS.index(8))

    single = keras.Model(inputs, keras.layers.Conv2D(2, 1, name="pixels")(inputs))
    *_, (_, item) = tuning(Network("pixels", single, "random"), {"pixels": 1.0}, SETTINGS, None)
    figures = item.values["layers"]["pixels"]
    assert (figures["oriented"], figures["periodic"]) == (0.0, 0.0)


def test_a_network_of_one_size_sees_gratings_of_that_size():
    inputs = keras.Input((40, 56, 3))
    maps = keras.layers.Conv2D(2, 3, name="maps")(inputs)
    network = Network("fixed", keras.Model(inputs, keras.layers.Flatten()(maps)), "random")
    *_, (_, item) = tuning(network, {"maps": 1.0}, SETTINGS, None)
    assert item.picture.shape[0] % len(PERIODS) == 0
    assert item.values["layers"]["maps"]["answering"] == 2
