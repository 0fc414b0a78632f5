import numpy as np
import pytest

from dreamlab.analysis import named
from dreamlab.analysis.channels import ChannelSettings, mean_squares, strongest
from dreamlab.analysis.run import analyse
from dreamlab.dream.activations import Activations
from dreamlab.errors import DreamError
from tests.support.tiny import picture, tiny_network

CHANNELS = named("channels")


@pytest.fixture(scope="module")
def network():
    return tiny_network()


def _settings(**values):
    base = {"layer": "third", "side": 32, "steps": 6, "jitter": 2, "precision": "float32"}
    return ChannelSettings(**base | values)


def test_the_strongest_channels_by_hand():
    activation = np.zeros((2, 1, 4), np.float32)
    activation[:, 0, 0] = 1, 1  # mean square 1
    activation[:, 0, 2] = 2, 0  # 2
    activation[:, 0, 3] = -1, -1  # 1: size counts, not sign
    squares = mean_squares(activation)
    assert squares.tolist() == [1, 0, 2, 1]
    assert strongest(squares, 3) == (2, 0, 3)


def test_the_channels_that_answer_most_are_mapped_and_grown(network):
    image = picture(20, 24)
    findings = analyse(CHANNELS, image, network, _settings(count=2))
    activation = Activations(network, ("third",), "float32", "notebook").maps(image)["third"]
    squares = np.mean(activation.astype(float) ** 2, axis=(0, 1))
    expected = np.argsort(-squares)[:2]
    maps = [item for item in findings.items if item.values["kind"] == "map"]
    assert [item.values["channel"] for item in maps] == expected.tolist()
    assert maps[0].values["answer"] == pytest.approx(squares.max())
    assert maps[0].values["share"] == pytest.approx(squares.max() / squares.sum())
    grown = [item for item in findings.items if item.values["kind"] == "grown"]
    assert [item.values["channel"] for item in grown] == expected.tolist()
    for item in grown:
        assert item.values["last_objective"] > item.values["first_objective"]


def test_without_a_picture_there_are_no_maps(network):
    findings = analyse(CHANNELS, None, network, _settings(count=2, steps=2))
    assert [item.key for item in findings.items] == ["third-0-grown", "third-1-grown"]
    findings = analyse(CHANNELS, None, network, _settings(channels=(5,), steps=2))
    assert [item.key for item in findings.items] == ["third-5-grown"]
    assert [table.name for table in CHANNELS.tables(findings)] == ["reached"]
    with pytest.raises(DreamError, match="third has no channel 6; choose 0 to 5"):
        analyse(CHANNELS, None, network, _settings(channels=(6,)))
    with pytest.raises(DreamError, match="layer"):
        analyse(CHANNELS, None, network, _settings(layer="thrid"))
