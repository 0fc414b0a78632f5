"""Pooled features against whole maps."""

import numpy as np
import pytest

from dreamlab.dream import features
from dreamlab.dream.activations import activations
from dreamlab.dream.features import pooled_features
from tests.support.tiny import picture, tiny_network

LAYERS = ("first", "second", "pool", "third")


@pytest.fixture(scope="module")
def network():
    return tiny_network()


@pytest.fixture(scope="module")
def pictures():
    return np.stack([picture(32, 32, seed) * (seed + 1) / 7 for seed in range(7)])


def looked(network, pictures, layers=LAYERS, pooling="mean", memory=None):
    """The features, and the shares of the work after each part of it."""
    computing, shares = (
        pooled_features(network, layers, pictures, pooling, "float32", "notebook", memory),
        [],
    )
    while True:
        try:
            shares.append(next(computing))
        except StopIteration as end:
            return end.value, shares


@pytest.mark.parametrize(("pooling", "pooled"), [("mean", np.mean), ("max", np.max)])
def test_they_are_the_mean_or_the_maximum_of_whole_maps(network, pictures, pooling, pooled):
    found, _ = looked(network, pictures, pooling=pooling)
    measured = activations(network, LAYERS, "float32", "notebook")
    assert list(found) == list(LAYERS)
    for place, image in enumerate(pictures):
        for name, maps in measured.maps(image).items():
            expected = pooled(np.asarray(maps), axis=(-3, -2)).ravel()
            np.testing.assert_allclose(found[name][place], expected, rtol=1e-5, atol=1e-6)
    assert {array.dtype for array in found.values()} == {np.dtype(np.float32)}
    assert [array.shape for array in found.values()] == [(7, 4), (7, 5), (7, 5), (7, 6)]


def test_layers_come_in_the_order_that_they_are_asked_for(network, pictures):
    whole, _ = looked(network, pictures)
    found, _ = looked(network, pictures, ("third", "first"))
    assert list(found) == ["third", "first"]
    for name, array in found.items():
        np.testing.assert_array_equal(array, whole[name])


@pytest.mark.parametrize("at_once", [1, 3])
def test_parts_give_what_all_at_once_do(network, pictures, monkeypatch, at_once):
    whole, shares = looked(network, pictures)
    assert shares == [1.0]
    asked = []

    def looks_at_once(model, fields, pixels, memory):
        asked.append((pixels, memory))
        return at_once

    monkeypatch.setattr(features, "looks_at_once", looks_at_once)
    found, shares = looked(network, pictures, memory=1234.0)
    assert asked == [(32**2, 1234.0)]
    ends = [min(1.0, place / 7) for place in range(at_once, 7 + at_once, at_once)]
    assert shares == pytest.approx(ends)
    for name, array in found.items():
        np.testing.assert_allclose(array, whole[name], rtol=1e-5, atol=1e-6)
