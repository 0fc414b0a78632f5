"""Dreams toward a class: the loss is the mean of its logits, by hand and on the real network."""

import numpy as np
import pytest

import dreamlab as dl
from dreamlab.config import DreamConfig
from dreamlab.dream import dream
from dreamlab.errors import DreamError
from dreamlab.results.predictions import CENTRE
from tests.support.tiny import headed_network, octave_of, picture, tiny_network

IMAGE = picture(128, 96)
CLASSES = (1, 5)


def config(*classes, **settings):
    channels = {"predictions": classes} if classes else {}
    return DreamConfig(
        layers={"predictions": settings.pop("weight", 1.0)},
        channels=channels,
        **{"octaves": 1, "precision": "float32", "convolution": "direct", **settings},
    )


def by_hand(network):
    """The logits of the picture, and the slope of each by each colour of a pixel.

    The network is linear: a pixel of 0 to 255 is 127.5 times one of -1 to 1.
    """
    kernel, bias, weights, offsets = (
        np.asarray(weight, np.float64)
        for weight in network.feature_extractor(["predictions"], "float32").get_weights()
    )
    slopes = kernel[0, 0] @ weights[0, 0]
    fed = (IMAGE.astype(np.float64).mean((0, 1)) + 1) * 127.5
    return fed @ slopes + bias @ weights[0, 0] + offsets, 127.5 * slopes / IMAGE[..., 0].size


@pytest.mark.parametrize("weight", [2.0, -0.5])
@pytest.mark.parametrize("tile", ["auto", 64])
@pytest.mark.parametrize(("seed", "sign"), [(0, -1), (3, 1)])
def test_loss_and_gradient_by_hand(weight, tile, seed, sign):
    """In tiles too: the mean over their areas is that of a linear network."""
    network = headed_network(seed=seed)
    logits, slopes = by_hand(network)
    assert np.sign(logits[list(CLASSES)].mean()) == sign
    settings = config(*CLASSES, weight=weight, tile=tile)
    losses, gradient = octave_of(network, settings, IMAGE).gradient(IMAGE)
    assert losses == pytest.approx([weight * logits[list(CLASSES)].mean()], rel=1e-4)
    expected = np.broadcast_to(weight * slopes[:, CLASSES].mean(1), IMAGE.shape)
    np.testing.assert_allclose(gradient, expected, rtol=1e-3, atol=1e-9)


def test_without_a_class_it_is_the_mean_square_as_of_each_layer():
    network = headed_network()
    logits, _ = by_hand(network)
    losses, _ = octave_of(network, config(), IMAGE).gradient(IMAGE)
    assert losses == pytest.approx([np.square(logits).mean()], rel=1e-4)


def test_channels_of_other_layers_keep_their_mean_square():
    network = headed_network()
    settings = DreamConfig(layers="maps", channels={"maps": [2]}, octaves=1, precision="float32")
    extractor = network.feature_extractor(["maps"], "float32")
    fed = (IMAGE[None] + 1) * 127.5
    maps = np.asarray(extractor(fed)["maps"], np.float64)[0, 2:-2, 2:-2, 2]
    losses, _ = octave_of(network, settings, IMAGE).gradient(IMAGE)
    # The border has no part in the sum, but in the number of values, as in the notebook.
    assert losses == pytest.approx([np.square(maps).sum() / IMAGE[..., 0].size], rel=1e-4)


@pytest.mark.parametrize("weight", [1.0, -1.0])
def test_a_dream_raises_the_logit_and_a_negative_weight_lowers_it(weight):
    network = headed_network()
    steps = list(dream(IMAGE, network, config("goldfish", iterations=4, weight=weight, jitter=4)))
    logits = [weight * step.loss for step in steps]
    assert logits == sorted(logits, reverse=weight < 0)
    assert logits[0] == pytest.approx(by_hand(network)[0][1], rel=1e-4)
    assert steps[-1].provenance.config.channels == {"predictions": (1,)}


def test_a_name_is_checked_where_the_network_is_known():
    with pytest.raises(DreamError, match="has no class 'goldfisch': did you mean goldfish"):
        dream(IMAGE, headed_network(), config("goldfisch"))
    with pytest.raises(DreamError, match="^third of tiny has no classes, so 'goldfish' names no"):
        dream(IMAGE, tiny_network(), DreamConfig(layers="third", channels={"third": ["goldfish"]}))


def test_attribution_of_a_class_in_a_mix():
    findings = dl.analyse(
        "attribution",
        IMAGE,
        model=headed_network(),
        layers={"predictions": 1.0, "maps": 0.001},
        channels={"predictions": ["goldfish"]},
        octaves=1,
        iterations=2,
        convolution="direct",
        precision="float32",
    )
    assert findings.settings["channels"] == {"predictions": [1]}
    slope = np.linalg.norm(by_hand(headed_network())[1][:, 1]) * np.sqrt(IMAGE[..., 0].size)
    for item in findings.items:
        assert item.values["norms"]["predictions"] == pytest.approx(slope, rel=1e-3)


@pytest.mark.slow
def test_a_goldfish_dream_of_the_cat_ends_with_goldfish_first():
    run = dl.record(
        "dreamlab/samples/cat.png",
        layers="predictions",
        channels={"predictions": ["goldfish"]},
        model="efficientnet_lite0",
        jitter=16,
    )
    before, after = run.called(None), run.called(run.final)
    assert before.likeliest.name == "tiger cat"
    assert after.crop == CENTRE and after.octave == 4
    assert after.likeliest.name == "goldfish" and after.likeliest.probability > 0.9
