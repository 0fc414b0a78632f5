import numpy as np
import pytest

from dreamlab.analysis import named
from dreamlab.analysis.atlas import AtlasSettings
from dreamlab.analysis.excitation import ratios
from dreamlab.analysis.files import files
from dreamlab.analysis.run import analyse
from dreamlab.images import load_image
from tests.support.tiny import activations_by_hand, picture, tiny_network


@pytest.fixture(scope="module")
def network():
    return tiny_network()


def test_ratios_by_hand():
    assert ratios({"a": 6.0, "b": 0.5, "c": 1.0}, {"a": 2.0, "b": 1.0, "c": 0.0}) == {
        "a": 3.0,
        "b": 0.5,
        "c": None,
    }


def test_the_matrix_is_that_of_the_dreams(network):
    image = picture(12, 14)
    settings = AtlasSettings(amount=0.05, precision="float32", layers=("second", "third"))
    findings = analyse(named("excitation"), image, network, settings)
    before = activations_by_hand(network, image)
    assert [item.key for item in findings.items] == ["second", "third"]
    for item in findings.items:
        after = activations_by_hand(network, load_image(item.picture))
        assert list(item.values["ratios"]) == ["first", "second", "pool", "third"]
        for name, ratio in item.values["ratios"].items():
            expected = np.mean(after[name] ** 2) / np.mean(before[name] ** 2)
            assert ratio == pytest.approx(expected, rel=1e-4)
        assert item.values["ratios"][item.key] > 1

    rows = files(findings)["excitation.csv"].decode().splitlines()
    assert rows[0] == "dreamt,first,second,pool,third"
    cells = rows[2].split(",")
    assert cells[0] == "third"
    assert float(cells[4]) == findings.items[1].values["ratios"]["third"]


def test_a_resumed_matrix_is_the_same(network):
    image = picture(12, 14)
    settings = AtlasSettings(amount=0.05, precision="float32")
    whole = analyse(named("excitation"), image, network, settings)
    rest = analyse(named("excitation"), image, network, settings, resume_from=whole.items[:2])
    assert rest.items == whole.items
