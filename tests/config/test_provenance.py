"""How a picture was made, as its files carry it."""

import json
from dataclasses import replace

import dreamlab
from dreamlab.config import DreamConfig
from dreamlab.config.provenance import (
    MaskedArea,
    Parent,
    Provenance,
    area_in,
    parent_in,
    place_in,
)

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


def test_it_says_what_was_given_beside_the_settings_and_what_it_goes_on_from():
    plain = Provenance(CONFIG, "vgg16", "ab12", "float32", picture="p1")
    more = {"picture": "p2", "guide": "g1", "mask": "m1", "parent": Parent("0123", 2, -1)}
    told = {**more, "parent": {"dream": "0123", "octave": 2, "iteration": -1}}
    names = {plain.id}
    for name, value in more.items():
        made = replace(plain, **{name: value})
        assert made.to_dict() == plain.to_dict() | {name: told[name]}
        names.add(made.id)
    assert len(names) == 5  # another dream each
    place = {"octave": 1, "iteration": 4, "ends_octave": True, "ends_dream": False, "original": ""}
    assert parent_in(made.to_dict() | {"frame": place}) == Parent(made.id, 1, 4)


def test_it_says_where_a_dream_may_change_its_picture():
    masked = CONFIG.replace(mask="picture", mask_edge=0.5)
    provenance = Provenance(masked, "vgg16", "ab12", "float32", mask="cd34")
    assert provenance.area == MaskedArea("picture", False, 0.5, "cd34")
    assert area_in(json.loads(provenance.to_json())) == provenance.area
    plain = Provenance(CONFIG, "vgg16", "ab12", "float32")
    assert plain.area == area_in(plain.to_dict()) == MaskedArea()
    # What went on from another dream may keep another picture than its original.
    assert area_in(replace(plain, parent=Parent("0123", 1, 9)).to_dict()) is None
    assert area_in({}) is None and area_in({"config": "mask"}) is None
