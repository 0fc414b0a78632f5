"""Separability against features by SciPy and probes that are solved anew without each picture."""

import math

import numpy as np
import pytest

from dreamlab.analysis.run import analyse
from dreamlab.images.picture_set import PictureSet
from dreamlab.images.squares import middle_square
from dreamlab.probe.ridge import RIDGE
from tests.support.drawn_sets import coloured, half_told, meaningless
from tests.support.tiny import activations_by_hand, tiny_network

LAYERS = ("first", "second", "pool", "third")


@pytest.fixture(scope="module")
def network():
    return tiny_network()


def found(pictures, network, **values):
    return analyse(
        "separability", pictures, network, **{"max_side": 32, "precision": "float32"} | values
    )


def figures(findings, condition="original"):
    return {
        item.values["layer"]: item.values
        for item in findings.items
        if item.values.get("condition") == condition
    }


def told(features, labels):
    """Return the class that least squares without a picture say of it, for each picture."""
    values = features - features.mean(0)
    values = values / np.where(values.std(0) > 1e-7, values.std(0), np.inf)
    classes = labels.max() + 1
    weights = 1 / np.bincount(labels)[labels] * len(labels) / classes
    targets = np.eye(classes)[labels]
    penalty = math.sqrt(RIDGE * np.mean(np.sum(values**2, 1))) * np.eye(values.shape[1])
    penalty = np.hstack([np.zeros((len(penalty), 1)), penalty])
    predicted = []
    for left in range(len(labels)):
        others = np.arange(len(labels)) != left
        root = np.sqrt(weights[others])[:, None]
        design = np.hstack([np.ones((others.sum(), 1)), values[others]])
        solution, *_ = np.linalg.lstsq(
            np.vstack([root * design, penalty]),
            np.vstack([root * targets[others], np.zeros((len(penalty), classes))]),
        )
        share = np.average(targets[others], 0, root[:, 0] ** 2)  # what an intercept alone says
        score = solution[0] + values[left] @ solution[1:] - share
        predicted.append(np.argmax(score / np.sqrt(share * (1 - share))))
    return np.array(predicted)


@pytest.fixture(scope="module")
def half(network):
    """A set of three classes, told in part; its findings, and its features by hand."""
    pictures = half_told()
    images = [middle_square(pixels, 32) for pixels in pictures.pixels]
    maps = [activations_by_hand(network, image) for image in images]
    by_hand = {name: np.array([of[name].mean((0, 1)) for of in maps]) for name in LAYERS}
    return pictures, found(pictures, network), by_hand


def test_features_are_means_of_maps_by_scipy(half):
    _, findings, by_hand = half
    for item in findings.items:
        if item.values.get("condition") == "original":
            expected = by_hand[item.values["layer"]]
            np.testing.assert_allclose(item.arrays["features"], expected, rtol=1e-4, atol=1e-5)


def test_accuracy_is_that_of_refits_without_each_picture(half):
    pictures, findings, by_hand = half
    accuracies = set()
    for name, values in figures(findings).items():
        expected = told(by_hand[name], pictures.numbers)
        assert values["predicted"] == expected.tolist()
        shares = [np.mean(expected[pictures.numbers == number] == number) for number in range(3)]
        assert values["recalls"] == pytest.approx(shares)
        assert values["accuracy"] == pytest.approx(np.mean(shares))
        alarms = [np.mean(expected[pictures.numbers != number] == number) for number in range(3)]
        assert values["false_alarms"] == pytest.approx(alarms)
        accuracies.add(values["accuracy"])
    assert len(accuracies) > 1 and all(0.34 < accuracy < 1 for accuracy in accuracies)


def test_the_interval_is_wilsons_by_hand(half):
    _, findings, _ = half
    # As sure as so many pictures in equal classes, of which 1.7 that hang together count as one.
    count = 9 / (1 / 5 + 1 / 9 + 1 / 7) / 1.7
    for values in figures(findings).values():
        for end in (values["low"], values["high"]):
            # Wilson's ends: the true shares at 1.96 standard deviations from the accuracy.
            deviation = math.sqrt(end * (1 - end) / count)
            assert abs(values["accuracy"] - end) / deviation == pytest.approx(1.96, abs=1e-4)


def test_the_mean_colours_are_probed_as_a_layer_is(half):
    pictures, findings, _ = half
    predicted = told(pictures.pixels.mean((1, 2)), pictures.numbers)
    shares = [np.mean(predicted[pictures.numbers == number] == number) for number in range(3)]
    control = findings.items[0].values["mean_colour"]
    assert control["accuracy"] == pytest.approx(np.mean(shares))
    assert 0.34 < control["low"] + 0.2 < control["high"] < 1


