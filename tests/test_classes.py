"""The classes of networks with a head: found by name, a beginning of one, or number."""

import pytest

from dreamlab.classes import (
    as_numbers,
    channel_label,
    channel_numbers,
    check_classes,
    class_names,
    class_number,
    layer_label,
)
from dreamlab.errors import DreamError
from dreamlab.layers import find_layer, known_layers
from dreamlab.zoo import ARCHITECTURES

LITE = "efficientnet_lite0"


def layer(model, name):
    return find_layer(model, known_layers(model), name)


def test_a_network_with_a_head_has_its_classes_trained_or_not():
    names = class_names(LITE)
    assert len(names) == 1000
    assert (names[0], names[1], names[282], names[999]) == (
        "tench",
        "goldfish",
        "tiger cat",
        "toilet tissue",
    )
    assert class_names(f"{LITE}:untrained") == names
    assert class_names("vgg16") == class_names("mine.keras") == ()


def test_the_layer_of_a_head_is_on_offer_with_a_channel_a_class():
    for model, known in ARCHITECTURES.items():
        if known.classes_file:
            assert layer(model, "predictions").channels == len(class_names(model))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("goldfish", 1),
        ("GoldFish", 1),
        ("goldfis", 1),
        ("  tiger   cat ", 282),
        ("tiger", 292),  # a whole name, though others begin so
        ("Cardigan", 264),  # the dog
        ("cardigan", 474),  # the jacket
        ("maillot", 638),
        ("maillot, tank suit", 639),
        ("0", 0),
        ("999", 999),
    ],
)
def test_a_class_is_found(text, number):
    assert class_number(LITE, text) == number


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "tig",
            "'tig' is the beginning of tiger shark (3), tiger cat (282), tiger (292) and 1 more: "
            "write more of the name of the class, or its number",
        ),
        (
            "CARDIGAN",
            "'CARDIGAN' is the beginning of Cardigan (264) and cardigan (474): write more of the "
            "name of the class, or its number",
        ),
        (
            "goldfisch",
            f"{LITE} has no class 'goldfisch': did you mean goldfish (1) or goldfinch (11) or "
            "solar dish (807)?",
        ),
        (
            "tank suit",
            f"{LITE} has no class 'tank suit': did you mean maillot, tank suit (639) or tank (847) "
            "or suit (834)?",
        ),
        (
            "xqzw",
            f"{LITE} has no class 'xqzw': give a name such as goldfish, or a number, 0 to 999",
        ),
        ("1000", f"{LITE} has no class 1000; choose 0 to 999"),
        ("-1", f"{LITE} has no class -1; choose 0 to 999"),
    ],
)
def test_a_class_that_there_is_not(text, said):
    with pytest.raises(DreamError) as caught:
        class_number(LITE, text)
    assert str(caught.value) == said


@pytest.mark.parametrize("text", ["9" * 5000, "x" * 5000, "a\nb", "\x1b[31m", ""])
def test_what_nobody_would_type_is_a_short_sentence(text):
    with pytest.raises(DreamError) as caught:
        class_number(LITE, text)
    assert len(str(caught.value)) < 320 and str(caught.value).isprintable()


def test_a_network_without_classes_says_which_has_some():
    with pytest.raises(DreamError, match=f"^vgg16 has no classes: choose {LITE}$"):
        class_number("vgg16", "goldfish")
    with pytest.raises(
        DreamError, match=f"^vgg16 has no classes that are known .*: choose {LITE}$"
    ):
        check_classes("vgg16")
    check_classes(f"{LITE}:untrained")


def test_channels_by_name_become_numbers():
    head = layer(LITE, "predictions")
    assert channel_numbers(LITE, head, ["goldfish", 7, "1", "tench"]) == (0, 1, 7)
    assert channel_numbers("vgg16", layer("vgg16", "block5_conv3"), [9, 2]) == (2, 9)
    assert as_numbers(LITE, head, ["goldfish", 7, "1", "tench"]) == (1, 7, 0)


def test_a_class_with_a_comma_in_its_name_may_stand_in_a_list():
    """Options and fields of the page cut their lists at each comma."""
    head = layer(LITE, "predictions")
    cut = ["goldfish", "Maillot", "tank suit", "tank"]
    assert channel_numbers(LITE, head, cut) == (1, 639, 847)
    assert channel_numbers(LITE, head, ["maillot", "tank"]) == (638, 847)
    assert layer_label(LITE, "predictions", ("maillot", "tank suit")) == (
        "predictions: maillot, tank suit (639)"
    )


@pytest.mark.parametrize(
    ("model", "name", "channels", "said"),
    [
        (
            "vgg16",
            "block5_conv3",
            ["goldfish"],
            "block5_conv3 of vgg16 has no classes, so 'goldfish' names no channel: give numbers, "
            "0 to 511",
        ),
        (
            LITE,
            "block5c_add",
            ["1"],
            f"block5c_add of {LITE} has no classes, so '1' names no channel: give numbers, "
            "0 to 111",
        ),
        (LITE, "predictions", [1000], "predictions has no channel 1000; choose 0 to 999"),
    ],
)
def test_channels_that_there_are_not(model, name, channels, said):
    with pytest.raises(DreamError) as caught:
        channel_numbers(model, layer(model, name), channels)
    assert str(caught.value) == said


def test_channels_and_layers_are_called_by_their_classes():
    assert channel_label(LITE, "predictions", 1) == "goldfish (1)"
    assert channel_label(LITE, "top", 1) == channel_label("vgg16", "predictions", 1) == "channel 1"
    assert layer_label(LITE, "predictions", (1, "tench")) == (
        "predictions: goldfish (1) and tench (0)"
    )
    assert layer_label(LITE, "predictions", ()) == "predictions"
    assert layer_label(LITE, "top", (1,)) == "top"
