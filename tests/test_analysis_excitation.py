import numpy as np
import pytest
from scipy.signal import correlate

from dreamlab.analysis import named
from dreamlab.analysis.atlas import AtlasSettings
from dreamlab.analysis.excitation import ratios
from dreamlab.analysis.files import files
from dreamlab.analysis.run import analyse
from dreamlab.dream.activations import Activations
from dreamlab.images import load_image
from tests.tiny import picture, tiny_network


def _by_hand(network, image):
    """The activations of the tiny network, by SciPy's correlation."""

    def convolved(maps, layer):
        kernel, bias = (np.asarray(one, np.float64) for one in layer.get_weights())
        padded = np.pad(maps, ((1, 1), (1, 1), (0, 0)))
        planes = [
            sum(correlate(padded[..., i], kernel[..., i, o], "valid") for i in range(maps.shape[2]))
            for o in range(kernel.shape[3])
        ]
        return np.maximum(np.stack(planes, -1) + bias, 0)

    model = network.cut(["third"], "float32")
    first = convolved(image.astype(np.float64), model.get_layer("first"))
    second = convolved(first, model.get_layer("second"))
    rows, columns = second.shape[0] // 2, second.shape[1] // 2
    pooled = second.reshape(rows, 2, columns, 2, -1).mean((1, 3))
    third = convolved(pooled, model.get_layer("third"))
    return {"first": first, "second": second, "pool": pooled, "third": third}


@pytest.fixture(scope="module")
def network():
    return tiny_network()


def test_activations_against_scipy(network):
    image, other = picture(12, 14), picture(12, 14, seed=1)
    one, two = _by_hand(network, image), _by_hand(network, other)
    answers = Activations(network, tuple(one), "float32", "notebook")
    squares, shifts, maps = (
        answers.mean_squares(image),
        answers.shifts(image, other),
        answers.maps(image),
    )
    for name, found in one.items():
        assert squares[name] == pytest.approx(np.mean(found**2), rel=1e-5)
        shift = np.linalg.norm(two[name] - found) / np.linalg.norm(found)
        assert shifts[name] == pytest.approx(shift, rel=1e-5)
        np.testing.assert_allclose(maps[name], found, rtol=1e-4, atol=1e-5)
    assert set(answers.shifts(image, image).values()) == {0.0}


def test_ratios_by_hand():
    assert ratios({"a": 6.0, "b": 0.5, "c": 1.0}, {"a": 2.0, "b": 1.0, "c": 0.0}) == {
        "a": 3.0,
        "b": 0.5,
        "c": None,
    }


def test_the_matrix_is_that_of_the_dreams(network):
    image = picture(12, 14)
    settings = AtlasSettings(amount=0.05, precision="float32", layers=("second", "third"))
    found = analyse(named("excitation"), image, network, settings)
    before = _by_hand(network, image)
    assert [item.key for item in found.items] == ["second", "third"]
    for item in found.items:
        after = _by_hand(network, load_image(item.picture))
        assert list(item.values["ratios"]) == ["first", "second", "pool", "third"]
        for name, ratio in item.values["ratios"].items():
            expected = np.mean(after[name] ** 2) / np.mean(before[name] ** 2)
            assert ratio == pytest.approx(expected, rel=1e-4)
        assert item.values["ratios"][item.key] > 1

    rows = files(found)["excitation.csv"].decode().splitlines()
    assert rows[0] == "dreamt,first,second,pool,third"
    cells = rows[2].split(",")
    assert cells[0] == "third"
    assert float(cells[4]) == found.items[1].values["ratios"]["third"]


def test_a_resumed_matrix_is_the_same(network):
    image = picture(12, 14)
    settings = AtlasSettings(amount=0.05, precision="float32")
    whole = analyse(named("excitation"), image, network, settings)
    rest = analyse(named("excitation"), image, network, settings, found=whole.items[:2])
    assert rest.items == whole.items
