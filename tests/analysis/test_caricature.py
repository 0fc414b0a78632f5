import numpy as np
import pytest

from dreamlab.analysis import named
from dreamlab.analysis.base import AnalysisData, Item
from dreamlab.analysis.caricature import CaricatureSettings
from dreamlab.analysis.run import analyse
from dreamlab.errors import DreamError
from dreamlab.images import Shape
from dreamlab.images.distance import distance
from dreamlab.images.ssim import ssim
from dreamlab.layers import known_layers
from tests.support.tiny import picture, silenced, tiny_network

CARICATURE = named("caricature")


@pytest.fixture(scope="module")
def network():
    return tiny_network()


def _settings(**values):
    return CaricatureSettings(**{"precision": "float32"} | values)


def test_the_picture_moves_by_the_amount_and_the_layer_answers_more(network):
    image = 0.8 * picture(24, 32)
    settings = _settings(layers=("second", "third"), amount=0.2)
    findings = analyse(CARICATURE, image, network, settings)
    assert [item.key for item in findings.items] == ["second-trained-1", "third-trained-1"]
    for item in findings.items:
        values = item.values
        assert values["moved"] == pytest.approx(0.2, rel=1e-3)
        drawn = item.picture.as_float()
        assert distance(drawn, image) == pytest.approx(0.2, abs=0.005)  # it is in 8 bit
        assert values["ssim"] == ssim(item.picture.pixels, findings.original.pixels)
        assert values["gains"][0] == pytest.approx(1, abs=0.02)
        assert values["gains"][-1] == values["gain"] > 1.05
        assert len(values["gains"]) == values["steps"] + 1
        model = network.feature_extractor([values["layer"]], "float32")
        wanted, found = (
            np.asarray(model(each[None])[values["layer"]], np.float64) for each in (image, drawn)
        )
        dot = np.sum(wanted * found)
        assert values["gain"] == pytest.approx(dot / np.sum(wanted**2), rel=0.02)
        cosine = dot / np.linalg.norm(wanted) / np.linalg.norm(found)
        assert values["cosine"] == pytest.approx(cosine, rel=0.02)


def test_a_higher_power_keeps_the_direction(network):
    image = 0.8 * picture(24, 32)
    cosines = [
        analyse(CARICATURE, image, network, _settings(layers=("third",), power=power))
        .items[0]
        .values["cosine"]
        for power in (0.0, 8.0)
    ]
    assert cosines[0] < cosines[1]


def test_few_steps_fall_short_and_say_so(network):
    settings = _settings(layers=("third",), steps=1, amount=1.0)
    (item,) = analyse(CARICATURE, picture(20, 24), network, settings).items
    assert item.values["moved"] < 0.99
    assert f"moved only {item.values['moved']:.3g}" in item.caption


def test_from_noise_there_are_draws_of_equal_steps(network):
    image = picture(20, 24)
    settings = _settings(layers=("third",), start="noise", steps=5, draws=2)
    findings = analyse(CARICATURE, image, network, settings)
    assert [item.key for item in findings.items] == ["third-trained-1", "third-trained-2"]
    assert [item.values["steps"] for item in findings.items] == [5, 5]
    assert findings.items[0].picture != findings.items[1].picture
    again = analyse(CARICATURE, image, network, settings, resume_from=findings.items[:1])
    assert [item.picture for item in again.items] == [item.picture for item in findings.items]
    assert len(analyse(CARICATURE, image, network, settings.replace(start="picture")).items) == 1


def test_a_silent_layer_has_no_figures():
    network = silenced(tiny_network(), "third")
    settings = _settings(layers=("first", "third"), steps=3)
    findings = analyse(CARICATURE, picture(20, 24), network, settings)
    assert findings.items[1].values["gain"] is None
    assert findings.items[1].caption.endswith("no answer")
    assert CARICATURE.tables(findings)[0].silent == ("third",)
    alone = analyse(CARICATURE, picture(20, 24), network, settings.replace(layers=("third",)))
    assert CARICATURE.sentence(alone) == (
        "No layer here answers to this picture, so there is nothing to exaggerate."
    )


def test_what_is_refused_is_said(network):
    with pytest.raises(DreamError, match="start is 'photo'; choose from picture, noise"):
        _settings(start="photo")
    with pytest.raises(DreamError, match="power is -1; choose 0 to 8"):
        _settings(power=-1)
    with pytest.raises(DreamError, match="thrid"):
        analyse(CARICATURE, picture(20, 24), network, _settings(layers=("thrid",)))


def test_the_work_is_that_of_the_steps():
    layers = known_layers("vgg16")
    for steps, values in ((15, {}), (10, {"steps": 10}), (40, {"start": "noise"})):
        settings = _settings(layers=("block1_conv1",), **values)
        works = CARICATURE.plan(Shape(80, 100), settings, "vgg16", layers)
        assert [pixels for pixels, _ in works] == [80 * 100 * steps] * 2  # and of the twin


def _findings(gains, untrained, model="vgg16"):
    items = [
        Item(
            f"{layer}-{kind}-1",
            "",
            {"layer": layer, "kind": kind, "draw": 1, "gain": gain, "relative_depth": at / len(of)},
        )
        for kind, of in (("trained", gains), ("untrained", untrained))
        for at, (layer, gain) in enumerate(of.items(), 1)
    ]
    settings = CaricatureSettings().to_dict()
    return AnalysisData("caricature", settings, model, "", tuple(items), True, 1.0)


def test_the_sentence_by_hand():
    assert CARICATURE.sentence(_findings({"a": 1.2, "b": 2.5}, {"a": 1.1, "b": 1.6})) == (
        "b is exaggerated most: it answers 2.5 times as strongly as to the original, and a least "
        "(1.2 times). Untrained, b answers 1.6 times as strongly."
    )
    assert CARICATURE.sentence(_findings({"a": 1.2}, {})) == (
        "a is exaggerated most: it answers 1.2 times as strongly as to the original. VGG16 cannot "
        "be copied, so no untrained twin stands beside it."
    )


def test_from_noise_a_layer_may_not_come_to_the_original():
    assert CARICATURE.sentence(_findings({"a": 0.3, "b": 0.8}, {"b": 0.5})) == (
        "No layer is exaggerated, b comes nearest: it answers 0.8 times as strongly as to the "
        "original, and a least (0.3 times). Untrained, b answers 0.5 times as strongly."
    )


def test_networks_that_are_equal_on_average_are_said_to_be():
    first = _findings({"a": 1.5, "b": 2.5}, {})
    second = _findings({"c": 2.5, "d": 1.5}, {}, "efficientnet_lite0")
    said = CARICATURE.contrast(first, second).sentence
    assert said.startswith("On average, the two are equal at equal relative depth (gain 2.00); ")
    copies = CARICATURE.contrast(first, first)
    assert copies.sentence.startswith("No difference")
    names = "VGG16 (first)", "VGG16 (second)"
    assert copies.tables[0].columns == ("relative depth", *names)


def test_two_networks_by_hand():
    first, second = _findings({"a": 1.5}, {}), _findings({"c": 2.0}, {}, "efficientnet_lite0")
    assert CARICATURE.contrast(first, second).sentence == (
        "At equal relative depth, EfficientNet-Lite0 is exaggerated more: gain 2.00 on average, "
        "against 1.50."
    )
