"""What the channel explorer grows: how much it reaches, its sorts, and what it says of them."""

import keras
import numpy as np
import pytest

from dreamlab.analysis import named
from dreamlab.analysis.channels import ChannelSettings
from dreamlab.analysis.run import analyse
from dreamlab.dream.activations import Activations
from dreamlab.errors import DreamError
from dreamlab.images import Picture, Shape
from dreamlab.images.natural import random_crops, sample_crops
from dreamlab.layers import known_layers
from dreamlab.models import Network
from tests.support.tiny import headed_network, picture, silenced, tiny_network

CHANNELS = named("channels")
SMALL = {"side": 32, "steps": 4, "jitter": 2, "precision": "float32"}


@pytest.fixture(scope="module")
def network():
    return tiny_network()


def explored(network, image=None, /, layer="third", **values):
    return analyse(CHANNELS, image, network, **{"layer": layer, **SMALL} | values)


def one_linear_layer():
    """A network whose channels are minus the colours of a picture, less a little."""
    pictures = keras.Input((None, None, 3))
    layer = keras.layers.Conv2D(3, 1, name="only")
    model = keras.Model(pictures, layer(pictures))
    layer.set_weights([-np.eye(3, dtype=np.float32)[None, None], np.full(3, 0.15, np.float32)])
    return Network("one", model, "random")


def grown(findings, kind="grown"):
    return [item for item in findings.items if item.values["kind"] == kind]


def means(network, pictures, layer="third"):
    """The mean activation of each channel in pictures, shape (N, channels)."""
    maps = Activations(network, (layer,), "float32", "notebook").maps
    return np.stack([maps(each)[layer].mean((0, 1)) for each in pictures])


def test_a_picture_is_held_against_crops_of_the_samples_and_of_the_picture(network):
    image = picture(40, 50)
    crops = [*sample_crops(32, 16), *random_crops(image, 32, 16, 0)]
    for given, best in ((image, means(network, crops)), (None, means(network, crops[:32]))):
        (item,) = grown(explored(network, given, channels=[4]))
        values = item.values
        assert values["natural"] == pytest.approx(best[:, 4].max(), rel=1e-4)
        reached = means(network, [item.picture.as_float()])[0, 4]
        assert values["reached"] == pytest.approx(reached, rel=0.02)
        assert values["times"] == pytest.approx(values["reached"] / values["natural"])
        ending = "any crop of the samples" + (" and the picture" if given is image else "")
        assert item.caption == f"channel 4 · {values['times']:.2g} times {ending}"


def test_a_channel_that_no_crop_wakes():
    """The negative of a picture's mean: no crop gives a positive answer."""
    network = headed_network()
    maps = explored(network, layer="maps", count=4, steps=1)
    natural = [item.values["natural"] for item in maps.items]
    assert min(natural) < 0 < max(natural)
    for item in maps.items:
        if item.values["natural"] < 0:
            assert item.values["times"] is None
            assert item.caption.endswith(("no crop wakes it", "nothing wakes it"))
        else:
            assert item.caption.endswith("times any crop of the samples")


def test_the_least_and_several_pictures_of_a_channel(network):
    findings = explored(network, picture(40, 50), channels=[4, 1], negative=True, diverse=2)
    assert [item.key for item in findings.items] == [
        "third-4-map",
        "third-1-map",
        *("third-4-grown", "third-4-grown-2", "third-4-least", "third-4-least-2"),
        *("third-1-grown", "third-1-grown-2", "third-1-least", "third-1-least-2"),
    ]
    assert [item.cell for item in findings.items[2:]] == ["third-4"] * 4 + ["third-1"] * 4
    assert "channel 4 · 2 of 2 · " in findings.items[3].caption
    assert findings.items[4].caption == "channel 4 · answers least · 1 of 2"
    for most, least in zip(grown(findings), grown(findings, "least"), strict=True):
        assert most.values["first_objective"] == -least.values["first_objective"]
        assert most.values["reached"] > least.values["reached"]
        assert least.values["times"] is None
    (_, table) = CHANNELS.tables(findings)
    first = [item.values["reached"] for item in grown(findings)[:2]]
    assert table.rows[0][:4] == (4, np.mean(first), min(first), max(first))


