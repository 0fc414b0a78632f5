from dreamlab.comparison.preflight import check
from dreamlab.config import DreamConfig
from dreamlab.layers import known_layers

VGG16 = known_layers("vgg16")


def checked(height, width, **settings):
    layers = settings.pop("layers", {"block5_conv2": 1.0})
    return check(height, width, DreamConfig(layers=layers, **settings), "vgg16", VGG16)


def test_octaves_and_maps():
    result = checked(400, 600, octaves=2, octave_scale=2.0)
    assert result.shapes == ((200, 300), (400, 600))
    assert result.maps == {"block5_conv2": ((12, 18), (25, 37))}
    assert not result.problem and not result.warning


def test_every_layer_has_its_maps():
    result = checked(64, 96, octaves=1, layers={"block1_conv1": 1.0, "block2_conv2": 0.5})
    assert result.maps == {"block1_conv1": ((64, 96),), "block2_conv2": ((32, 48),)}


def test_a_small_picture_says_both_sizes():
    assert "20 x 30" in checked(30, 20).problem and "32 x 32" in checked(30, 20).problem


def test_octaves_too_small_are_warned_of():
    result = checked(64, 64, octaves=5, octave_scale=2.0)
    assert result.shapes == ((32, 32), (64, 64))
    assert "16 x 16" in result.warning


def test_unknown_layer_and_channel():
    assert "mixed3" in checked(64, 64, layers={"mixed3": 1.0}).problem
    result = checked(64, 64, channels={"block5_conv2": [0, 512]})
    assert "512" in result.problem and "511" in result.problem


def test_classes_by_name():
    lite = "efficientnet_lite0"

    def problem(*classes):
        config = DreamConfig(layers="predictions", channels={"predictions": classes}, octaves=1)
        return check(64, 64, config, lite, known_layers(lite)).problem

    assert problem("goldfish", 7) == problem("GOLDFIS") == ""
    assert problem("goldfisch").endswith(
        "did you mean goldfish (1) or goldfinch (11) or solar dish (807)?"
    )
    said = checked(64, 64, channels={"block5_conv2": ["goldfish"]}).problem
    assert said == (
        "block5_conv2 of vgg16 has no classes, so 'goldfish' names no channel: give numbers, "
        "0 to 511"
    )
