import numpy as np
import pytest

from dreamlab.dream.activations import Activations
from tests.support.tiny import activations_by_hand, picture, tiny_network


@pytest.fixture(scope="module")
def network():
    return tiny_network()


def test_activations_against_scipy(network):
    image, other = picture(12, 14), picture(12, 14, seed=1)
    before, after = activations_by_hand(network, image), activations_by_hand(network, other)
    activations = Activations(network, tuple(before), "float32", "notebook")
    squares, changes, maps = (
        activations.mean_squares(image),
        activations.relative_changes(image, [other])[0],
        activations.maps(image),
    )
    for name, activation in before.items():
        assert squares[name] == pytest.approx(np.mean(activation**2), rel=1e-5)
        change = np.linalg.norm(after[name] - activation) / np.linalg.norm(activation)
        assert changes[name] == pytest.approx(change, rel=1e-5)
        np.testing.assert_allclose(maps[name], activation, rtol=1e-4, atol=1e-5)
    assert set(activations.relative_changes(image, [image])[0].values()) == {0.0}


def test_changes_to_many_pictures_are_those_to_each(network):
    image, *others = (picture(12, 14, seed=seed) for seed in range(7))
    activations = Activations(network, ("first", "third"), "float32", "notebook")
    together = activations.relative_changes(image, others)
    assert len(together) == 6
    for other, changes in zip(others, together, strict=True):
        (alone,) = activations.relative_changes(image, [other])
        assert changes == pytest.approx(alone, rel=1e-5)
    assert activations.relative_changes(image, []) == []
