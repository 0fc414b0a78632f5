from dreamlab.comparison.preflight import check
from dreamlab.config import DreamConfig
from dreamlab.layers import known_layers
from dreamlab.ui.wording import sentence


def test_sentence():
    def said(height, width, **settings):
        config = DreamConfig(layers={"block5_conv2": 1.0}, **settings)
        return sentence(check(height, width, config, "vgg16", known_layers("vgg16")))

    expected = "2 octaves, 300 × 200 to 600 × 400 px · map 18 × 12 to 37 × 25"
    assert said(400, 600, octaves=2, octave_scale=2.0) == expected
    assert said(64, 96, octaves=1) == "1 octave, 96 × 64 px · map 6 × 4"


def test_a_map_that_keeps_its_size_is_told_once():
    config = DreamConfig(layers={"predictions": 1.0}, octaves=2, octave_scale=2.0)
    lite = "efficientnet_lite0"
    told = sentence(check(400, 600, config, lite, known_layers(lite)))
    assert told == "2 octaves, 300 × 200 to 600 × 400 px · map 1 × 1"
