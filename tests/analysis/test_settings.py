import json

import pytest

from dreamlab.analysis import ANALYSES, named
from dreamlab.errors import DreamError
from dreamlab.images.shape import Shape
from dreamlab.layers import known_layers


@pytest.mark.parametrize("name", ANALYSES)
def test_settings_survive_json_and_know_their_work(name):
    analysis = ANALYSES[name]
    settings = analysis.settings()
    again = analysis.settings.from_dict(json.loads(json.dumps(settings.to_dict())))
    assert again == settings
    parts = analysis.plan(Shape(200, 300), settings, "vgg16", known_layers("vgg16"))
    assert all(pixels > 0 and operations > 0 for pixels, operations in parts)


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        ("atlas", {"amount": 9}, "amount is 9; choose 0.001 to 2"),
        ("atlas", {"effort": "none"}, "effort is 'none'; choose from equal effort, equal steps"),
        ("atlas", {"layers": "block1_conv1"}, "layers is 'block1_conv1'; give a list of names"),
        ("atlas", {"colour": 1}, "unknown setting 'colour'"),
        ("atlas", {"max_side": True}, "max_side is True; choose a whole number"),
        ("channels", {"channels": [1.5]}, "channels is 1.5; choose a whole number"),
        ("channels", {"layer": 3}, "layer is 3; give a name"),
        ("attribution", {"layers": {"block1_conv1": "x"}}, "weight of 'block1_conv1' is 'x'"),
        ("robustness", {"gaussian": 0.1}, "gaussian is 0.1; give a list of numbers"),
    ],
)
def test_bad_settings_are_told(name, values, message):
    with pytest.raises(DreamError, match="^.*" + message.replace("(", r"\(")):
        ANALYSES[name].settings.from_dict(values)


def test_numbers_given_twice_count_once():
    noises = {"gaussian": [0.1, 0, 0.1, 0.0], "salt_pepper": [0.2, 0.2]}
    settings = ANALYSES["robustness"].settings.from_dict(noises)
    assert (settings.gaussian, settings.salt_pepper) == ((0.1, 0.0), (0.2,))
    assert ANALYSES["channels"].settings(channels=[7, 3, 7.0]).channels == (7, 3)


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        ("atlas", {"layers": ["block1_conv9"]}, "did you mean block1_conv"),
        ("channels", {"channels": [512]}, "no channel 512; choose 0 to 511"),
        ("robustness", {"layers": ["sky"]}, "vgg16 has no layer 'sky'"),
        ("robustness", {"gaussian": [], "salt_pepper": []}, "0 levels of noise; give at least one"),
    ],
)
def test_what_cannot_run_is_told_before_it_runs(name, values, message):
    analysis = ANALYSES[name]
    settings = analysis.settings.from_dict(values)
    with pytest.raises(DreamError, match=message):
        analysis.plan(Shape(200, 300), settings, "vgg16", known_layers("vgg16"))


def test_an_unknown_analysis():
    with pytest.raises(DreamError, match="unknown analysis 'sky'; choose from atlas, channels"):
        named("sky")
