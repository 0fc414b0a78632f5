"""What a process without TensorFlow is told of networks in files."""

import keras
import pytest
from keras import layers as kl

from dreamlab.layer_info import LayerInfo
from dreamlab.models import load_model
from dreamlab.models.describe import described
from tests.support.own import classifier, picture_input, stacked


@pytest.fixture
def path(tmp_path):
    return tmp_path / "own.keras"


def test_a_network_is_described_as_it_is(path):
    classifier(kl.Rescaling(1 / 255, name="shares")).save(path)
    values, network = described(path, ""), load_model(path)
    assert tuple(map(LayerInfo.from_dict, values["layers"])) == network.layers
    assert len(network.layers) == 5
    del values["layers"]
    assert values == {
        "smallest": network.smallest,
        "fed": "own.keras is fed pictures in 0 to 255, as its layer shares expects",
        "problem": "",
        "notes": [],
    }


def test_a_range_is_for_those_that_do_not_say_theirs(path):
    classifier(lambda x: x).save(path)
    assert described(path, "")["problem"] == (
        "own.keras does not say in which range its pictures are: start the page with "
        "--input-range, or DREAMLAB_INPUT_RANGE, as it was trained"
    )
    told = described(path, "-1,1")
    assert (told["problem"], told["fed"]) == (
        "",
        "own.keras is fed pictures in -1 to 1, as input_range says",
    )
    classifier(kl.Rescaling(1 / 255, name="shares")).save(path)
    assert "in 0 to 255, as its layer shares" in described(path, "-1,1")["fed"]


def test_a_range_with_colours_is_none_for_grey(path):
    inputs = picture_input(96, 96, 1)
    keras.Model(inputs, stacked(inputs)).save(path)
    assert described(path, "imagenet")["problem"] == (
        "input_range is imagenet, and own.keras takes grey pictures; choose 0,255, 0,1, -1,1"
    )


def test_what_cannot_be_used_is_one_sentence(path, monkeypatch):
    path.write_bytes(b"PK\3\4 and no more")
    assert described(path, "")["problem"].startswith("own.keras is cut short: copy or download")
    inputs = picture_input()
    keras.Model(inputs, kl.Lambda(lambda x: x * 2)(inputs)).save(path)
    assert (
        "own.keras holds a Lambda layer, which is code that is not run"
        in (described(path, "")["problem"])
    )

    def fail(*_):
        raise RuntimeError("secret\nand long")

    monkeypatch.setattr("dreamlab.models.describe.load_model", fail)
    assert described(path, "")["problem"] == (
        "own.keras cannot be used (RuntimeError): save the network again with "
        "model.save('own.keras')"
    )


def test_layers_that_are_left_out_are_noted(path):
    inputs = picture_input(None, None, 3)
    kl_maps = stacked(inputs)
    # Differing sides in height and width: no size of picture suits both.
    cut = kl.Cropping2D(((2000, 0), (0, 0)), name="cut")(kl_maps)
    keras.Model(inputs, [kl.ReLU(name="kept")(kl_maps), cut]).save(path)
    values = described(path, "0,1")
    assert values["problem"] == ""
    assert ["cut of own.keras cannot be dreamt of" in note for note in values["notes"]] == [True]
