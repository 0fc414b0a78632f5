"""Runs of the examples: what they keep, cost and are resumed from."""

import keras
import numpy as np
import pytest

from dreamlab.analysis import examples_growth, named
from dreamlab.analysis.catalogue import columns
from dreamlab.analysis.run import analyse
from dreamlab.dream import strongest
from dreamlab.errors import DreamError
from dreamlab.images import PictureSet
from dreamlab.images.shape import Shape
from dreamlab.layers import known_layers
from dreamlab.models import Network
from tests.support.drawn_sets import coloured, half_told
from tests.support.resumed import assert_resumes, assert_same
from tests.support.tiny import silenced, tiny_network


@pytest.fixture(autouse=True)
def few_steps(monkeypatch):
    monkeypatch.setattr(examples_growth, "STEPS", 3)
    monkeypatch.setattr(examples_growth, "SIDE", 32)


@pytest.fixture(scope="module")
def network():
    return tiny_network()


def run(pictures, network, **values):
    values = {"layer": "third", "precision": "float32", "max_side": 32} | values
    return analyse("examples", pictures, network, **values)


def test_captions_are_short_whatever_classes_are_called(network):
    pictures = coloured(2, classes=("green", "red"))
    long = tuple(f"{label}\n" * 60 for label in pictures.labels)
    pictures = PictureSet(pictures.pixels, pictures.names, long)
    found = run(pictures, network, grown=False)
    captions = [item.caption for item in found.items if item.picture is not None]
    assert captions and all(each.isprintable() and len(each) < 160 for each in captions)


def test_each_has_its_grown_picture_first_then_the_groups(network):
    found = run(half_told(), network)
    assert found.complete
    assert found.items[0].key == "layer" and found.items[0].picture is None
    looked_at = [row["channel"] for row in found.items[0].values["looked_at"]]
    groups = [("strongest", 9), ("middle", 3), ("weakest", 3)]
    expected = []
    for name in ("all", *looked_at):
        expected.append(f"third-{name}-grown")
        expected += [
            f"third-{name}-{kind}-{rank + 1}" for kind, most in groups for rank in range(most)
        ]
    assert [item.key for item in found.items[1:]] == expected
    assert found.items[0].values["keys"] == expected
    assert columns(found) == 4 and len(expected) == 4 * 16
    assert columns(run(half_told(), network, grown=False)) == 5


def test_a_grown_picture_is_held_against_the_strongest(network):
    found = run(half_told(), network, channels=(1, 4))
    items = {item.key: item for item in found.items}
    for channel in (1, 4):
        grown = items[f"third-{channel}-grown"]
        of = grown.values["response"] / items[f"third-{channel}-strongest-1"].values["response"]
        assert grown.values["share"] == pytest.approx(of)
        assert grown.caption == f"channel {channel}, grown · {of:.2g} times the strongest"
        assert grown.picture.shape == (32, 32)
        maps = strongest.responses(
            network, "third", grown.picture.pixels[None], "float32", "notebook"
        )
        with pytest.raises(StopIteration) as end:
            while True:
                next(maps)
        assert end.value.value.peaks[0, channel] == pytest.approx(grown.values["response"])


def test_a_run_resumed_from_anywhere_is_one_that_was_never_cancelled(network):
    assert_resumes(
        lambda **more: run(half_told(), network, max_side=33, **more),
        lambda places, last: (places[1], places[4], places[16] + 1, last - 1),
    )


def test_what_is_there_is_not_computed_again(network, monkeypatch):
    whole = run(coloured(2), network)
    monkeypatch.setattr(strongest, "responses", None)
    again = run(coloured(2), network, resume_from=whole.items)
    assert again.items == whole.items and again.sentence == whole.sentence


def test_the_order_of_the_pictures_changes_nothing(network):
    pictures = half_told()
    order = np.random.default_rng(0).permutation(len(pictures))
    mixed = PictureSet(
        pictures.pixels[order],
        tuple(pictures.names[place] for place in order),
        tuple(pictures.labels[place] for place in order),
    )
    assert_same(run(mixed, network).items, run(pictures, network).items)


def test_a_silent_layer_is_told():
    network = silenced(tiny_network(name="silent"), "third")
    found = run(coloured(3), network)
    assert found.complete
    assert found.sentence == "third is silent in all 6 pictures: no channel answers anywhere."
    assert found.tables()[0].rows == (("third", 6, 6, 0, 0),)
    kinds = {item.values["kind"] for item in found.items}
    assert kinds == {"layer", "grown", "middle", "weakest"}
    captions = [item.caption for item in found.items if item.values["kind"] == "grown"]
    assert captions == ["third, grown · nothing wakes it"]
    found = run(coloured(3), network, channels=(2,))
    assert found.sentence.startswith("third is silent")
    assert found.items[1].caption == "channel 2, grown · nothing wakes it"


def test_a_channel_that_only_its_grown_picture_wakes_is_told(network):
    """Grey pictures have no edges."""
    pixels = np.full((3, 224, 224, 3), 128, np.uint8)
    pictures = PictureSet(pixels, ("1", "2", "3"), ("",) * 3)
    picture = keras.Input((None, None, 3))
    model = keras.Model(
        picture, keras.layers.Conv2D(1, 2, activation="relu", name="edges")(picture)
    )
    kernel = np.array([[1, -1], [1, -1]], np.float32)[..., None, None].repeat(3, 2)
    model.set_weights([kernel, np.full(1, -0.1)])
    found = run(pictures, Network("edges", model, "random"), layer="edges", channels=(0,))
    assert found.items[1].caption == "channel 0, grown · no picture of the set wakes it"
    assert found.items[1].values["response"] > 0


def test_a_network_that_takes_another_size_says_so(network):
    with pytest.raises(DreamError, match="efficientnet_lite0 has no layer 'block4_conv3'"):
        named("examples").plan(
            Shape(224, 224),
            named("examples").settings(),
            "efficientnet_lite0",
            known_layers("efficientnet_lite0"),
        )


def test_the_plan_is_a_look_at_each_picture_and_the_steps_of_four_grown_ones():
    settings = named("examples").settings
    layers = known_layers("vgg16")
    operations = next(layer.operations for layer in layers if layer.name == "block4_conv3")

    def plan(**values):
        return named("examples").plan(Shape(224 * 10, 224), settings(**values), "vgg16", layers)

    looks = (pytest.approx(10 * 224**2 / 3), operations)
    assert plan(grown=False) == [looks]
    assert plan(channels=(1,))[0] == looks
    assert plan()[1] == (4 * 40 * 128**2, operations)
    assert plan(channels=(1,))[1] == (40 * 128**2, operations)
