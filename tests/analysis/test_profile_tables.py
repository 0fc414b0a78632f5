import pytest

from dreamlab.analysis.base import Item
from dreamlab.analysis.findings import Findings
from dreamlab.analysis.profile_tables import sentence, tables
from tests.support.profiles import made


def test_heat_maps_are_means_over_the_strengths():
    findings = made({"blur": {0.5: 1.0, 1.0: 4.0}, "shift": {0.5: 2.0, 1.0: None}})
    heat, pooled, spread, groups = (table for table in _with_noise(findings))
    assert heat.columns == ("cue", "layer0.5", "layer1.0")
    assert heat.rows == (("blur", 1.0, 4.0), ("shift", 2.0, None))
    assert pooled.rows == heat.rows
    assert len(spread.rows) == 12
    assert spread.rows[0][:6] == ("blur", "σ 1 px", "layer0.5", 0.5, 1.0, None)
    assert groups.columns == (
        "layer",
        *("fine texture", "texture_low", "texture_high"),
        *("place", "place_low", "place_high"),
    )
    assert [name for name, *_ in groups.spreads] == ["fine texture", "place"]
    assert groups.rows[0] == ("layer0.5", *map(pytest.approx, (1.0, 0.9, 1.1, 2.0, 1.9, 2.1)))
    assert groups.rows[1][4:] == (None, None, None)


def _with_noise(findings):
    """The tables, of layers that have the figures that the tables of spreads need."""
    for item in findings.items:
        for layer in item.values["layers"].values():
            for name in ("map_low", "map_high", "noise_map", "noise_pooled"):
                layer.setdefault(name, None)
    return tables(findings)


def test_the_group_is_the_one_whose_cues_shift_most_on_average():
    findings = made(
        {
            "greyscale": {0.5: 2.0, 1.0: 0.2},
            "channels": {0.5: 2.2, 1.0: 0.2},
            "blur": {0.5: 2.05, 1.0: 0.8},
            "noise": {0.5: 9.0, 1.0: 9.0},
        }
    )
    assert sentence(findings) == (
        "By its means over the picture, layer0.5 relies most on colour (2.1 times noise as large) "
        "and layer1.0 minds nothing clearly more than noise as large (fine texture comes "
        "closest, 0.8 times)."
    )


def test_what_exceeds_noise_in_some_draws_alone_is_not_relied_on():
    assert sentence(made({"shift": {1.0: 1.05}})) == (
        "By its means over the picture, layer1.0 minds nothing clearly more than noise as large "
        "(place comes closest, 1.1 times)."
    )


def test_a_cue_is_left_out_only_if_no_strength_was_measured():
    findings = made({"blur": {1.0: 2.0}, "greyscale": {1.0: 3.0}, "channels": {1.0: 2.0}})
    nothing = ["greyscale-1", *(f"channels-{at}" for at in (1, 2, 3))]
    for item in findings.items:
        if item.key in nothing:
            item.values["layers"]["layer1.0"] |= dict.fromkeys(("map", "pooled", "pooled_low"))
    said = sentence(findings)
    assert said.endswith(" Left out, as it changes too little or too much here: channel shuffle.")
    assert "relies most on colour (3 times" in said


def test_one_layer_has_one_clause():
    assert sentence(made({"patches": {1.0: 1.5}})) == (
        "By its means over the picture, layer1.0 relies most on global shape (1.5 times noise as "
        "large)."
    )


@pytest.mark.parametrize(
    ("answering", "told"),
    [
        (4, "maps has most channels that are tuned to an orientation: 75%, and 25% by chance."),
        (0, "No layer answers"),
    ],
)
def test_gratings_alone_have_a_sentence(answering, told):
    values = {"layers": {"maps": {"answering": answering, "oriented": 0.75}}}
    values["layers"]["maps"]["oriented_by_chance"] = 0.25
    item = Item("gratings", "", values)
    assert told in sentence(Findings("profile", {}, "one", "", (item,), False, 1.0))
