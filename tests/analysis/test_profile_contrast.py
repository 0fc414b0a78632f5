import dataclasses

import pytest

from dreamlab.analysis import named
from dreamlab.analysis.profile_contrast import contrast
from dreamlab.analysis.run import analyse
from tests.support.profiles import made
from tests.support.tiny import picture, tiny_network


def test_differences_beyond_the_spread_by_part_of_the_depth():
    noise = {"noise": {1.0: 1.0}}
    first = made({"blur": {0.1: 1.0, 0.3: 2.0, 1.0: 3.0}, "shift": {0.1: 1.0, 1.0: None}} | noise)
    other = {"blur": {1 / 3: 1.6, 0.5: 9.0, 0.9: 1.0}, "shift": {0.2: 2.0, 1.0: 2.0}}
    second = made(other | {"noise": {1.0: 9.0}}, model="two")
    found = contrast(first, second)
    wide, long = found.tables
    assert wide.columns == ("cue", "early", "late")
    assert wide.rows[0] == ("blur", pytest.approx(0.1), pytest.approx(-2.0))
    assert wide.rows[1] == ("shift", pytest.approx(1.0), None)
    assert [(*row[:2], row[5]) for row in long.rows] == [
        ("blur", "early", "no"),
        ("blur", "late", "yes"),
        ("shift", "early", "yes"),
    ]
    assert found.sentence == (
        "Differences beyond the spread: 2 of 3, the largest in late layers under blur: one shifts "
        "3 times as far as under noise as large, two 1 times."
    )


def test_a_difference_counts_only_if_it_is_on_the_same_side_at_every_strength():
    first, second = made({"blur": {1.0: 1.0}}), made({"blur": {1.0: 2.0}})
    values = dict(second.items[0].values)
    layer = {"depth": 1.0, "map": 0.5, "pooled": 0.5, "pooled_low": 0.4, "pooled_high": 0.6}
    items = [dataclasses.replace(second.items[0], values=values | {"layers": {"layer": layer}})]
    turned = dataclasses.replace(second, items=(*items, *second.items[1:]))
    assert contrast(first, second).sentence.startswith("Differences beyond the spread: 1 of 1,")
    assert contrast(first, turned).sentence.startswith("No difference")


def test_two_copies_of_a_network_do_not_differ():
    profiles = [
        analyse(named("profile"), picture(40, 48), tiny_network(), precision="float32")
        for _ in range(2)
    ]
    assert contrast(*profiles).sentence.startswith("No difference")
    other = analyse(named("profile"), picture(40, 48), tiny_network(seed=3), precision="float32")
    assert "Differences beyond the spread: " in contrast(profiles[0], other).sentence


def test_rounding_errors_of_a_single_draw_are_no_difference():
    first, second, third = (
        made({"blur": {1.0: figure}}, spread=0) for figure in (1.0, 1 + 1e-6, 1.02)
    )
    assert contrast(first, second).sentence.startswith("No difference")
    assert contrast(first, third).sentence.startswith("Differences beyond the spread: 1 of 1")


def test_nothing_in_common():
    found = contrast(made({"blur": {0.1: 1.0}}), made({"shift": {0.1: 1.0}}))
    assert found.tables == ()
    assert found.sentence.startswith("The two have no figures of one cue")
