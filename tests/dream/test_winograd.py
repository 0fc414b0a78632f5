"""Dreams whose convolutions are Winograd's: as exact as those computed directly."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dreamlab.config import DreamConfig
from dreamlab.dream import dream
from dreamlab.dream.compiled import compile_objective
from dreamlab.images import load_image
from dreamlab.models import load_model
from tests.support.tiny import picture, wide_network

CAT = Path(__file__).parents[1] / "data" / "cat_600x400.png"

CONFIG = DreamConfig(
    layers={"second": 0.7, "third": 0.4},
    octaves=2,
    iterations=3,
    precision="float32",
    convolution="winograd",
)


@pytest.fixture(scope="module")
def network():
    return wide_network()


def ended(image, network, config):
    """The last picture of a dream, and the losses of its steps."""
    losses = []
    for step in dream(image, network, config):
        losses.append(step.loss)
    return step.image.copy(), losses


def rms(first, second):
    return float(np.sqrt(np.mean(np.square(first - second, dtype=np.float64))))


def test_the_provenance_says_how_convolutions_were_computed(network):
    for convolution in ("direct", "winograd"):
        step = next(dream(picture(40, 56), network, replace(CONFIG, convolution=convolution)))
        assert step.provenance.convolution == convolution
        assert step.provenance.precision == "float32"
        assert step.provenance.to_dict()["convolution"] == convolution


def test_auto_says_what_it_took(network, monkeypatch):
    from dreamlab.dream import arithmetic

    config = replace(CONFIG, convolution="auto")
    for gain, way in ((2.0, "winograd"), (0.9, "direct")):
        monkeypatch.setattr(arithmetic, "winograd_speed_up", lambda gain=gain: gain)
        provenance = next(dream(picture(40, 56), network, config)).provenance
        assert (provenance.convolution, provenance.config.convolution) == (way, "auto")


def test_the_first_loss_is_the_direct_one_to_five_digits(network):
    image = picture(45, 63)
    losses = {
        way: ended(image, network, replace(CONFIG, convolution=way, octaves=1, iterations=1))[1]
        for way in ("direct", "winograd")
    }
    assert losses["winograd"] == pytest.approx(losses["direct"], rel=1e-5)


def test_the_same_dream_twice_is_the_same_to_the_last_bit(network):
    image = picture(45, 63)
    first, second = (ended(image, network, replace(CONFIG, jitter=3))[0] for _ in range(2))
    assert (first == second).all()


def test_graphs_are_traced_once_for_all_sizes(network):
    objective = compile_objective(network, CONFIG, "float32", "winograd")
    for size in ((40, 56), (31, 33), (64, 20)):
        ended(picture(*size), network, CONFIG)
    assert objective.gradients.experimental_get_tracing_count() == 1


@pytest.mark.slow
def test_a_dream_strays_no_further_than_the_direct_one_from_a_picture_moved_by_a_millionth():
    network = load_model("vgg16")
    image = load_image(CAT, max_side=150)
    config = DreamConfig.preset("mixed", octaves=2, precision="float32", convolution="direct")
    direct, losses = ended(image, network, config)
    generator = np.random.default_rng(0)
    strayed = []
    for _ in range(3):
        moved = image + 1e-6 * generator.normal(size=image.shape).astype(np.float32)
        strayed.append(rms(ended(moved, network, config)[0], direct))
    fast, fast_losses = ended(image, network, replace(config, convolution="winograd"))
    assert fast_losses[0] == pytest.approx(losses[0], rel=1e-5)
    assert 0 < rms(fast, direct) < 1.5 * max(strayed)
    # The dream itself has gone much further than the two are apart.
    assert rms(direct, image) > 2 * rms(fast, direct)
