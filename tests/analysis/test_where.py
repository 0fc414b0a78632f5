import json

import numpy as np
import pytest

from dreamlab.analysis import named
from dreamlab.analysis.files import files
from dreamlab.analysis.run import analyse
from dreamlab.errors import DreamError
from dreamlab.images import load_image
from dreamlab.models import load_model
from tests.support.tiny import activations_by_hand, picture, silenced, tiny_network

WHERE = named("where")


@pytest.fixture(scope="module")
def network():
    return tiny_network()


def _found(network, image, **values):
    return analyse("where", image, network, precision="float32", **values)


def _by_key(findings):
    return {item.key: item for item in findings.items}


def test_the_energy_is_the_mean_of_the_squared_maps_of_the_channels(network):
    image = picture(12, 14)
    items = _by_key(_found(network, image))
    by_hand = activations_by_hand(network, image)
    for layer in ("first", "second", "pool", "third"):
        energy = items[f"{layer}-energy"].arrays["energy"]
        assert energy.dtype == np.float32
        expected = np.mean(by_hand[layer] ** 2, axis=2)
        np.testing.assert_allclose(energy, expected, rtol=1e-4, atol=1e-6)


def test_a_tiny_activation_has_an_energy_too():
    network, image = tiny_network(), picture(12, 14)
    usual = _by_key(_found(network, image, layers=["first"]))["first-energy"]
    layer = network.feature_extractor(["first"], "float32").get_layer("first")
    layer.set_weights([weights * np.float32(1e-18) for weights in layer.get_weights()])
    (energy, _) = _found(network, image, layers=["first"]).items
    assert energy.values["half_share"] == pytest.approx(usual.values["half_share"])
    assert energy.arrays["energy"].max() > 0


def test_a_layer_sees_no_more_in_fact_than_on_paper():
    network = tiny_network(smooth=True)  # each position answers
    items = _by_key(_found(network, picture(20, 24), positions=6))
    for layer in network.layers:
        values = items[f"{layer.name}-field"].values
        assert 0 < values["side"] <= values["theoretical"] == layer.receptive_field
        assert values["positions"] == 6
        assert not values["cut"]
        field = items[f"{layer.name}-field"].arrays["field"]
        assert field.sum() == pytest.approx(1, rel=1e-5)
        assert field.shape == (values["theoretical"],) * 2


def test_a_field_larger_than_the_picture_is_told(network):
    (_, field) = _found(network, picture(8, 24), layers=["third"]).items
    assert field.values["cut"]
    assert "cut by the edges" in field.caption
    (_, whole) = _found(tiny_network(seeing_all=True), picture(8, 24), layers=["excited"]).items
    assert whole.values["theoretical"] is None
    assert whole.values["side"] <= 24
    assert whole.caption.startswith("excited · all on paper, ")


def test_pictures_stand_in_the_cell_of_their_layer_at_the_size_of_the_picture(network):
    findings = _found(network, picture(20, 24), layers=["first", "third"])
    assert [(item.key, item.cell) for item in findings.items] == [
        ("first-energy", "first"),
        ("first-field", "first"),
        ("third-energy", "third"),
        ("third-field", "third"),
    ]
    for item in findings.items:
        assert item.of_original
        assert load_image(item.picture).shape == (20, 24, 3)
        json.dumps(item.values, allow_nan=False)


def test_the_control_is_the_untrained_twin_of_the_same_layers():
    lite = load_model("efficientnet_lite0")
    layers = ["stem", "block2a_project"]
    items = _by_key(_found(lite, picture(64, 80), layers=layers, positions=2))
    twin = load_model("efficientnet_lite0:untrained")
    alone = _by_key(_found(twin, picture(64, 80), layers=layers, positions=2))
    for layer in layers:
        energy, field = (items[f"{layer}-{kind}"] for kind in ("energy", "field"))
        own, other = (of.arrays["energy"].ravel() for of in (energy, alone[energy.key]))
        expected = np.corrcoef(own.astype(np.float64), other.astype(np.float64))[0, 1]
        assert energy.values["untrained"] == pytest.approx(expected, abs=1e-4)
        assert field.values["untrained_side"] == alone[field.key].values["side"]
        assert alone[energy.key].values["untrained"] is None
        assert alone[field.key].values["untrained_side"] is None
    without = _found(lite, picture(64, 80), layers=["stem"], positions=2, untrained=False)
    assert without.items[0].values["untrained"] is None
    assert "untrained" not in WHERE.sentence(without)


