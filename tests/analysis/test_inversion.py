from pathlib import Path

import numpy as np
import pytest

import dreamlab
from dreamlab.analysis import named
from dreamlab.analysis.base import AnalysisData, Item
from dreamlab.analysis.inversion import InversionSettings
from dreamlab.analysis.redrawing import parts
from dreamlab.analysis.run import analyse
from dreamlab.dream.inversion import Redrawer
from dreamlab.errors import DreamError
from dreamlab.images import Shape
from dreamlab.images.ssim import ssim
from dreamlab.images.tint import colour_error
from dreamlab.layers import known_layers
from tests.support.tiny import picture, silenced, tiny_network

INVERSION = named("inversion")


@pytest.fixture(scope="module")
def network():
    return tiny_network()


def _settings(**values):
    return InversionSettings(**{"steps": 6, "precision": "float32"} | values)


def _findings(kept, untrained=None, model="vgg16"):
    """Findings of these SSIMs by layer, of the network and of its twin."""
    items = []
    for kind, by_layer in (("trained", kept), ("untrained", untrained or {})):
        for depth, (layer, figures) in enumerate(by_layer.items(), 1):
            for draw, figure in enumerate(np.atleast_1d(figures), 1):
                figure = None if figure is None else float(figure)
                found = {"ssim": figure, "feature_error": figure, "colour_error": figure}
                what = {"layer": layer, "kind": kind, "draw": draw, "errors": None}
                what["depth"], what["relative_depth"] = depth, depth / len(by_layer)
                items.append(Item(f"{layer}-{kind}-{draw}", "", what | found))
    settings = InversionSettings().to_dict()
    return AnalysisData("inversion", settings, model, "", tuple(items), True, 1.0)


def test_the_figures_are_those_of_the_picture(network):
    image = picture(24, 32)
    findings = analyse(INVERSION, image, network, _settings(layers=("second",)))
    (item,) = findings.items
    assert (item.key, item.cell, item.of_original) == ("second-trained-1", "second", True)
    original = findings.original.pixels
    assert item.values["ssim"] == ssim(item.picture.pixels, original)
    assert item.values["colour_error"] == colour_error(item.picture.pixels, original)
    errors = item.values["errors"]
    assert len(errors) == 7
    assert errors[-1] == item.values["feature_error"] < errors[0]
    # Of the picture in 8 bit the error is nearly that of the one that was drawn.
    model = network.feature_extractor(["second"], "float32")
    pictures = (findings.original, item.picture)
    wanted, found = (np.asarray(model(each.as_float()[None])["second"]) for each in pictures)
    by_hand = np.linalg.norm(found - wanted) / np.linalg.norm(wanted)
    assert errors[-1] == pytest.approx(by_hand, rel=0.05)


def test_seeds_draws_and_resume(network):
    image = picture(20, 24)
    settings = _settings(layers=("first", "third"), draws=2)
    steps = []
    whole = analyse(INVERSION, image, network, settings, on_step=lambda s: not steps.append(s))
    keys = ["first-trained-1", "first-trained-2", "third-trained-1", "third-trained-2"]
    assert [item.key for item in whole.items] == keys
    fractions = [step.fraction for step in steps]
    assert fractions == sorted(fractions)
    assert fractions[-1] == pytest.approx(1)
    assert len(steps) >= 4 * 6  # one for each step, so that a cancel takes effect soon
    again = analyse(INVERSION, image, network, settings)
    assert [item.picture for item in again.items] == [item.picture for item in whole.items]
    other = analyse(INVERSION, image, network, settings.replace(seed=1))
    assert other.items[0].picture != whole.items[0].picture
    count = 0

    def until_the_second_item(step):
        nonlocal count
        count += step.item is not None
        return count < 2

    part = analyse(INVERSION, image, network, settings, on_step=until_the_second_item)
    assert not part.complete
    assert [item.key for item in part.items] == keys[:2]
    assert INVERSION.sentence(part).endswith(".")
    assert INVERSION.tables(part)
    rest = analyse(INVERSION, image, network, settings, resume_from=part.items)
    assert rest.items[0] is part.items[0]
    assert [item.picture for item in rest.items] == [item.picture for item in whole.items]


def test_the_untrained_twin_stands_beside():
    image = picture(32, 32)
    settings = _settings(layers=("block1_conv1",), steps=3)
    findings = analyse(INVERSION, image, "vgg16", settings)
    assert [item.key for item in findings.items] == [
        "block1_conv1-trained-1",
        "block1_conv1-untrained-1",
    ]
    assert {item.cell for item in findings.items} == {"block1_conv1"}
    assert "Untrained, block1_conv1 keeps" in INVERSION.sentence(findings)
    alone = analyse(INVERSION, image, "vgg16:untrained", settings)
    assert [item.key for item in alone.items] == ["block1_conv1-untrained-1"]
    assert alone.items[0].picture == findings.items[1].picture
    assert "Untrained" not in INVERSION.sentence(alone)


