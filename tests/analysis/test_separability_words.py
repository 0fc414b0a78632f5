"""What separability says, on figures made by hand."""

import pytest

from tests.support.separability import layer, said

LEFT = "even the layer that tells each best may then be guessing."

BEST = "block3_conv3 is best: 0.90 right (95 % interval 0.80 to 0.95), where guessing gets 0.50."


def test_a_best_layer_alone():
    worse = layer(layer="block1_conv1", accuracy=0.7, multiplications=1e9)
    assert said(worse, layer()).sentence == BEST


def test_nothing_yet():
    assert said().sentence == "40 pictures of 2 classes: no layer has seen them yet."
    assert said().tables() == ()
    grey = layer(condition="grey")  # kept from a run whose originals are not
    assert said(grey).sentence == "40 pictures of 2 classes: no layer has seen them yet."


def test_the_best_of_many_layers_is_held_against_the_luckiest_shuffle_of_any():
    lucky = layer(layer="block1_conv1", accuracy=0.4, shuffles=[0.2, 0.9, 0.3])
    assert said(layer(), lucky).sentence == (
        "No layer separates the classes beyond luck: the best, block3_conv3, gets 0.90 right (95 % "
        "interval 0.80 to 0.95), and with shuffled labels some layer gets 0.90."
    )
    lucky.values["shuffles"] = [0.2, 0.89, 0.3]
    assert said(layer(), lucky).sentence == BEST


@pytest.mark.parametrize(
    ("multiplications", "part"),
    [
        (1.5e8, "1/40"),
        (2e9, "a third"),
        (1.5e9, "a quarter"),
        (3e9, "half"),
        (3e6, "1/2,000"),
        (4e9, "two thirds"),
        (3.5e9, "two thirds"),
        (3.4e9, "half"),
        (4.5e9, None),
    ],
)
def test_less_work_for_as_much(multiplications, part):
    # The standard error is 0.15 / 3.92 = 0.038.
    cheap = layer(layer="block1_conv1", accuracy=0.87, multiplications=multiplications)
    expected = BEST
    if part is not None:
        expected += f" block1_conv1 gives as much (0.87) for {part} of the work."
    assert said(cheap, layer()).sentence == expected
    cheap.values["accuracy"] = 0.86
    assert said(cheap, layer()).sentence == BEST


def test_layers_of_several_networks_are_named_with_them():
    other = layer(network="efficientnet_lite0", layer="b4", accuracy=0.88, multiplications=2e8)
    assert said(layer(), other).sentence == (
        BEST.replace("conv3 is", "conv3 of VGG16 is")
        + " b4 of EfficientNet-Lite0 gives as much (0.88) for 1/30 of the work."
    )


def test_of_equal_layers_that_of_the_least_work_is_best():
    cheap = layer(layer="block1_conv1", multiplications=1e8)
    best = BEST.replace("block3_conv3", "block1_conv1")
    assert said(layer(), cheap).sentence == f"{best} Another layer gets the same."
    assert said(cheap, layer()).sentence == f"{best} Another layer gets the same."
    third = layer(layer="block2_conv1", multiplications=1e9)
    assert said(cheap, third, layer()).sentence == f"{best} 2 other layers get the same."
    # Those of another network are named as its best.
    other = layer(network="own.keras", layer="a")
    assert said(cheap, layer(), other).sentence == (
        f"{best.replace('conv1 is', 'conv1 of VGG16 is')} Another layer of VGG16 gets the same. "
        "a of own.keras gets 0.90 at most for 60 times the work."
    )


def test_a_layer_that_multiplies_nothing():
    free = layer(layer="relu", accuracy=0.87, multiplications=0)
    assert said(free, layer()).sentence == f"{BEST} relu gives as much (0.87) without any work."
    other = layer(network="own.keras", layer="relu", multiplications=0)
    assert said(other, layer(accuracy=0.7)).sentence == (
        f"{BEST.replace('block3_conv3', 'relu of own.keras')} block3_conv3 of VGG16 gets 0.70 at "
        "most."
    )


