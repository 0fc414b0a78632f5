"""`compare`: several dreams on a picture."""

import io

import numpy as np
import pytest
from PIL import Image

from dreamlab import models
from dreamlab.comparison.compare import compare
from dreamlab.config import DreamConfig
from dreamlab.dream import NoAnswer, Silence
from dreamlab.errors import DreamError
from tests.support.tiny import picture, silenced, tiny_network

SHORT = {"octaves": 1, "iterations": 1, "precision": "float32"}


@pytest.fixture(scope="module")
def network():
    return tiny_network(smooth=True)


def test_each_has_the_name_of_its_layers_or_its_own(network):
    image = picture(40, 50)
    config = DreamConfig(layers={"first": 1, "third": 2}, **SHORT)
    dreams = compare(image, ["second", {"third": 2.0}, config, "second"], network, **SHORT)
    assert list(dreams) == ["second", "third", "first + third", "second again"]
    assert dreams["third"].provenance.config.layers == {"third": 2.0}
    dreams = compare(image, {"A": "second", "B": "third"}, network, **SHORT)
    assert list(dreams) == ["A", "B"]
    assert list(compare(image, "second", network, **SHORT)) == ["second"]


def test_a_dream_that_cannot_move_leaves_the_others():
    network = silenced(tiny_network(), "third")
    with pytest.warns(Silence, match="third is left out: third does not answer to this picture"):
        dreams = compare(picture(40, 50), ["third", "second"], network, **SHORT)
    assert list(dreams) == ["second"]
    with pytest.raises(NoAnswer, match="third does not answer"):
        compare(picture(40, 50), "third", network, **SHORT)
    with pytest.warns(Silence), pytest.raises(NoAnswer, match="no dream changes the picture"):
        compare(picture(40, 50), {"a": "third", "b": "third"}, network, **SHORT)


def test_settings_are_shared(network):
    dreams = compare(picture(40, 50), ["first", "second"], network, **SHORT, seed=7)
    assert [run.provenance.config.seed for run in dreams.values()] == [7, 7]
    assert {row["dream"] for row in dreams.rows()} == {"first", "second"}
    assert len(dreams.rows()) == 2


def test_its_sheet_holds_the_original_and_all_dreams(network, tmp_path):
    image = picture(40, 50)
    dreams = compare(image, ["first", "second"], network, **SHORT)
    sheet = np.asarray(Image.open(io.BytesIO(dreams.sheet())))
    pictures = [next(iter(dreams.values())).original.pixels]
    pictures += [run.final.pixels for run in dreams.values()]
    for place, pixels in enumerate(pictures):  # 16 px between them
        left = 16 + place * (50 + 16)
        np.testing.assert_array_equal(sheet[16:56, left : left + 50], pixels)
    names = dreams.save(tmp_path)
    assert {"1_first/dream.png", "2_second/dream.png", "sheet.png"} <= set(names)
    assert all((tmp_path / name).is_file() for name in names)
    assert dreams._repr_html_().count("<img ") == 3


def test_names_that_come_to_the_same_keep_a_folder_each(network, tmp_path):
    dreams = compare(picture(40, 50), {"a b": "first", "a/b": "second"}, network, **SHORT)
    names = dreams.save(tmp_path)
    assert len(names) == len(set(names))
    for folder, layer in (("1_a_b", "first"), ("2_a_b", "second")):
        assert list(DreamConfig.from_file(tmp_path / folder / "dream.png").layers) == [layer]


def test_nothing_to_compare_is_one_sentence(network):
    with pytest.raises(DreamError, match="there are 0 dreams to compare"):
        compare(picture(40, 50), [], network)
    with pytest.raises(DreamError, match="has no layer 'x'"):
        compare(picture(40, 50), ["x"], network)


def test_the_same_layers_of_two_networks_are_named_by_them(monkeypatch):
    networks = {"a.keras": tiny_network(), "b.keras": tiny_network()}
    monkeypatch.setattr(models, "cached_model", lambda model: networks.get(str(model), model))
    image = picture(40, 50)
    dreams = compare(image, ["third"] * 3, ["a.keras", "b.keras", "b.keras"], octaves=1)
    assert list(dreams) == ["third", "third · b.keras", "third · b.keras again"]
    with pytest.raises(DreamError, match="the networks are 1 and the dreams 2; give one for each"):
        compare(image, ["first", "third"], ["a.keras"])