def test_a_silent_layer_has_no_figures():
    network = silenced(tiny_network(), "third")
    findings = analyse(INVERSION, picture(20, 24), network, _settings(layers=("first", "third")))
    assert findings.items[1].values["ssim"] is None
    assert findings.items[1].caption.endswith("no answer")
    assert INVERSION.tables(findings)[0].silent == ("third",)
    assert INVERSION.tables(findings)[0].rows[1] == ("third", None)
    alone = analyse(INVERSION, picture(20, 24), network, _settings(layers=("third",)))
    assert INVERSION.sentence(alone) == (
        "No layer here answers to this picture, so nothing could be rebuilt."
    )
    assert INVERSION.tables(alone) == ()


def test_the_layers_are_five_from_early_to_late():
    todo = parts(InversionSettings(), 1, "vgg16", known_layers("vgg16"))
    assert [part.layer.name for part in todo if part.kind == "trained"] == [
        "block1_conv1",
        "block2_conv2",
        "block3_conv2",
        "block4_conv2",
        "block5_conv1",
    ]
    work = INVERSION.plan(Shape(80, 100), InversionSettings(), "vgg16", known_layers("vgg16"))
    assert [pixels for pixels, _ in work] == [80 * 100 * 60] * 10


def test_what_is_refused_is_said(network):
    with pytest.raises(DreamError, match="steps is 0; choose 1 to 1000"):
        _settings(steps=0)
    with pytest.raises(DreamError, match="thrid"):
        analyse(INVERSION, picture(20, 24), network, _settings(layers=("thrid",)))


def test_the_sentence_by_hand():
    kept = {"a": 0.94, "b": 0.7, "c": 0.41, "d": 0.1}
    said = INVERSION.sentence(_findings(kept, {"a": 0.9, "b": 0.8, "c": 0.48, "d": 0.3}))
    assert said == (
        "a keeps the picture best (SSIM 0.94); from c on less than half of it is left (0.41). "
        "Untrained, c keeps 0.48."
    )
    said = INVERSION.sentence(_findings({"a": 0.94, "b": 0.7}, {"b": 0.8}))
    assert said == "a keeps the picture best (SSIM 0.94), b least (0.70). Untrained, b keeps 0.80."
    said = INVERSION.sentence(_findings({"a": 0.94}, model="own.keras"))
    assert said == (
        "a keeps the picture best (SSIM 0.94). own.keras cannot be copied, so no untrained twin "
        "stands beside it."
    )
    silent = _findings({"a": 0.9}, model="own.keras")
    silent.settings["untrained"] = False
    assert "twin" not in INVERSION.sentence(silent)


def test_the_tables_by_hand():
    (table, *_) = INVERSION.tables(_findings({"a": [0.9, 0.7], "b": [0.5, 0.5]}))
    assert table.columns == ("layer", "trained", "trained_low", "trained_high")
    assert table.rows == (("a", pytest.approx(0.8), 0.7, 0.9), ("b", 0.5, 0.5, 0.5))
    assert table.drawn == "lines"
    assert table.spreads == (("trained", "trained_low", "trained_high"),)
    (single, *_) = INVERSION.tables(_findings({"a": 0.9}, {"a": 0.8}))
    assert (single.columns, single.rows) == (("layer", "trained", "untrained"), (("a", 0.9, 0.8),))
    assert single.drawn == ""  # one point is no line


def test_two_networks_at_equal_depth_by_hand():
    first = _findings({"a": 0.9, "b": 0.5})  # at the depths 1/2 and 1
    second = _findings({"c": 0.2, "d": 0.3, "e": 0.4, "f": 0.5}, model="efficientnet_lite0")
    found = INVERSION.contrast(first, second)
    assert found.sentence == (
        "At equal relative depth, VGG16 keeps more of the picture: SSIM 0.70 on average, against "
        "0.40."
    )
    (table,) = found.tables
    assert table.columns == ("relative depth", "VGG16", "EfficientNet-Lite0")
    assert table.rows[0] == (0.5, pytest.approx(0.9), pytest.approx(0.3))
    assert table.rows[2] == (0.75, pytest.approx(0.7), pytest.approx(0.4))
    same = INVERSION.contrast(first, first)
    assert same.sentence == "No difference at equal relative depth (SSIM 0.70)."
    assert "nothing to compare" in INVERSION.contrast(first, _findings({"a": None})).sentence


@pytest.mark.slow
@pytest.mark.parametrize("sample", ["cat.png", "galaxies.jpg"])
def test_vgg16_keeps_less_from_block_to_block(sample):
    path = Path(dreamlab.__file__).parent / "samples" / sample
    settings = InversionSettings(precision="float32", untrained=False)
    findings = analyse(INVERSION, path, "vgg16", settings)
    kept = [item.values["ssim"] for item in findings.items]
    assert len(kept) == 5
    assert kept == sorted(kept, reverse=True)
    if sample == "cat.png":
        assert kept[0] > 0.9
    for item in findings.items:
        errors = item.values["errors"][::10]
        assert all(later < earlier for earlier, later in zip(errors, errors[1:], strict=False))


@pytest.mark.parametrize("name", ["inversion", "caricature"])
def test_the_memory_that_is_handed_in_is_kept_to(network, monkeypatch, name):
    given = []
    monkeypatch.setattr(Redrawer, "check_memory", lambda _, memory: given.append(memory))
    analyse(name, picture(20, 24), network, layers=["first"], steps=1, memory=1234.0)
    assert given == [1234.0]
