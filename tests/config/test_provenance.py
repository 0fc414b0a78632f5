"""How a picture was made, as its files carry it."""

import json

import dreamlab
from dreamlab.config import DreamConfig
from dreamlab.config.provenance import Provenance, parent_in, place_in

CONFIG = DreamConfig(layers={"a": 2.0}, seed=7)


def test_it_says_all_that_is_needed():
    provenance = Provenance(CONFIG, "vgg16", "ab12", "bfloat16", input_range="imagenet")
    assert provenance.to_dict() == {
        "dreamlab": dreamlab.__version__,
        "model": "vgg16",
        "weights": "ab12",
        "precision": "bfloat16",
        "convolution": "direct",
        "input_range": "imagenet",
        "config": CONFIG.to_dict(),
    }


def test_its_json_is_one_line_that_a_config_is_read_from(tmp_path):
    text = Provenance(CONFIG, "vgg16", "ab12", "float32").to_json()
    assert "\n" not in text
    assert json.loads(text)["config"]["seed"] == 7
    (tmp_path / "config.json").write_text(text)
    assert DreamConfig.from_file(tmp_path / "config.json") == CONFIG


def test_a_place_that_no_dream_has_is_none():
    place = {"octave": 1, "iteration": 4, "ends_octave": True, "ends_dream": False, "original": ""}
    assert place_in({"frame": place}) == place
    for wrong in (
        {"octave": -1},
        {"octave": 20},
        {"octave": 10**4299},
        {"octave": True},
        {"iteration": -2},
        {"iteration": 1000},
        {"ends_octave": 1},
        {"original": None},
    ):
        assert place_in({"frame": place | wrong}) is None
        assert parent_in({"frame": place | wrong}) is None
