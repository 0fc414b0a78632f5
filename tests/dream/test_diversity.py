import numpy as np
import pytest

from dreamlab.dream.diversity import likeness


def test_likeness_by_hand():
    """Two positions and two channels; a Gram matrix is that of the channels."""
    same = [[[1, 0], [0, 2]]]  # Gram matrix 1, 0, 0, 4
    moved = [[[0, 2], [1, 0]]]  # the same at other places
    mixed = [[[1, 1], [1, 1]]]  # 2, 2, 2, 2
    features = np.array([same, moved, same, mixed], np.float32)
    cosine = (1 * 2 + 4 * 2) / (np.sqrt(17) * 4)
    np.testing.assert_allclose(likeness(features, 2), [1, cosine], rtol=1e-6)
    # Of four pictures the mean of all six pairs: three are alike, three have that cosine.
    assert float(likeness(features, 4)[0]) == pytest.approx((3 + 3 * cosine) / 6)


def test_silent_features_are_like_nothing():
    features = np.zeros((2, 3, 3, 4), np.float32)
    features[0] = 1
    np.testing.assert_array_equal(likeness(features, 2), [0])