def test_the_likeness_of_a_map_of_few_positions_is_not_told(network):
    items = _by_key(_found(network, picture(12, 14)))
    assert items["second-energy"].values["contrast"] is not None
    assert items["third-energy"].values["contrast"] is None  # 6 x 7 positions


def test_the_seed_draws_the_positions(network):
    image = picture(30, 40)
    first, again, other = (
        _found(network, image, layers=["third"], seed=seed).items[1] for seed in (1, 1, 2)
    )
    assert first == again
    assert first.values["deviation"] != other.values["deviation"]


def test_a_cancelled_run_keeps_what_is_done_and_goes_on(network, monkeypatch):
    image = picture(20, 24)
    whole = _found(network, image)
    part = _found(
        network, image, on_step=lambda step: step.item is None or step.item.key != "second-field"
    )
    assert [item.key for item in part.items] == [item.key for item in whole.items][:4]
    assert WHERE.sentence(part) and WHERE.tables(part)
    fractions = []
    rest = _found(
        network,
        image,
        resume_from=part.items,
        on_step=lambda step: fractions.append(step.fraction) or True,
    )
    assert rest.items == whole.items
    assert fractions == sorted(fractions)

    def fail(*arguments):
        raise AssertionError("computed anew")

    monkeypatch.setattr("dreamlab.dream.energy.energy_maps", fail)
    monkeypatch.setattr("dreamlab.dream.effective_field.EffectiveField", fail)
    assert _found(network, image, resume_from=whole.items).items == whole.items


def test_a_silent_layer_has_no_figures():
    network = silenced(tiny_network(), "first", "second")
    findings = _found(network, picture(20, 24), layers=["first", "third"])
    items = _by_key(findings)
    assert items["first-energy"].values["half_share"] is None
    assert items["first-field"].values["side"] is None
    assert items["first-energy"].caption == items["first-field"].caption == "first · no answer"
    for table in WHERE.tables(findings):
        assert "first" in table.silent
    silent = _found(network, picture(20, 24), layers=["first"])
    assert WHERE.sentence(silent) == "No layer answers to this picture."


def test_the_tables_and_the_sentence_have_the_figures(network):
    findings = _found(network, picture(20, 24))
    fields, deviations, energy, likeness = WHERE.tables(findings)
    assert fields.columns == (
        "layer",
        "theoretical",
        "effective",
        "effective_low",
        "effective_high",
    )
    assert fields.spreads == (("effective", "effective_low", "effective_high"),)
    assert [row[0] for row in fields.rows] == ["first", "second", "pool", "third"]
    values = _by_key(findings)["third-field"].values
    low, high = (values["side"] + sign * values["side_spread"] for sign in (-1, 1))
    assert fields.rows[3] == ("third", 10, values["side"], low, high)
    assert likeness.columns == ("layer", "contrast")
    assert "third sees 10 px on paper and" in WHERE.sentence(findings)
    share = _by_key(findings)["third-energy"].values["half_share"]
    assert f"Half of the energy of third sits on {share:.0%} of the picture" in WHERE.sentence(
        findings
    )
    assert files(findings)["fields.csv"].startswith(b"layer,theoretical,effective,")


def test_two_networks_are_contrasted(network):
    image = picture(20, 24)
    findings = _found(network, image)
    same = WHERE.contrast(findings, _found(network, image))
    assert same.sentence == "No difference: all 4 layers see as far in both."
    other = WHERE.contrast(findings, _found(tiny_network(seed=5, name="other"), image))
    assert "differs most: what a position sees" in other.sentence
    assert other.tables[0].columns[1::3] == ("tiny", "other")
    one, two = (_found(network, image, layers=[name]) for name in ("first", "second"))
    assert WHERE.contrast(one, two).sentence.startswith("The two have no layer of one name")


def test_what_is_wrong_is_told(network):
    with pytest.raises(DreamError, match="tiny has no layer 'fist': did you mean first"):
        _found(network, picture(20, 24), layers=["fist"])
    with pytest.raises(DreamError, match="positions is 0; choose 1 to 64"):
        _found(network, picture(20, 24), positions=0)
    with pytest.raises(DreamError, match="where needs a picture; give one"):
        analyse("where", None, network)
