"""What examples say, on figures made by hand."""

import pytest

from dreamlab.analysis import Item
from tests.support.findings import found

TOP = {"channel": 1, "silence": 0.0, "mean": 1.0, "class": "cat", "selectivity": 0.9, "chance": 0.5}


def said(*strongest, among=1):
    """The sentence on channel 1 of 8, whose strongest pictures are of these classes."""
    values = {
        "kind": "layer",
        "layer": "block1_conv1",
        "pictures": 40,
        "channels": 8,
        "silent": 0,
        "named": True,
        "among": among,
        "luck": 0.3,
        "looked_at": [TOP],
    }
    items = [
        Item(f"strongest-{at}", "", {"kind": "strongest", "channel": 1, "class": name})
        for at, name in enumerate(strongest)
    ]
    return found("examples", [Item("layer", "", values), *items]).sentence


@pytest.mark.parametrize(
    ("strongest", "words"),
    [
        (["cat"], "Its strongest picture is of that class."),
        (["dog"], "Its strongest picture is not of that class."),
        (["cat", "dog"], "Of its 2 strongest pictures 1 is of that class."),
        (["cat", "dog", "cat"], "Of its 3 strongest pictures 2 are of that class."),
        (["dog", "dog"], "Of its 2 strongest pictures 0 are of that class."),
    ],
)
def test_how_many_of_the_strongest_are_of_the_class(strongest, words):
    assert said(*strongest) == (
        "Channel 1 of block1_conv1 answers to cat: selectivity 0.90, where shuffled labels reach "
        f"0.50 in 5 % of cases. {words} None of the 8 channels of block1_conv1 is silent in all "
        "40 pictures."
    )


def test_the_best_of_several_is_held_against_luck():
    assert "That is 0.40 more; by luck, the best of 5 channels may get 0.30 more." in said(among=5)
