"""How a picture was made, as its files carry it."""

import json

import dreamlab
from dreamlab.config import DreamConfig
from dreamlab.config.provenance import Provenance

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
