import math

import numpy as np
import pytest
import tensorflow as tf

from dreamlab.analysis import named
from dreamlab.analysis.attribution import AttributionSettings, balance, pulls
from dreamlab.analysis.running import analyse
from dreamlab.config import DreamConfig
from dreamlab.dream import dream
from dreamlab.errors import DreamError
from tests.tiny import picture, tiny_network

ATTRIBUTION = named("attribution")
MIX = {"second": 0.5, "third": -2.0}


@pytest.fixture(scope="module")
def network():
    return tiny_network(smooth=True)


def _settings(**values):
    return AttributionSettings(**{"layers": MIX, "precision": "float32"} | values)


def test_pulls_by_hand():
    one = np.float32([[[3, 0, 0]], [[0, 4, 0]]])
    two = np.float32([[[-3, 0, 0]], [[0, 0, 0]]])
    found = pulls({"a": one, "b": two, "still": np.zeros_like(one)})
    assert found["norms"] == {"a": 5.0, "b": 3.0, "still": 0.0}
    assert found["cosines"][0][1] == found["cosines"][1][0] == pytest.approx(-0.6)
    assert found["cosines"][0][0] == pytest.approx(1.0)
    assert found["cosines"][2] == [None, None, None]


def test_shares_and_gradients_against_a_plain_tape(network):
    image = picture(16, 18)
    found = analyse(ATTRIBUTION, image, network, _settings(octaves=2, iterations=2))
    config = DreamConfig(layers=MIX, octaves=2, iterations=2, step=0.02, precision="float32")
    model = network.cut(tuple(MIX), "float32")
    assert len(found.items) == 4
    for step, item in zip(dream(image, network, config), found.items, strict=True):
        at = tf.constant(step.image)
        gradients = {}
        for name, weight in MIX.items():
            with tf.GradientTape() as tape:
                tape.watch(at)
                answer = model(at[None])[name]
                rows, columns = answer.shape[1:3]
                top, left = 2 * (rows > 4), 2 * (columns > 4)
                inner = answer[:, top : rows - top, left : columns - left]
                loss = weight * tf.reduce_sum(inner**2) / tf.size(answer, tf.float32)
            gradients[name] = tape.gradient(loss, at).numpy()
            assert item.values["losses"][name] == pytest.approx(float(loss), rel=1e-4)
        a, b = (gradients[name].ravel().astype(float) for name in MIX)
        assert list(item.values["norms"].values()) == pytest.approx(
            [np.linalg.norm(a), np.linalg.norm(b)], rel=1e-4
        )
        cosine = a @ b / np.linalg.norm(a) / np.linalg.norm(b)
        assert item.values["cosines"][0][1] == pytest.approx(cosine, abs=1e-4)
    assert [bool(item.picture) for item in found.items] == [False, False, False, True]


def test_balance_by_hand():
    norms = [{"a": 1.0, "b": 4.0, "off": 0.0}, {"a": 4.0, "b": 16.0, "off": 0.0}]
    # Geometric means are 2 and 8: 2/2 = 1 and -4/8 = -1/2, then scaled by 6 / 1.5.
    found = balance({"a": 2.0, "b": -4.0, "off": 0.0}, norms)
    assert found == pytest.approx({"a": 4.0, "b": -2.0, "off": 0.0})
    with pytest.raises(DreamError, match="0 steps"):
        balance({"a": 1.0}, [])
    with pytest.raises(DreamError, match="off has no gradient"):
        balance({"a": 1.0, "off": 1.0}, norms)


def test_balanced_weights_pull_equally(network):
    image = picture(16, 18)
    one_step = {"octaves": 1, "iterations": 1, "step": 1e-5}  # so that the picture hardly moves
    found = analyse(ATTRIBUTION, image, network, _settings(**one_step))
    first = found.items[0].values["norms"]
    assert max(first.values()) > 1.5 * min(first.values())
    weights = balance(MIX, [first])
    again = analyse(ATTRIBUTION, image, network, _settings(layers=weights, **one_step))
    norms = list(again.items[0].values["norms"].values())
    assert norms[0] == pytest.approx(norms[1], rel=1e-2)
    assert weights["second"] > 0 > weights["third"]
    assert sum(map(abs, weights.values())) == pytest.approx(2.5)


def test_the_tables(network):
    found = analyse(ATTRIBUTION, picture(16, 18), network, _settings(octaves=2, iterations=2))
    loss, gradient, cosines, balanced = ATTRIBUTION.tables(found)
    assert loss.columns == gradient.columns == ("step", "second", "third")
    for row in loss.rows:
        assert row[1] > 0 > row[2]  # a negative weight, a negative share
        assert row[1] - row[2] == pytest.approx(1.0)
    norms = [item.values["norms"] for item in found.items]
    expected = norms[2]["second"] / (norms[2]["second"] + norms[2]["third"])
    assert gradient.rows[2][1] == pytest.approx(expected)
    mean = sum(item.values["cosines"][0][1] for item in found.items) / 4
    assert cosines.rows[0][2] == pytest.approx(mean)
    assert math.isclose(cosines.rows[1][2], 1.0)
    assert [row[0] for row in balanced.rows] == ["second", "third"]