def test_an_untrained_network_s_name_ends_before_its_verb():
    control = {"network": "vgg16:untrained", "layer": "b2"}
    cheap = layer(**control, accuracy=0.88, multiplications=1e8)
    assert "0.50. b2 of VGG16, untrained, gives as much (0.88) for 1/60" in (
        said(layer(), cheap).sentence
    )
    best = layer(**control, accuracy=0.95)
    assert said(layer(), best).sentence.startswith("b2 of VGG16, untrained, is best: ")
    best.values["shuffles"] = [1.0]
    assert "beyond luck: the best, b2 of VGG16, untrained, gets 0.95" in (
        said(layer(), best).sentence
    )


def test_an_untrained_network_is_a_control():
    control = layer(network="vgg16:untrained", layer="block2_conv1", accuracy=0.6)
    assert said(layer(), control).sentence == (
        BEST.replace("conv3 is", "conv3 of VGG16 is")
        + " block2_conv1 of VGG16, untrained, gets 0.60 at most."
    )
    assert "at most" not in said(control, layer(network="vgg16:untrained")).sentence


def test_mean_colours_that_do_as_well_are_told():
    told = " The mean colours of the pictures alone get 0.87: no network is needed."
    assert said(layer(), colour=0.87).sentence == BEST + told
    assert said(layer(), colour=0.86).sentence == BEST


def test_a_class_told_by_one_cue():
    # Of 20 cats 9 are hits, and of 20 dogs 7 false alarms: no better than guessing.
    grey = layer(condition="grey", recalls=[0.45, 0.9], false_alarms=[0.35, 0.1])
    assert said(layer(), grey).sentence == f"{BEST} Without colour, cat is lost: {LEFT}"
    # 0.8 was told before: more than a quarter is left.
    grey.values["recalls"] = [0.6, 0.9]
    assert said(layer(), grey).sentence == BEST
    # Another layer's figures say nothing of the best one.
    other = layer(layer="block1_conv1", condition="grey", recalls=[0, 0], accuracy=0.2)
    assert said(layer(), other).sentence == BEST


def test_a_probe_that_takes_all_for_one_class_tells_none():
    shuffled = layer(condition="shuffled", recalls=[0.0, 1.0], false_alarms=[0.0, 1.0])
    blurred = layer(condition="blurred", recalls=[0.9, 0.5], false_alarms=[0.1, 0.4])
    assert said(layer(), blurred, shuffled).sentence == (
        f"{BEST} Without fine texture, dog is lost; without global shape, cat and dog are: {LEFT}"
    )


def test_each_class_by_the_layer_that_tells_it_best():
    early = layer(layer="block1_conv1", accuracy=0.7, recalls=[1.0, 0.4], false_alarms=[0.0, 0.0])
    grey = [
        layer(condition="grey"),
        layer(layer="block1_conv1", condition="grey", recalls=[0, 0], false_alarms=[0, 0]),
    ]
    assert said(early, layer(), *grey).sentence == f"{BEST} Without colour, cat is lost: {LEFT}"


def test_a_class_that_was_not_told_is_not_lost():
    # 12 hits of 20, 8 false alarms of 20: 0.2, of which 1.96 standard errors are 0.3.
    before = layer(recalls=[0.6, 0.9], false_alarms=[0.4, 0.1])
    grey = layer(condition="grey", recalls=[0.1, 0.9], false_alarms=[0.1, 0.1])
    assert said(before, grey).sentence == BEST


def test_two_hits_of_two_may_be_luck():
    before = layer(recalls=[1.0, 1.0], false_alarms=[0.0, 0.0])
    grey = layer(condition="grey", recalls=[0.0, 0.0], false_alarms=[0.0, 0.0])
    # Wilson's interval of n of n begins at 1 / (1 + 3.84 * 1.7 / n): 0.23, 0.38 for 2 and 4. The
    # same of none of n ends as far from 0, so that the difference's begins at 1 - 1.08, 1 - 0.88.
    assert "lost" not in said(before, grey, counts=(2, 2)).sentence
    assert "Without colour, cat and dog are lost" in said(before, grey, counts=(4, 4)).sentence


def test_few_pictures_in_a_class():
    assert said(layer(), counts=(9, 31)).sentence == (
        f"{BEST} With 9 pictures in a class the interval is 0.15 wide: add pictures, 10 a class or "
        "more, to tell layers apart."
    )
    assert said(layer(), counts=(10, 30)).sentence == BEST
    lost = layer(shuffles=[1.0])
    assert said(lost, counts=(9, 31)).sentence.count("With 9 pictures in a class") == 1
