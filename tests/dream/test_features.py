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


def test_little_memory_takes_a_picture_at_a_time_and_gives_the_same(network, pictures, monkeypatch):
    whole, at_once = looked(network, pictures)
    assert at_once == [1.0]
    asked = []
    monkeypatch.setattr(features, "bytes_per_pixel", lambda *of: 300e6 / 32**2)
    real = features.budget
    monkeypatch.setattr(features, "budget", lambda *of: asked.append(of) or real(*of))
    # With 1 MB the least that is taken is a picture's.
    found, shares = looked(network, pictures, memory=1.0)
    assert asked == [(32**2, 1.0)]
    assert shares == pytest.approx([place / 7 for place in range(1, 8)])
    for name, array in found.items():
        np.testing.assert_allclose(array, whole[name], rtol=1e-5, atol=1e-6)


def test_large_pictures_go_through_in_parts(network, monkeypatch):
    monkeypatch.setattr(features, "_AT_ONCE", 3 * 32**2)
    pictures = np.stack([picture(32, 32, seed) for seed in range(7)])
    _, shares = looked(network, pictures)
    assert shares == pytest.approx([3 / 7, 6 / 7, 1.0])
