"""What separability says, on figures made by hand."""

import pytest

from tests.support.separability import layer, said

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
        "No layer separates the classes: the best, block3_conv3, gets 0.90 right (95 % interval "
        "0.80 to 0.95), and with shuffled labels some layer gets 0.90."
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
    assert said(layer(), cheap).sentence.startswith("block1_conv1 is best: ")
    assert said(cheap, layer()).sentence.startswith("block1_conv1 is best: ")


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
    told = "Cat is told by colour alone: without it, no better than by chance."
    assert said(layer(), grey).sentence == f"{BEST} {told}"
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
        f"{BEST} Dog is told by fine texture alone; cat and dog are told by global shape alone: "
        "without it, no better than by chance."
    )


def test_each_class_by_the_layer_that_tells_it_best():
    early = layer(layer="block1_conv1", accuracy=0.7, recalls=[1.0, 0.4], false_alarms=[0.0, 0.0])
    grey = [
        layer(condition="grey"),
        layer(layer="block1_conv1", condition="grey", recalls=[0, 0], false_alarms=[0, 0]),
    ]
    assert said(early, layer(), *grey).sentence == (
        f"{BEST} Cat is told by colour alone: without it, no better than by chance."
    )


def test_a_class_that_was_not_told_is_not_lost():
    # 12 hits of 20, 8 false alarms of 20: 0.2, of which 1.96 standard errors are 0.3.
    before = layer(recalls=[0.6, 0.9], false_alarms=[0.4, 0.1])
    grey = layer(condition="grey", recalls=[0.1, 0.9], false_alarms=[0.1, 0.1])
    assert said(before, grey).sentence == BEST


def test_few_pictures_in_a_class():
    assert said(layer(), counts=(9, 31)).sentence == (
        f"{BEST} With 9 pictures in a class the interval is 0.15 wide: add pictures, 10 a class or "
        "more, to tell layers apart."
    )
    assert said(layer(), counts=(10, 30)).sentence == BEST
    lost = layer(shuffles=[1.0])
    assert said(lost, counts=(9, 31)).sentence.count("With 9 pictures in a class") == 1
