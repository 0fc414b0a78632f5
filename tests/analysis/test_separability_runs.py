"""Runs of separability: what they refuse, keep and cost."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from dreamlab.analysis import named
from dreamlab.analysis.files import files
from dreamlab.analysis.run import analyse
from dreamlab.dream import features
from dreamlab.errors import DreamError
from dreamlab.images import Picture, PictureNote, PictureSet
from dreamlab.images.shape import Shape
from dreamlab.layers import known_layers
from dreamlab.models import Network
from dreamlab.zoo import speed
from tests.support.drawn_sets import coloured, half_told, meaningless
from tests.support.resumed import assert_resumes, assert_same
from tests.support.tiny import silenced, tiny_network

SIZES = {"max_side": 32, "precision": "float32"}


@pytest.fixture(scope="module")
def networks():
    return tiny_network(name="one"), tiny_network(seed=1, name="other")


def run(pictures, networks, **values):
    return analyse("separability", pictures, networks[0], others=networks[1:], **SIZES | values)


def test_a_run_resumed_from_anywhere_is_one_that_was_never_cancelled(networks):
    assert_resumes(
        lambda **more: run(half_told(), networks, max_side=33, **more),
        lambda places, last: (1, places[5] + 3, places[20], last - 1),
    )


def test_what_is_there_is_not_computed_again(networks, monkeypatch):
    asked, real = [], features.pooled_features

    def spy(network, layers, pictures, *arguments):
        asked.append((network.name, *layers))
        return real(network, layers, pictures, *arguments)

    monkeypatch.setattr(features, "pooled_features", spy)
    whole = run(coloured(2), networks, reliance=False)
    assert asked == [(name, "first", "second", "pool", "third") for name in ("one", "other")]
    asked.clear()
    run(coloured(2), networks, reliance=False, resume_from=whole.items)
    assert asked == []
    kept = [item for item in whole.items if item.values.get("layer") != "pool"]
    again = run(coloured(2), networks, reliance=False, resume_from=kept)
    assert asked == [("one", "pool"), ("other", "pool")]
    assert_same(again.items, whole.items)


@pytest.mark.parametrize(
    ("pictures", "message"),
    [
        (coloured(3, ("red",)), "all 3 pictures are of one class: give a folder for each class"),
        (meaningless({"": 3}), "there are none: give a folder for each class, at least two"),
        (half_told({"red": 2, "blue": 1}), "blue has a single one: give each class two"),
    ],
)
def test_sets_without_two_classes_of_two(networks, pictures, message):
    with pytest.raises(DreamError, match=message):
        run(pictures, networks)


def test_a_network_that_answers_nothing_tells_nothing():
    network = silenced(tiny_network(), "first")
    findings = run(coloured(3), (network,), reliance=False)
    first = findings.items[1].values
    assert first["layer"] == "first" and first["accuracy"] == first["chance"] == 0.5
    assert first["false_alarms"] == first["recalls"] == [1.0, 0.0]  # the first class of equal ones
    assert findings.sentence.startswith("No layer separates the classes beyond luck: the best, ")
    assert files(findings)["separability.csv"].count(b"\n") == 5


def test_each_layer_has_its_place_and_its_work(networks):
    findings = run(coloured(2), networks[:1], reliance=False)
    of = {item.values["layer"]: item.values for item in findings.items if "depth" in item.values}
    assert [values["place"] for values in of.values()] == pytest.approx([0, 1 / 3, 2 / 3, 1])
    # Up to each layer, at 32 x 32 px: 3 x 3 taps, channels from and to; the pool halves both sides.
    first, second, third = 9 * 3 * 4 * 32**2, 9 * 4 * 5 * 32**2, 9 * 5 * 6 * 16**2
    work = [first, first + second, first + second, first + second + third]
    assert [values["multiplications"] for values in of.values()] == pytest.approx(work)


def test_each_picture_is_shuffled_in_an_order_of_its_own(networks, monkeypatch):
    seen, real = [], features.pooled_features

    def spy(network, layers, pictures, *arguments):
        seen.append(pictures)
        return real(network, layers, pictures, *arguments)

    monkeypatch.setattr(features, "pooled_features", spy)
    of = half_told({"green": 2, "red": 2})
    same = PictureSet(np.repeat(of.pixels[:1], 4, 0), of.names, of.labels)
    run(same, networks[:1])
    original, *_, shuffled = seen
    assert len(np.unique(original, axis=0)) == 1 and len(np.unique(shuffled, axis=0)) == 4
    np.testing.assert_array_equal(np.sort(shuffled, axis=None), np.sort(original, axis=None))


def test_the_plan_has_each_look_of_each_network():
    separability = named("separability")
    shape, layers = Shape(640, 64), known_layers("vgg16")

    def parts(**values):
        settings = separability.settings(max_side=64, **values)
        return separability.plan(shape, settings, "vgg16", layers)

    ((once, operations),) = parts(reliance=False)
    assert parts() == [(4 * once, operations)]
    own, beside = parts(beside=["vgg16:untrained"])
    assert own == beside
    most = max(layer.operations for layer in known_layers("efficientnet_lite0"))
    own, beside = parts(beside=["efficientnet_lite0"])
    ratio = speed("vgg16") / speed("efficientnet_lite0")
    assert beside == (own[0], pytest.approx(most * ratio)) and ratio > 2


def test_two_networks_of_one_name(networks):
    with pytest.raises(DreamError, match="two networks are called 'one'; give one, or rename"):
        run(coloured(2), (*networks, tiny_network(seed=2, name="one")))


def test_more_than_four_networks(networks):
    beside = [f"{name}.h5" for name in "abcd"]
    with pytest.raises(DreamError, match="there are 4 further networks; choose at most 3"):
        run(coloured(2), networks, beside=beside)


def network_of(model, name):
    return Network(name, model, "random")


def test_a_network_that_needs_larger_pictures():
    pictures = keras.Input((None, None, 3))
    maps = keras.layers.Conv2D(2, 40, name="wide")(pictures)
    network = network_of(keras.Model(pictures, maps), "wide_net")
    with pytest.raises(DreamError, match="max_side is 32; wide_net needs at least 4.*larger one"):
        run(coloured(2), (network,))
    with pytest.raises(DreamError, match="max_side is 32; wide_net needs at least 4.*larger one"):
        run(coloured(2), (tiny_network(), network))


def test_a_network_of_the_zoo_that_needs_larger_pictures_is_told_by_the_plan():
    analysis = named("separability")
    settings = analysis.settings(max_side=64, beside=["inception_v3"])
    with pytest.raises(
        DreamError, match="max_side is 64; .* needs 75 px or more: choose 75 to 224"
    ):
        analysis.plan(Shape(640, 64), settings, "vgg16", known_layers("vgg16"))


def test_a_network_whose_layers_all_take_one_size():
    pictures = keras.Input((48, 48, 3))
    maps = keras.layers.Conv2D(2, 3, name="maps")(pictures)
    fixed = keras.layers.Dense(3)(keras.layers.Flatten()(maps))
    network = network_of(
        keras.Model(pictures, keras.layers.Reshape((1, 1, 3), name="only")(fixed)), "fixed"
    )
    layers = [layer for layer in network.layers if layer.only]
    analysis = named("separability")
    with pytest.raises(DreamError, match="every layer of fixed takes pictures of a single size"):
        analysis.plan(Shape(480, 48), analysis.settings(), "fixed", layers)


def test_a_further_network_that_nobody_knows_the_range_of_is_told_before_any_looks(
    networks, monkeypatch
):
    unknown = tiny_network(name="unknown")
    unknown.feeding = replace(unknown.feeding, range=None)
    steps = []
    with pytest.raises(DreamError, match="unknown does not say in which range its pictures are"):
        run(coloured(2), (*networks, unknown), on_step=lambda step: steps.append(step) or True)
    assert steps == []


def test_networks_are_fed_as_each_was_trained():
    own, trained = tiny_network(name="own"), tiny_network(name="trained")
    fed = {"range": "0,255", "notebook": True, "has_preprocessing": True}
    trained.feeding = replace(trained.feeding, **fed)
    findings = run(coloured(2), (own, trained), reliance=False)
    first = {
        item.values["network"]: item
        for item in findings.items
        if item.values.get("layer") == "first"
    }
    # The last channel of 0 to 255 is of other size, as the network is linear where it answers.
    sizes = {name: np.abs(item.arrays["features"]).max() for name, item in first.items()}
    assert sizes["trained"] > 50 * sizes["own"]
    assert findings.input_range == "-1,1"


def test_the_shipped_task_where_none_is_given(networks):
    findings = run(None, networks, on_step=lambda step: False)
    assert findings.items[0].values["classes"] == ["plain", "red", "star", "striped"]
    assert findings.sentence == "48 pictures of 4 classes: no layer has seen them yet."
    assert findings.original.shape[0] > 4 * 72


def test_a_folder_is_read_and_what_is_left_out_of_it_is_told(networks, tmp_path):
    pictures = coloured(2)
    for name, pixels in zip(pictures.names, pictures.pixels, strict=True):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(Picture(pixels).png)
    (tmp_path / "red" / "notes.txt").write_text("no picture")
    with pytest.warns(PictureNote, match="notes.txt") as warned:
        findings = analyse(
            "separability", tmp_path, networks[0], others=networks[1:], **SIZES, reliance=False
        )
    assert warned[0].filename == __file__  # where the user called it
    assert findings.items[0].values["counts"] == [2, 2]
    assert any("notes.txt" in note for note in findings.items[0].values["notes"])


def test_the_seed_shuffles_labels_and_patches_and_changes_nothing_else(networks, monkeypatch):
    seen, real = [], features.pooled_features

    def spy(network, layers, pictures, *arguments):
        seen.append(pictures)
        return real(network, layers, pictures, *arguments)

    monkeypatch.setattr(features, "pooled_features", spy)
    first, same, other = (run(half_told(), networks[:1], seed=seed) for seed in (0, 0, 1))
    originals, _, _, shuffled = range(4)
    assert [np.array_equal(seen[at], seen[8 + at]) for at in (originals, shuffled)] == [True, False]
    assert np.array_equal(seen[shuffled], seen[4 + shuffled])
    for one, again, unlike in zip(first.items, same.items, other.items, strict=True):
        assert one.values == again.values
        if one.values.get("condition") == "original":
            assert one.values["accuracy"] == unlike.values["accuracy"]
            assert one.values["shuffles"] != unlike.values["shuffles"]
