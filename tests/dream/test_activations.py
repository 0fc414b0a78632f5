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
        activations.relative_change(image, other),
        activations.maps(image),
    )
    for name, activation in before.items():
        assert squares[name] == pytest.approx(np.mean(activation**2), rel=1e-5)
        change = np.linalg.norm(after[name] - activation) / np.linalg.norm(activation)
        assert changes[name] == pytest.approx(change, rel=1e-5)
        np.testing.assert_allclose(maps[name], activation, rtol=1e-4, atol=1e-5)
    assert set(activations.relative_change(image, image).values()) == {0.0}