def test_fast_pictures_are_the_same_whatever_else_is_grown(network):
    (alone,) = grown(explored(network, channels=[4]))
    both = explored(network, channels=[4], negative=True).items[0]
    np.testing.assert_allclose(both.picture.as_float(), alone.picture.as_float(), atol=0.01)


def test_good_quality_takes_three_times_as_many_steps(network, monkeypatch):
    from dreamlab.dream.channel_image import ChannelVisualizer

    asked = []
    visualize = ChannelVisualizer.visualize

    def noted(self, targets, steps, **options):
        asked.append((steps, options["good"]))
        return visualize(self, targets, steps, **options)

    monkeypatch.setattr(ChannelVisualizer, "visualize", noted)
    explored(network, channels=[4])
    explored(network, channels=[4], quality="good")
    assert asked == [(4, False), (12, True)]


def test_a_direction_is_looked_at_as_one_channel(network):
    image = picture(40, 50)
    findings = explored(network, image, direction={"4": 2, "1": -0.5})
    place, found = findings.items
    maps = Activations(network, ("third",), "float32", "notebook").maps(image)["third"]
    expected = 2 * maps[..., 4] - 0.5 * maps[..., 1]
    np.testing.assert_allclose(place.arrays["map"], expected, rtol=1e-4, atol=1e-5)
    assert place.values["answer"] == pytest.approx(np.mean(expected**2), rel=1e-4)
    assert place.values["channel"] is place.values["share"] is None
    assert place.caption == "2 × channel 4 − 0.5 × channel 1"
    crops = means(network, [*sample_crops(32, 16), *random_crops(image, 32, 16, 0)])
    best = (2 * crops[:, 4] - 0.5 * crops[:, 1]).max()
    assert found.values["natural"] == pytest.approx(best, rel=1e-4)
    assert (place.key, found.key) == ("third-direction-map", "third-direction-grown")
    assert findings.sentence.startswith("One direction of third, of 2 channels. Its grown picture")
    with pytest.raises(DreamError, match="third has no channel 6; choose 0 to 5"):
        explored(network, direction={6: 1.0})


def test_classes_name_the_channels_of_a_head():
    network = headed_network()
    values = {"layer": "predictions", "steps": 1}
    findings = explored(network, channels=["goldfish", 7, "1"], **values)
    assert [item.values["channel"] for item in findings.items] == [1, 7]
    assert findings.items[0].caption.startswith("goldfish (1) · ")
    (item,) = explored(network, direction={"goldfish": 1, "tench": -1}, **values).items
    assert item.caption.startswith("1 × goldfish (1) − 1 × tench (0)")
    with pytest.raises(DreamError, match="has no class 'goldfisch'"):
        explored(network, channels=["goldfisch"], **values)
    with pytest.raises(DreamError, match="maps of .* has no classes, so 'goldfish' names no"):
        explored(network, channels=["goldfish"], layer="maps")


def test_a_picture_to_start_from(network):
    image = picture(40, 50)
    (item,) = grown(explored(network, image, channels=[4], start="photo", steps=1))
    middle = image[:, 5:45]
    assert item.picture.as_float().mean((0, 1)) == pytest.approx(middle.mean((0, 1)), abs=0.15)
    with pytest.raises(DreamError, match="start is 'photo', and there is no picture; give one, or"):
        explored(network, start="photo")
    assert not grown(explored(network, image, start="photo", grown=False))


def test_what_was_grown_is_not_grown_again(network):
    values = {"channels": [4, 1], "diverse": 2}
    before = explored(network, **values)
    marked = Picture(np.zeros((32, 32, 3), np.uint8))
    kept = [type(item)(item.key, "kept", item.values, marked) for item in before.items[:3]]
    again = analyse(CHANNELS, None, network, resume_from=kept, layer="third", **SMALL | values)
    assert [item.caption == "kept" for item in again.items] == [True, True, True, False]
    # The fourth needs the third beside it, and comes out as before.
    assert again.items[3].values["reached"] == pytest.approx(before.items[3].values["reached"])
    steps = []
    analyse(
        CHANNELS,
        None,
        network,
        resume_from=before.items,
        on_step=lambda step: steps.append(step) or True,
        layer="third",
        **SMALL | values,
    )
    assert len(steps) == 4