def test_the_confusion_is_counted_by_hand(half):
    pictures, findings, by_hand = half
    top = max(figures(findings).values(), key=lambda values: values["accuracy"])
    predicted = told(by_hand[top["layer"]], pictures.numbers)
    table = next(table for table in findings.tables() if table.name == "confusion")
    assert table.columns == ("class", "blue", "green", "red")
    assert [row[0] for row in table.rows] == ["blue (5)", "green (9)", "red (7)"]
    for number, (_, *shares) in enumerate(table.rows):
        own = predicted[pictures.numbers == number]
        assert shares == [np.mean(own == other) for other in range(3)]


def test_the_pictures_told_wrong_are_those(half):
    pictures, findings, by_hand = half
    top = max(figures(findings).values(), key=lambda values: values["accuracy"])
    predicted = told(by_hand[top["layer"]], pictures.numbers)
    wrong = np.flatnonzero(predicted != pictures.numbers)
    shown = [item for item in findings.items if item.values["kind"] == "wrong"]
    assert 0 < len(wrong) <= 12
    assert {item.values["name"] for item in shown} == {pictures.names[at] for at in wrong}
    for item in shown:
        place = pictures.names.index(item.values["name"])
        np.testing.assert_array_equal(item.picture.pixels, pictures.pixels[place])
        assert item.values["class"] == pictures.labels[place]
        assert item.values["taken_for"] == pictures.classes[predicted[place]]
    classes = [item.values["class"] for item in shown]
    first = classes[: len(set(classes))]
    assert len(set(first)) == len(first)  # the classes take turns


def test_the_order_of_files_changes_nothing(half, network):
    pictures, findings, _ = half
    order = np.random.default_rng(1).permutation(len(pictures))
    shuffled = PictureSet(
        pictures.pixels[order],
        tuple(pictures.names[at] for at in order),
        tuple(pictures.labels[at] for at in order),
    )
    again = found(shuffled, network)
    for item, other in zip(findings.items, again.items, strict=True):
        assert item == other
        for name, array in item.arrays.items():
            np.testing.assert_array_equal(array, other.arrays[name])


def test_classes_told_by_colour_fall_to_chance_when_grey(network):
    findings = found(coloured(12), network)
    for name, values in figures(findings).items():
        assert values["accuracy"] == 1.0
        assert figures(findings, "blurred")[name]["accuracy"] == 1.0
        assert figures(findings, "shuffled")[name]["accuracy"] == 1.0
        grey = figures(findings, "grey")[name]
        assert grey["accuracy"] <= grey["permuted_high"] < 0.95
    assert "Without colour, green and red are lost: " in findings.sentence
    assert "The mean colours of the pictures alone get 1.00" in findings.sentence


def test_nothing_is_told_of_classes_that_mean_nothing(network):
    findings = found(meaningless({"a": 12, "b": 12}), network, reliance=False)
    assert findings.sentence.startswith("No layer separates the classes beyond luck: the best, ")
    for values in figures(findings).values():
        assert values["permuted_low"] <= values["accuracy"] <= values["permuted_high"]
        assert abs(values["permuted"] - 0.5) < 0.12
        assert values["chance"] == 0.5


def test_shuffled_labels_are_at_chance_where_classes_differ_in_size(half):
    _, findings, _ = half
    for values in figures(findings).values():
        shuffles = values["shuffles"]
        assert values["permuted"] == pytest.approx(np.mean(shuffles))
        # The ends of 39 hold 95 % of further ones.
        ends = (values["permuted_low"], values["permuted_high"])
        assert len(shuffles) == 39 and ends == (min(shuffles), max(shuffles))
        assert abs(values["permuted"] - values["chance"]) < 0.1


def test_conditions_are_left_out(network):
    findings = found(coloured(4), network, reliance=False)
    kinds = {item.values.get("condition") for item in findings.items if item.key != "pictures"}
    assert kinds == {"original"}
    names = [table.name for table in findings.tables()]
    assert names == ["by_depth", "confusion", "classes", "networks", "separability"]


def test_maxima_in_place_of_means(network):
    pictures = coloured(2)
    findings = found(pictures, network, pooling="max", reliance=False)
    maps = activations_by_hand(network, middle_square(pictures.pixels[0], 32))
    for item in findings.items[1:5]:
        expected = maps[item.values["layer"]].max((0, 1))
        np.testing.assert_allclose(item.arrays["features"][0], expected, rtol=1e-4, atol=1e-5)
