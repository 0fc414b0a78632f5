import math

import numpy as np
import pytest

from dreamlab.dream.moves import Moves
from tests.support.tiny import activations_by_hand, picture, silenced, tiny_network, wide_network


@pytest.fixture(scope="module")
def network():
    return tiny_network()


def test_moves_against_scipy(network):
    image, other = picture(12, 14), picture(12, 14, seed=1)
    before, after = activations_by_hand(network, image), activations_by_hand(network, other)
    (moved,) = Moves(network, tuple(before), "float32", "notebook").moves(image, [other])
    for name, first in before.items():
        difference, norm = after[name] - first, np.linalg.norm(first)
        assert moved[name].map == pytest.approx(np.linalg.norm(difference) / norm, rel=1e-5)
        means = first.mean((0, 1))
        expected = np.linalg.norm(difference.mean((0, 1))) / np.linalg.norm(means)
        assert moved[name].pooled == pytest.approx(expected, rel=1e-3)
        lengths = np.linalg.norm(difference, axis=2)
        mean_square = np.mean(np.sum(first**2, axis=2))
        np.testing.assert_allclose(
            moved[name].where, lengths / np.sqrt(mean_square), rtol=1e-3, atol=1e-5
        )


def test_swings_against_scipy(network):
    image, other = picture(12, 14), picture(12, 14, seed=1)
    before, after = activations_by_hand(network, image), activations_by_hand(network, other)
    (swung,) = Moves(network, tuple(before), "float32", "notebook").swings(image, [other])
    for name, first in before.items():
        expected = abs(after[name] - first).mean((0, 1))
        np.testing.assert_allclose(swung[name], expected, rtol=1e-4, atol=1e-6)


def test_many_pictures_are_taken_as_they_are_needed(network):
    image, *others = (picture(200, 210, seed=seed) for seed in range(25))
    taken = []

    def some():
        for other in others:
            taken.append(other)
            yield other

    measured = Moves(network, ("first", "third"), "float32", "notebook")
    moved = measured.moves(image, some())
    first = next(moved)
    assert 1 <= len(taken) < len(others)
    together = [first, *moved]
    assert len(together) == len(others)
    for place in (0, 11, 23):
        (alone,) = measured.moves(image, [others[place]])
        for name in ("first", "third"):
            assert together[place][name].map == pytest.approx(alone[name].map, rel=1e-5)
            assert together[place][name].pooled == pytest.approx(alone[name].pooled, rel=1e-3)


def test_a_picture_has_the_same_figures_to_the_last_digit_whatever_others_there_are():
    image, *others = (picture(97, 131, seed=seed) for seed in range(28))
    measured = Moves(wide_network(), ("first", "second", "third"), "float32", "notebook")
    together = [moved["third"] for moved in measured.moves(image, others)]
    for place in (0, 11, 25, 26):
        (alone,) = measured.moves(image, [others[place]])
        assert (alone["third"].map, alone["third"].pooled) == (
            together[place].map,
            together[place].pooled,
        )


def test_little_memory_gives_the_same(network):
    image, *others = (picture(12, 14, seed=seed) for seed in range(4))
    measured = Moves(network, ("third",), "float32", "notebook")
    usual = [moved["third"].map for moved in measured.moves(image, others)]
    assert [moved["third"].map for moved in measured.moves(image, others, 1)] == pytest.approx(
        usual, rel=1e-5
    )


def test_a_silent_layer_moves_by_nothing_that_is_a_number():
    network = silenced(tiny_network(), "second")
    measured = Moves(network, ("first", "second"), "float32", "notebook")
    (moved,) = measured.moves(picture(12, 14), [picture(12, 14, seed=1)])
    assert math.isnan(moved["second"].map)
    assert math.isnan(moved["second"].pooled)
    assert moved["first"].map > 0


@pytest.mark.parametrize("scale", [1e-25, 1e25])
def test_tiny_and_huge_activations_move_as_usual_ones(scale):
    moved = []
    for factor in (1.0, scale):
        network = tiny_network()
        layer = network.feature_extractor(["first"], "float32").get_layer("first")
        kernel, bias = layer.get_weights()
        layer.set_weights([kernel * np.float32(factor), bias * np.float32(factor)])
        measured = Moves(network, ("first",), "float32", "notebook")
        moved += measured.moves(picture(12, 14), [picture(12, 14, seed=1)])
    assert moved[1]["first"].map == pytest.approx(moved[0]["first"].map, rel=1e-4)
    assert moved[1]["first"].pooled == pytest.approx(moved[0]["first"].pooled, rel=1e-3)
    np.testing.assert_allclose(moved[1]["first"].where, moved[0]["first"].where, rtol=1e-3)