def test_a_cancel_comes_between_all_steps_and_keeps_what_is_done():
    steps = []

    def noted(step):
        steps.append(step)
        return len(steps) < most

    def run(network):
        values = {"layer": "third", "count": 3, "negative": True}
        return analyse(CHANNELS, picture(40, 50), network, on_step=noted, **SMALL | values)

    most = 100
    assert run(tiny_network()).complete
    # Of each map, of 16 crops from each of three pictures, of each step, and of each picture.
    assert len(steps) == 3 + 3 + 4 + 6
    fractions = [step.fraction for step in steps]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1
    most = 5
    steps.clear()
    ended = run(tiny_network())
    assert not ended.complete
    assert len(ended.items) == 3
    assert ended.sentence.startswith("Of third, channel")


def test_what_answers_below_0_is_woken_no_times():
    values = {"direction": {0: -1.0, 1: -1.0}, "side": 40, "steps": 1}
    findings = explored(one_linear_layer(), picture(20, 24), layer="only", **values)
    (item,) = grown(findings)
    assert item.values["reached"] < 0 < item.values["natural"]
    assert item.values["times"] == 0
    assert "0 times" in item.caption


def test_the_plan_counts_all_pictures_and_crops():
    layers = known_layers("vgg16")
    operations = next(layer.operations for layer in layers if layer.name == "block4_conv3")

    def grown(**values):
        settings = ChannelSettings(side=64, steps=10, count=3, **values)
        _, (work, each) = CHANNELS.plan(Shape(200, 300), settings, "vgg16", layers)
        assert each == operations
        return work / 64**2

    assert grown() == pytest.approx(3 * (10 + 1 / 3) + 48 / 3)
    assert grown(quality="good") == pytest.approx(3 * (30 + 1 / 3) + 16)
    assert grown(negative=True, diverse=4) == pytest.approx(3 * 8 * (10 + 1 / 3) + 16)
    assert grown(direction={3: 1.0}) == pytest.approx(10 + 1 / 3 + 16)
    settings = ChannelSettings(grown=False)
    assert len(CHANNELS.plan(Shape(200, 300), settings, "vgg16", layers)) == 1


def test_the_sentence_says_how_much_is_reached(network):
    findings = explored(network, picture(40, 50), count=2)
    times = grown(findings)[0].values["times"]
    assert findings.sentence.endswith(
        f"%. Its grown picture wakes it {times:.2g} times as much as any crop of the samples and "
        "the picture."
    )
    alone = explored(network, channels=[4, 1], steps=1)
    times = [item.values["times"] for item in alone.items]
    low, high = sorted(times)
    assert high < 1  # a step from noise
    assert alone.sentence == (
        "What 2 channels of third look for, each grown by itself: the pictures wake them "
        f"{low:.2g} to {high:.2g} times as much as any crop of the samples; 2 of 2 reach no more "
        "than a crop."
    )


def test_the_sentence_of_a_layer_that_nothing_wakes():
    dead = silenced(tiny_network(), "third")
    assert explored(dead, count=2).sentence == (
        "What 2 channels of third look for, each grown by itself; no crop of the samples wakes any "
        "of them."
    )


def test_two_networks_are_compared_by_what_their_pictures_reach(network):
    one, same = (explored(network, channels=[4, 1]) for _ in range(2))
    contrast = CHANNELS.contrast(one, same)
    assert contrast.sentence.startswith("No difference: ")
    other = explored(tiny_network(seed=3, name="other"), channels=[4, 1, 0])
    contrast = CHANNELS.contrast(one, other)
    (table,) = contrast.tables
    times = [item.values["times"] for item in other.items if item.values["times"] is not None]
    expected = len(times), np.median(times), min(times), max(times)
    assert table.rows[1][1:] == pytest.approx(expected)
    assert f"those of other {np.median(times):.2g} times (medians)" in contrast.sentence
    dead = explored(silenced(tiny_network(), "third"), count=2)
    assert "no grown picture to compare" in CHANNELS.contrast(one, dead).sentence
