"""Networks of the owner's own: the folder, and what is on offer by their names."""

import pytest

from dreamlab import own_models
from dreamlab.comparison.comparison import Comparison
from dreamlab.comparison.variant import Variant
from dreamlab.errors import DreamError
from dreamlab.layer_info import LayerInfo
from dreamlab.layers import find_layer, is_offered, known_layers
from dreamlab.own_models import Own, files_in, offer
from dreamlab.zoo import (
    ARCHITECTURES,
    check_network,
    is_on_offer,
    label,
    networks_on_offer,
    smallest_side,
)

CONV = LayerInfo("conv", "Conv2D", 1, 4, 1, 3, 27.0, (("same", 1),))


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    """No networks from elsewhere, and none left behind."""
    monkeypatch.setattr(own_models, "_known", {})


def test_the_files_of_a_folder(tmp_path):
    for name in ("b.h5", "A.KERAS", "c.hdf5", "notes.txt", "keras"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "folder.keras").mkdir()
    files = files_in(str(tmp_path))
    assert list(files) == ["A.KERAS", "b.h5", "c.hdf5"]
    assert files["b.h5"] == tmp_path / "b.h5"
    assert files_in("") == {}


def test_a_folder_that_is_none_is_one_sentence(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    for folder, reason in (
        ("absent", "no such file or directory"),
        ("file", "not a directory"),
        ("a\0b", "it is no path"),
        ("x" * 300, "file name too long"),
    ):
        with pytest.raises(DreamError) as caught:
            files_in(str(tmp_path / folder))
        sentence = str(caught.value)
        assert f"cannot be read ({reason}): give another with --models" in sentence
        assert len(sentence) < 320 and sentence.isprintable()
    (tmp_path / "empty").mkdir()
    with pytest.raises(DreamError, match="has no .keras or .h5 file: save one there"):
        files_in(str(tmp_path / "empty"))


def test_a_network_on_offer_is_known_by_its_name():
    offer(Own("mine.keras", (CONV,), smallest=40, fed="mine.keras is fed pictures in 0 to 1"))
    for name in ("mine.keras", "mine.keras:untrained"):
        assert is_on_offer(name)
        assert known_layers(name) == (CONV,)
        assert find_layer(name, known_layers(name), "conv") == CONV
        assert is_offered(name, "conv")
        assert smallest_side(name) == 40
        check_network(name)
    assert label("mine.keras:untrained") == "mine.keras, untrained"
    assert networks_on_offer() == ([*ARCHITECTURES, "mine.keras"], [])
    with pytest.raises(DreamError, match="convnext_tiny, mine.keras$"):
        check_network("other.keras")
    with pytest.raises(DreamError, match="mine.keras has no layer 'convv': did you mean conv?"):
        find_layer("mine.keras", known_layers("mine.keras"), "convv")


def test_a_file_that_cannot_be_used_says_why():
    offer(Own("bad.h5", problem="bad.h5 is damaged: copy or download it again"))
    assert not is_on_offer("bad.h5")
    assert networks_on_offer() == (
        list(ARCHITECTURES),
        ["bad.h5 is damaged: copy or download it again"],
    )
    for name in ("bad.h5", "bad.h5:untrained"):
        with pytest.raises(DreamError, match="^bad.h5 is damaged: copy or download it again$"):
            known_layers(name)


def test_many_networks_make_no_long_sentence():
    for number in range(99):
        offer(Own(f"network_with_a_long_name_{number}.keras"))
    with pytest.raises(DreamError, match="_0.keras, .*_1.keras, .*_2.keras and 96 more") as caught:
        check_network("absent")
    assert len(str(caught.value)) < 320


def test_a_comparison_and_its_link_name_it():
    offer(Own("mine.keras", (CONV,)))
    variant = Variant(name="Mine", layers={"conv": 1.0}, model="mine.keras")
    other = Variant(name="Control", layers={"conv": 1.0}, model="mine.keras:untrained")
    link = Comparison(variants=(variant, other)).encode()
    assert Comparison.decode(link).variants == (variant, other)
    own_models._known.clear()
    with pytest.raises(DreamError, match="unknown model 'mine.keras'; choose from vgg16"):
        Comparison.decode(link)
