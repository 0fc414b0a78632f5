"""Gram matrices of layers, against the maps that `Activations` gives."""

import numpy as np
import pytest

from dreamlab.dream import gram
from dreamlab.dream.activations import Activations
from tests.support.tiny import picture, silenced, tiny_network


def some(count, side=12):
    return np.stack([picture(side, side, seed) for seed in range(count)])


def computed(network, layers, pictures, memory=None):
    """The Gram matrices, and the shares of the work on the way."""
    shares = []
    steps = gram.gram_matrices(network, layers, pictures, "float32", "notebook", memory)
    while True:
        try:
            shares.append(next(steps))
        except StopIteration as end:
            return end.value, shares


def by_hand(network, layers, pictures):
    """Products of the features, less their means."""
    measured = Activations(network, [layer.name for layer in layers], "float32", "notebook")
    maps = [measured.maps(each) for each in pictures]
    for layer in layers:
        features = np.stack([of[layer.name].ravel() for of in maps]).astype(np.float64)
        features -= features.mean(axis=0)
        yield features @ features.T


@pytest.fixture(scope="module")
def network():
    return tiny_network()


def test_they_are_products_of_whole_maps(network):
    found, shares = computed(network, network.layers, some(7))
    assert found.shape == (4, 7, 7) and found.dtype == np.float64
    for matrix, expected in zip(found, by_hand(network, network.layers, some(7)), strict=True):
        np.testing.assert_allclose(matrix, expected, rtol=1e-4, atol=1e-4 * expected.max())
    assert shares == sorted(shares) and shares[-1] == 1


@pytest.mark.parametrize("room", [100, 577, 10_000])
def test_many_passes_give_the_same(network, monkeypatch, room):
    whole, _ = computed(network, network.layers, some(5))
    monkeypatch.setattr(gram, "budget", lambda pixels, memory: 2 * 4 * 5 * room)
    monkeypatch.setattr(gram, "_SUMMED", 64)
    parts, _ = computed(network, network.layers, some(5))
    np.testing.assert_allclose(parts, whole, rtol=1e-4, atol=1e-4 * whole.max())


def test_passes_hold_no_more_than_there_is_room_for(network):
    sizes = {layer.name: layer.map_side(12) ** 2 * layer.channels for layer in network.layers}
    for room in (100, 577, 10_000):
        passes = list(gram._passes(network.layers, 12, room))
        assert all(sum(part.end - part.begin for part in parts) <= room for parts in passes)
        for name, size in sizes.items():
            ends = [(p.begin, p.end) for parts in passes for p in parts if p.layer.name == name]
            assert ends[0][0] == 0 and ends[-1][1] == size
            assert all(end == begin for (_, end), (begin, _) in zip(ends, ends[1:], strict=False))


def test_pictures_that_a_layer_finds_the_same_have_products_of_0():
    network = silenced(tiny_network(), "second")
    found, _ = computed(network, network.layers, some(4))
    assert found[0].any() and not found[1:].any()


def test_large_features_in_common_leave_the_rest_exact():
    rest = np.random.default_rng(0).normal(size=(6, 40))
    features = (rest * 1e-3 + 100 * np.arange(40)).astype(np.float32)
    exact = features.astype(np.float64) - features.astype(np.float64).mean(axis=0)
    expected = exact @ exact.T
    found = gram._products(features)
    np.testing.assert_allclose(found, expected, atol=1e-5 * expected.max())
    tiny = gram._products((rest * 1e-25).astype(np.float32))
    assert np.isfinite(tiny).all() and (np.diag(tiny) > 0).all()
